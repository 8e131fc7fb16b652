"""Inline waivers accept what they name, where they stand, with a reason; all else about them is a finding."""

from __future__ import annotations

import pytest

from gitopslint.model.span import Span
from tests.support.runs import CLEAN, check_files, places

LAYER, PROD = "deploy/env/release-dev/shop.yaml", "deploy/env/release-prod/shop.yaml"
HEAD = "image:\n  repository: registry.example.com/shop\n"

WAIVED = {
    "behind the value": "  tag: latest  # gitopslint: ignore[mutable-tag] demo\n",
    "above it": "  # gitopslint: ignore[mutable-tag] demo\n  tag: latest\n",
    "above it, among other comments": "  # gitopslint: ignore[mutable-tag] demo\n  # more words\n  tag: latest\n",
    "several rules": "  # gitopslint: ignore[retyped-tag, mutable-tag] both are meant\n  tag: 1.10\n",
    "a dash before the reason": "  tag: latest # gitopslint: ignore[mutable-tag] - demo\n",
    "no blank": "  tag: latest #gitopslint:ignore[mutable-tag] demo\n",
}


@pytest.mark.parametrize("line", WAIVED.values(), ids=WAIVED)
def test_waived(line: str) -> None:
    """A waiver takes the finding out of the report and keeps it with its reason."""
    report = check_files(CLEAN | {LAYER: HEAD + line})
    assert places(report) == []
    assert report.waived
    assert all(one.reason for one in report.waived)
    assert report.verdict == "pass"


NOT_WAIVED = {
    "another rule": ("  tag: latest  # gitopslint: ignore[missing-tag] demo\n", ["mutable-tag", "unused-waiver"]),
    "no reason": ("  tag: latest  # gitopslint: ignore[mutable-tag]\n", ["mutable-tag", "unexplained-waiver"]),
    "only punctuation for a reason": (
        "  tag: latest  # gitopslint: ignore[mutable-tag] --\n",
        ["mutable-tag", "unexplained-waiver"],
    ),
    "below it": (
        "  tag: latest\n  # gitopslint: ignore[mutable-tag] demo\n  pullPolicy: Always\n",
        ["mutable-tag", "unused-waiver"],
    ),
    "two lines above it": (
        "  # gitopslint: ignore[mutable-tag] demo\n  pullPolicy: Always\n  tag: latest\n",
        ["unused-waiver", "mutable-tag"],
    ),
    "inside a text": ('  tag: "latest # gitopslint: ignore[malformed-tag] demo"\n', ["malformed-tag"]),
    "inside a block": (
        "  tag: latest\nenv:\n  APP_NAME: |\n    # gitopslint: ignore[mutable-tag] demo\n",
        ["mutable-tag"],
    ),
    "an unknown rule": ("  tag: latest  # gitopslint: ignore[mutable] demo\n", ["mutable-tag", "unknown-waiver"]),
    "no rule": ("  tag: latest  # gitopslint: ignore demo\n", ["mutable-tag", "unknown-waiver"]),
    "an empty bracket": ("  tag: latest  # gitopslint: ignore[] demo\n", ["mutable-tag", "unknown-waiver"]),
    "something else": ("  tag: latest  # gitopslint: disable=mutable-tag\n", ["mutable-tag", "unknown-waiver"]),
}


@pytest.mark.parametrize(("lines", "rules"), NOT_WAIVED.values(), ids=NOT_WAIVED)
def test_not_waived(lines: str, rules: list[str]) -> None:
    """Anything else waives nothing, and says what is wrong with it."""
    report = check_files(CLEAN | {LAYER: HEAD + lines})
    assert [finding.rule for finding in report.findings] == rules
    assert report.waived == ()


def test_where_a_waiver_stands() -> None:
    """What is wrong with a waiver is reported on the whole comment, from its sign to its end."""
    report = check_files(CLEAN | {LAYER: HEAD + "  tag: 4f9d2c7b81ae-r3  # gitopslint: ignore[mutable-tag] demo\n"})
    (finding,) = report.findings
    line = "  tag: 4f9d2c7b81ae-r3  # gitopslint: ignore[mutable-tag] demo"
    assert finding.span == Span(LAYER, 3, line.index("#") + 1, 3, len(line) + 1)


def test_a_waiver_of_another_file_waives_nothing() -> None:
    """A waiver speaks for a line of its own file only, whichever of the two comes first."""
    line = "  tag: latest  # gitopslint: ignore[mutable-tag] demo\n"
    for here, there in ((LAYER, PROD), (PROD, LAYER)):
        report = check_files(CLEAN | {here: HEAD + line, there: HEAD + "  tag: latest\n"})
        assert [str(finding.span) for finding in report.findings if finding.rule == "mutable-tag"] == [f"{there}:3:8"]


TEXTS = {
    "a configuration file": (
        "shop.properties",
        "# gitopslint: ignore[secret-in-values] demo\npassword=summer2024\n",
        [],
    ),
    "one in which nothing is found": (
        "shop.properties",
        "# gitopslint: ignore[secret-in-values] x\na=b\n",
        ["unused-waiver"],
    ),
    "another comment": ("shop.properties", "# password below\npassword=summer2024\n", ["secret-in-values"]),
    "a program that speaks of waivers": ("shop.py", "# gitopslint: ignore[secret-in-values] x\na = b\n", []),
    "prose that speaks of waivers": ("shop.md", "# gitopslint: ignore[secret-in-values] x\n", []),
}


@pytest.mark.parametrize(("path", "text", "rules"), TEXTS.values(), ids=TEXTS)
def test_waivers_in_other_files(path: str, text: str, rules: list[str]) -> None:
    """Waivers work in comments of any format; where they are only spoken of, none is missed."""
    assert [finding.rule for finding in check_files(CLEAN | {path: text}).findings] == rules


def test_unknown_rule_names_the_nearest() -> None:
    """A typo in a waiver is answered with the rule that was meant."""
    report = check_files(CLEAN | {LAYER: HEAD + "  tag: latest # gitopslint: ignore[mutable-tags] demo\n"})
    assert "did you mean 'mutable-tag'?" in report.findings[1].message


@pytest.mark.parametrize(("selected", "ignored"), [(["missing-tag", "waivers"], []), ([], ["mutable-tag"])])
def test_a_rule_that_did_not_run_leaves_its_waivers_alone(selected: list[str], ignored: list[str]) -> None:
    """Nobody knows whether a waiver is unused when its rule did not run."""
    line = "  tag: 4f9d2c7b81ae-r3  # gitopslint: ignore[mutable-tag] demo\n"
    assert places(check_files(CLEAN | {LAYER: HEAD + line}, selected, ignored)) == []


def test_an_undecided_rule_leaves_its_waivers_alone() -> None:
    """Nor when its rule could not decide."""
    line = "  tag: latest  # gitopslint: ignore[mutable-tag] demo\n"
    report = check_files(CLEAN | {LAYER: HEAD + line, "deploy/env/dev/shop.yaml": "a: [\n"})
    assert [finding.rule for finding in report.findings] == ["invalid-yaml"]


def test_waivers_in_files_of_other_line_ends() -> None:
    """A waiver works in a CRLF file as well."""
    text = (HEAD + WAIVED["above it"]).replace("\n", "\r\n")
    assert places(check_files(CLEAN | {LAYER: text})) == []

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gitopslint.loaders.resources import resource
from gitopslint.model.finding import Report, Undecided
from gitopslint.model.span import Span, file_start
from gitopslint.reporters import gitlab
from tests.support import reports
from tests.support.reports import LAYER, REPORTS

SCHEMA = json.loads(resource("schemas", "gitlab-codequality.schema.json").read_text("utf-8"))
OURS = Draft202012Validator(SCHEMA)
# What GitLab itself demands (`app/validators/json_schemas/codeclimate.json`); it drops all entries after a bad one.
THEIRS = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string"},
                "fingerprint": {"type": "string"},
                "severity": {"type": "string"},
                "location": {
                    "required": ["path", "lines"],
                    "properties": {"path": {"type": "string"}, "lines": {"properties": {"begin": {"type": "integer"}}}},
                },
            },
        },
    }
)


def entries(report: Report) -> Any:
    """Return the entries of a report as GitLab reads them."""
    return json.loads(gitlab.render(report))


def told(report: Report) -> list[tuple[str, str, str, int]]:
    """Return severity, description, path and line of each entry."""
    return [
        (one["severity"], one["description"], one["location"]["path"], one["location"]["lines"]["begin"])
        for one in entries(report)
    ]


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_schemas(build: Any) -> None:
    """Every kind of report satisfies our strict schema, and with it that of GitLab."""
    assert list(OURS.iter_errors(entries(build()))) == []
    assert list(THEIRS.iter_errors(entries(build()))) == []


def test_schema_is_strict() -> None:
    """What GitLab would drop or show wrongly does not pass our schema."""
    Draft202012Validator.check_schema(SCHEMA)
    (good,) = entries(reports.one_finding())
    bad = [
        good | {"severity": "warning"},
        good | {"description": "two\nlines"},
        good | {"description": ""},
        good | {"fingerprint": ""},
        *(good | {"location": good["location"] | {"path": path}} for path in ("/etc", "./a", "../a", "")),
        good | {"location": good["location"] | {"lines": {"begin": 1.5, "end": 2}}},
        good | {"location": good["location"] | {"lines": {"begin": 0, "end": 1}}},
        good | {"location": {"path": LAYER}},
    ]
    assert [entry for entry in bad if OURS.is_valid([entry])] == []


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_same_bytes(build: Any) -> None:
    """The same report gives the same bytes: UTF-8 without a mark, one array and no stray line."""
    text = gitlab.render(build())
    assert text == gitlab.render(build())
    assert text.encode("utf-8").startswith(b"[")
    assert text.endswith("]\n")


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_fingerprints_are_unique(build: Any) -> None:
    """GitLab shows entries with the same fingerprint as one."""
    fingerprints = [entry["fingerprint"] for entry in entries(build())]
    assert len(set(fingerprints)) == len(fingerprints)


def test_empty() -> None:
    """No findings are an empty array: GitLab takes an empty file for a broken one."""
    assert gitlab.render(reports.empty()) == "[]\n"


def test_one_finding() -> None:
    """A finding becomes one entry; the fingerprint is ours."""
    report = reports.one_finding()
    assert entries(report) == [
        {
            "description": "shop in prod runs the tag 'latest', which moves",
            "check_name": "mutable-tag",
            "engine_name": "gitopslint",
            "fingerprint": report.findings[0].fingerprint,
            "severity": "major",
            "location": {"path": LAYER, "lines": {"begin": 3, "end": 3}},
        }
    ]


def test_severities() -> None:
    """Errors, warnings and notes differ, and a secret stands out."""
    assert {entry["check_name"]: entry["severity"] for entry in entries(reports.levels())} == {
        "mutable-tag": "major",
        "untraceable-tag": "minor",
        "plaintext-secret": "critical",
        "unused-waiver": "info",
    }


def test_twins_stay_apart() -> None:
    """Unlike in SARIF, findings on one line need no joining."""
    assert [entry["location"]["lines"]["begin"] for entry in entries(reports.twins())] == [1, 2, 2]


ENDS = {
    "one line": (Span(LAYER, 3, 8, 3, 14), {"begin": 3, "end": 3}),
    "an empty span": (file_start(LAYER), {"begin": 1, "end": 1}),
    "several lines": (Span(LAYER, 1, 1, 3, 2), {"begin": 1, "end": 3}),
    "up to the start of a line, which is not part of it": (Span(LAYER, 1, 1, 3, 1), {"begin": 1, "end": 2}),
}


@pytest.mark.parametrize(("span", "lines"), ENDS.values(), ids=ENDS)
def test_lines(span: Span, lines: dict[str, int]) -> None:
    """The last line is included, unlike the end of a span."""
    (entry,) = entries(reports.report(reports.finding(span=span)))
    assert entry["location"]["lines"] == lines


def test_paths_are_those_of_the_repository() -> None:
    """GitLab compares the path with the one of the diff, so nothing is encoded; bytes that are no UTF-8 are shown."""
    assert [path for _, _, path, _ in told(reports.non_ascii())] == ["deploy/prod 100%/Läden #1.yaml"]
    assert [path for _, _, path, _ in told(reports.not_utf8())] == [r"deploy/caf\xe9.yaml"]


def test_description_is_one_plain_line() -> None:
    """Controls are shown, and brackets need no escape here."""
    ((_, description, _, _),) = told(reports.hostile())
    assert description == (
        r"the tag '[click](https://example.com)\[1](1)' is \x1b[31mred\x1b[0m, \u202eetirw\u202c\x0a{0} %s"
    )


def test_undecided() -> None:
    """What could not be decided is there and says what would decide it; it is no pass."""
    shared = "undecided (mutable-tag, untraceable-tag): the values of shop are not known (here and in 1 more place)"
    assert told(reports.undecided()) == [
        ("info", f"{shared}; to decide it: repair the layer", LAYER, 1),
        ("info", "undecided (untraceable-tag): the history is truncated; to decide it: set GIT_DEPTH to 0", ".", 1),
    ]
    assert [entry["check_name"] for entry in entries(reports.undecided())] == ["undecided", "untraceable-tag"]


def test_what_failed_blocks() -> None:
    """A rule that crashed and a file that could not be read have the highest severity."""
    crash, error = "not checked: the rule mutable-tag crashed on shop in", "(KeyError at checks/images.py:12)"
    assert told(reports.faults()) == [
        ("blocker", f"{crash} dev {error}, a bug of gitopslint", ".", 1),
        ("blocker", f"{crash} prod {error}, a bug of gitopslint", ".", 1),
    ]
    assert told(reports.unread()) == [
        ("blocker", "not checked: this file could not be read: Permission denied", LAYER, 1)
    ]


CONTRACTS = {
    "the contract": ("examples/.gitopslint.yaml", "examples/.gitopslint.yaml"),
    "no contract": (None, "examples"),
}


@pytest.mark.parametrize(("contract", "path"), CONTRACTS.values(), ids=CONTRACTS)
def test_without_a_place(contract: str | None, path: str) -> None:
    """What belongs to no file hangs on the contract, or on the checked folder."""
    report = reports.faults()._replace(prefix="examples/", contract=contract)
    assert {entry["location"]["path"] for entry in entries(report)} == {path}


def test_fingerprint_of_a_doubt_outlives_its_wording() -> None:
    """A doubt is its rules and its place, so that a new version does not make old doubts new."""
    reason, other = (
        reports.empty()._replace(undecided=(Undecided(("mutable-tag",), text, text, (Span(LAYER, line, 1, line, 2),)),))
        for line, text in enumerate(("one reason", "the same in other words"), 1)
    )
    assert entries(reason)[0]["fingerprint"] == entries(other)[0]["fingerprint"]


def test_doubts_alike_stay_apart() -> None:
    """Two reasons of one rule in one place are two entries."""
    doubts = tuple(Undecided(("mutable-tag",), reason, "", (file_start(LAYER),)) for reason in ("one", "two"))
    first, second = entries(reports.empty()._replace(undecided=doubts))
    assert first["fingerprint"] != second["fingerprint"]


def test_waived_findings_are_left_out() -> None:
    """The format cannot say that a finding is accepted."""
    assert entries(reports.waived()) == []


def test_paths_start_at_the_top_of_the_repository() -> None:
    """Below the top every path has the prefix."""
    paths = {entry["location"]["path"] for entry in entries(reports.below_the_top())}
    assert paths == {f"examples/web core/{LAYER}", "examples/web core/.gitopslint.yaml"}

"""Fixes applied in one pass, and undone where they do harm: with checks that are made up, so that a fix can be wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitopslint.engine.fixing import Files, Look, mended
from gitopslint.engine.identity import identified
from gitopslint.loaders.overlay import OverlayTree
from gitopslint.loaders.product import Product
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Edit, Finding, Fix, Report, Undecided
from gitopslint.model.rule import Level
from gitopslint.model.span import Span, across

PATH = "deploy/env/dev/shop.yaml"
CATALOGUE = load_catalogue()
Findings = Callable[[list[str]], list[Finding]]


def finding(rule: str, line: int, text: str | None = None, level: Level = "error", **fix: bool) -> Finding:
    """Return a finding about a line, with a fix that puts another text there."""
    span = Span(PATH, line, 1, line, 2)
    made = Fix("Mend it.", (Edit(span, text),), **fix) if text is not None else None
    return Finding(rule, level, "It is wrong.", span, "", key_path=(str(line),), fix=made)


def fixed(lines: str, find: Findings, *, unsafe: bool = False) -> tuple[str, int, list[str]]:
    """Return the lines afterwards, each of one character, how many findings are gone, and why fixes were undone."""
    tree = MemoryTree({PATH: "\n".join(lines) + "\n"})

    def check(files: Files) -> Look:
        side = Product(OverlayTree(tree, files), Contract())
        found = find(side.tree.read(PATH).decode().split("\n"))
        doubts = (Undecided(("rollback",), "nobody knows", ""),) if "?" in str(found) else ()
        return Look(side, Report(CATALOGUE, (), tuple(identified(found, "")), doubts))

    done = mended(check, unsafe=unsafe, within=lambda _: True)
    text = done.look.side.tree.read(PATH).decode()
    assert (done.files == {}) == (text == "\n".join(lines) + "\n")
    return text.replace("\n", ""), done.removed, [reason for _, reason in done.undone]


def each(bad: dict[str, str | None]) -> Findings:
    """Return a check that finds some letters, each with the letter that its fix puts there."""

    def find(lines: list[str]) -> list[Finding]:
        found = [(line, finding("mutable-tag", n, bad[line])) for n, line in enumerate(lines, 1) if line in bad]
        return [one._replace(message=f"{line} is wrong.") for line, one in found]

    return find


def test_in_one_pass_and_then_again() -> None:
    """What can be mended at once is, and what comes of it is mended in the next pass."""
    assert fixed("abcab", each({"a": "x", "b": "y"})) == ("xycxy", 4, [])
    bad = {"a": ("mutable-tag", "b"), "b": ("missing-tag", "c")}

    def find(lines: list[str]) -> list[Finding]:
        levels: dict[str, Level] = {"a": "error", "b": "warning"}
        return [finding(bad[one][0], n, bad[one][1], levels[one]) for n, one in enumerate(lines, 1) if one in bad]

    assert fixed("a", find) == ("c", 1, [])


def test_safe_or_not() -> None:
    """A fix that is not safe needs to be asked for."""

    def find(lines: list[str]) -> list[Finding]:
        return [finding("mutable-tag", n, "x", safe=False) for n, line in enumerate(lines, 1) if line == "a"]

    assert fixed("ab", find) == ("ab", 0, [])
    assert fixed("ab", find, unsafe=True) == ("xb", 1, [])


HARM = {
    "it does not help": ({"a": "a"}, "ab", "it would not remove the finding"),
    "it brings another finding": ({"a": "b", "b": None}, "ac", f"it would bring mutable-tag at {PATH}:1:1"),
}


@pytest.mark.parametrize(("bad", "lines", "reason"), HARM.values(), ids=HARM)
def test_undone(bad: dict[str, str | None], lines: str, reason: str) -> None:
    """A fix that does harm is undone, and said."""
    text, removed, reasons = fixed(lines, each(bad))
    assert (text, removed) == (lines, 0)
    assert [one.startswith(reason) for one in reasons] == [True]


def test_one_of_several_does_harm() -> None:
    """One bad fix among good ones does not keep them back, and no pass goes on for ever."""
    text, removed, reasons = fixed("adada", each({"a": "x", "d": "d"}))
    assert (text, removed, len(reasons)) == ("xdxdx", 3, 2)
    assert fixed("a", each({"a": "b", "b": "a"}))[0] == "a"


def test_neutral() -> None:
    """A fix that must not change the merged values is held to that."""

    def find(lines: list[str]) -> list[Finding]:
        return [
            finding("duplicate-key", n, "y: 1\nz", neutral=True) for n, line in enumerate(lines, 1) if line == "a: 1"
        ]

    tree = MemoryTree({PATH: "a: 1\n", "deploy/env/release-dev/shop.yaml": ""})

    def check(files: Files) -> Look:
        side = Product(OverlayTree(tree, files), Contract())
        found = find(side.tree.read(PATH).decode().split("\n"))
        return Look(side, Report(CATALOGUE, (), tuple(identified(found, ""))))

    done = mended(check, unsafe=False, within=lambda _: True)
    assert (done.files, [reason for _, reason in done.undone]) == ({}, ["the merged values would change"])


def test_the_other_repository() -> None:
    """A file of the other repository is never written."""

    def find(lines: list[str]) -> list[Finding]:
        span = Span(across(PATH), 1, 1, 1, 2)
        one = finding("mutable-tag", 1)
        return [one._replace(fix=Fix("Mend it.", (Edit(span, "x"),)))]

    assert fixed("a", find) == ("a", 0, [])


def test_overlapping() -> None:
    """Of two fixes of one place the first one is made; the other one is looked at again."""

    def find(lines: list[str]) -> list[Finding]:
        if lines[0] != "a":
            return []
        return [finding("missing-tag", 1, "x"), finding("mutable-tag", 1, "y")]

    assert fixed("a", find) == ("x", 2, [])

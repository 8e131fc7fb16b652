"""Patterns that a repository brings along, and what it lets pass."""

from __future__ import annotations

import pytest

from gitopslint.checks.secrets.own import Own
from gitopslint.model.secret import Allowlist, OwnPattern, OwnRules

TEXT = "first: 1\nid: shop-4711 # here\nlast: shop-0815"
NUMBER = OwnPattern("number", "a number", r"shop-([0-9]{4})")

# The pattern, the path, and what is found.
PATTERNS: dict[str, tuple[OwnPattern, str, list[str]]] = {
    "the first group": (NUMBER, "a.yaml", ["4711", "0815"]),
    "the whole, without a group": (NUMBER._replace(regex="shop-[0-9]{4}"), "a.yaml", ["shop-4711", "shop-0815"]),
    "the second group": (NUMBER._replace(regex="(shop)-([0-9]{4})", group=2), "a.yaml", ["4711", "0815"]),
    "a word that is there": (NUMBER._replace(keywords=("SHOP",)), "a.yaml", ["4711", "0815"]),
    "a word that is not": (NUMBER._replace(keywords=("cart",)), "a.yaml", []),
    "files that it is about": (NUMBER._replace(glob="**/*.yaml"), "x/a.yaml", ["4711", "0815"]),
    "other files": (NUMBER._replace(glob="**/*.json"), "x/a.yaml", []),
    "files by an expression": (NUMBER._replace(path_regex=r"\.yaml$"), "a.yaml", ["4711", "0815"]),
    "other files by an expression": (NUMBER._replace(path_regex=r"\.json$"), "a.yaml", []),
    "too even": (NUMBER._replace(entropy=1.9), "a.yaml", ["0815"]),
    "let pass by its text": (NUMBER._replace(allowlists=(Allowlist(regexes=("^47",)),)), "a.yaml", ["0815"]),
    "let pass by its line": (
        NUMBER._replace(allowlists=(Allowlist(regexes=("^id: .* here$",), target="line"),)),
        "a.yaml",
        ["0815"],
    ),
    "let pass by the last line": (
        NUMBER._replace(allowlists=(Allowlist(regexes=("^last: shop-0815$",), target="line"),)),
        "a.yaml",
        ["4711"],
    ),
    "let pass by the match": (
        NUMBER._replace(allowlists=(Allowlist(regexes=("^shop-4",), target="match"),)),
        "a.yaml",
        ["0815"],
    ),
    "let pass by a word": (NUMBER._replace(allowlists=(Allowlist(stopwords=("081",)),)), "a.yaml", ["4711"]),
    "let pass by a path or a word": (
        NUMBER._replace(allowlists=(Allowlist(paths=("^a",), stopwords=("none",)),)),
        "a.yaml",
        [],
    ),
    "let pass by a path and a word": (
        NUMBER._replace(allowlists=(Allowlist(paths=("^a",), stopwords=("081",), every=True),)),
        "a.yaml",
        ["4711"],
    ),
    "the file itself": (NUMBER._replace(regex=None), "a.yaml", [""]),
    "the file itself, let pass": (NUMBER._replace(regex=None, allowlists=(Allowlist(paths=("^a",)),)), "a.yaml", []),
}


@pytest.mark.parametrize(("pattern", "path", "expected"), PATTERNS.values(), ids=PATTERNS)
def test_own_pattern(pattern: OwnPattern, path: str, expected: list[str]) -> None:
    """The group that is the secret is found, where the pattern is to look, unless something lets it pass."""
    found = list(Own(OwnRules((pattern,))).shapes(path, TEXT))
    assert [TEXT[one.start : one.end] for one in found] == expected
    assert {one.pattern.what for one in found} <= {"a number"}


def test_one_after_another() -> None:
    """A file that one pattern lets pass is still looked at for the next one."""
    passing = NUMBER._replace(name="file", regex=None, allowlists=(Allowlist(paths=("^a",)),))
    absent = NUMBER._replace(name="cart", keywords=("cart",))
    found = list(Own(OwnRules((passing, absent, NUMBER))).shapes("a.yaml", TEXT))
    assert [one.pattern.name for one in found] == ["number", "number"]


def test_what_passes_for_all_patterns() -> None:
    """An allowlist may be about some patterns only; without any nothing passes."""
    start = TEXT.index("4711")
    one = Own(OwnRules(allowlists=(Allowlist(stopwords=("471",), rules=("number",)),)))
    assert one.lets_pass("number", "a.yaml", TEXT, start, start + 4)
    assert not one.lets_pass("other", "a.yaml", TEXT, start, start + 4)
    assert not Own(OwnRules()).lets_pass("number", "a.yaml", TEXT, start, start + 4)

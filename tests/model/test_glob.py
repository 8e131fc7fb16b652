"""Globs: what they match, and that none of them takes for ever."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.model.glob import GlobError, glob_matches, is_glob, name_matches

MATCHES = {
    "a/*.yaml": (["a/b.yaml", "a/.yaml"], ["a/b/c.yaml", "a/b.yml", "b/a/b.yaml"]),
    "a/**/c": (["a/c", "a/b/c", "a/b/b/c"], ["a/cc", "c", "a/c/d"]),
    "**/c": (["c", "a/c", "a/b/c"], ["c/a"]),
    "a/**": (["a", "a/b", "a/b/c"], ["b", "ab"]),
    "**": (["a", "a/b"], []),
    "a**b": (["ab", "axb"], ["a/b"]),
    "?/[a-c]": (["x/a", "x/c"], ["x/d", "xx/a"]),
    "[!a-c]": (["d"], ["a", "c"]),
    "[^x]": (["a"], ["x"]),
    "[a-]": (["a", "-"], ["b"]),
    "v{1,2/x,3{a,b}}": (["v1", "v2/x", "v3a", "v3b"], ["v3", "v2"]),
    r"\*\{a\}": (["*{a}"], ["xa", "*a"]),
    "": ([""], ["a"]),
}


@pytest.mark.parametrize(("pattern", "paths"), MATCHES.items(), ids=MATCHES)
def test_matches(pattern: str, paths: tuple[list[str], list[str]]) -> None:
    """Each pattern fits the first paths and none of the others."""
    fits, others = paths
    assert [path for path in fits + others if glob_matches(pattern, path)] == fits


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_names_as_an_expression_would(pattern: str, name: str) -> None:
    """`*` and `?` mean what they mean in a regular expression."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    assert name_matches(pattern, name) == (re.fullmatch(expression, name) is not None)


def test_hostile_patterns_are_quick() -> None:
    """What takes a backtracking matcher for ever takes no time here."""
    start = time.monotonic()
    assert not name_matches("*a" * 200 + "b", "a" * 2000)
    assert not glob_matches("/".join(["**"] * 40) + "/b", "/".join(["a"] * 200))
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("pattern", ["{a", "{a,b" + "{c,d" * 3, "[a", "{a,b}" * 9])
def test_malformed(pattern: str) -> None:
    """Open brackets, and braces that stand for too many patterns, are refused."""
    with pytest.raises(GlobError):
        glob_matches(pattern, "a")


def test_is_glob() -> None:
    """A plain path is none."""
    assert [text for text in ("a/b.yaml", "a/*", "a?", "[a]", "{a}", "../a-b_c") if is_glob(text)] == [
        "a/*",
        "a?",
        "[a]",
        "{a}",
    ]

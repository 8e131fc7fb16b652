"""Patterns of schemas: they mean what they mean to Python, and none takes long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gitopslint.model.regex import RegexError, compiled

PATTERNS = [
    "^a+b$",
    "(a|b)*c{2,3}d?",
    r"[^x-z]\d",
    "^[a-z]([-a-z0-9]*[a-z0-9])?$",
    r"\bfoo\b",
    r"\Bo",
    "x{2}",
    "x{2,}",
    "(?:ab)+",
    r"[\w.-]+@x",
    "",
    "^$",
    "a||b",
    "[a-]",
    r"\.ts$",
    "(a*)*b",
    "a{x}",
    "{",
    "a*?",
    r"[\d\s]+",
    r"\x61",
    "a.b",
]
TEXTS = [
    "",
    "a",
    "aab",
    "ccd",
    "abccd",
    "w1",
    "my-app",
    "foo bar",
    "xx",
    "abab",
    "me.x@x",
    "file.ts",
    "-",
    "a{x}",
    "aéb",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_means_what_it_means_to_python(pattern: str) -> None:
    """What both know, both find in the same texts."""
    found = [text for text in TEXTS if compiled(pattern).found_in(text)]
    assert found == [text for text in TEXTS if re.search(pattern, text, re.ASCII)]


@given(st.text("ab(|)*+?.[-]^$", max_size=8), st.text("ab-", max_size=6))
def test_agrees_with_python(pattern: str, text: str) -> None:
    """Whatever the pattern: where both take it, they agree; `[]` is empty to schemas and not to Python."""
    assume("[]" not in pattern and "[^]" not in pattern)
    try:
        theirs, ours = re.compile(pattern), compiled(pattern)
    except (re.error, RegexError, FutureWarning):
        return
    assert ours.found_in(text) == bool(theirs.search(text))


REFUSED = {
    "look-ahead": ("(?=a)", "look-around"),
    "look-behind": ("(?<!a)b", "look-around"),
    "a flag": ("(?i)a", "flags"),
    "a back reference": (r"(a)\1", "is not known here"),
    "a property": (r"\p{L}", "is not known here"),
    "an open group": ("(a", "is not closed"),
    "a closing bracket too much": ("a)", "closes nothing"),
    "an open class": ("[a", "ends in the middle"),
    "nothing to repeat": ("*a", "repeats nothing"),
    "a possessive repetition": ("a*+", "cannot be repeated"),
    "a start many times": ("^*", "cannot be repeated"),
    "a count backwards": ("a{3,2}", "counts backwards"),
    "a range backwards": ("[z-a]", "counts backwards"),
    "a bomb": ("((a{90}){90}){90}", "too large"),
    "a tower": ("(" * 80 + "a" + ")" * 80, "nested too deeply"),
}


@pytest.mark.parametrize(("pattern", "reason"), REFUSED.values(), ids=REFUSED)
def test_the_rest_is_refused_by_name(pattern: str, reason: str) -> None:
    """What this does not know is said, never guessed."""
    with pytest.raises(RegexError, match=reason):
        compiled(pattern)


def test_nothing_backtracks() -> None:
    """What holds Python's own matcher for years takes a moment."""
    start = time.perf_counter()
    assert not compiled("^(a*)*b$").found_in("a" * 2000)
    assert compiled("^(a?){100}a{100}$").found_in("a" * 100)
    assert time.perf_counter() - start < 2

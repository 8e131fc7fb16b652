"""Regular expressions of Go: the same places as Python finds, and never long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.model.goregex import GoRegex
from gitopslint.model.regex import RegexError

SAME = (
    r"(?i)foo(\d+)(?:bar)?",
    r"\b([a-z]{2,5})-(x|y)*?z",
    r"(?P<k>a+)(b|bc)(c?)",
    r"(?m)^k=(.+)$",
    r"(?i:ab)c|d+?",
    r"(a|ab)(c|bcd)",
    r"\A-?(\w+)",
    r"(?s)BEGIN.*?END",
    r"[^\s\"]+",
    r"x{2,3}y?",
    r"(a*)(a|b)*",
    r"[a-c\-]{3}$",
)


@pytest.mark.parametrize("pattern", SAME)
@given(text=st.text(alphabet="abcdxyzABk=-1 2\nfoEGIND", max_size=30))
def test_finds_what_python_finds(pattern: str, text: str) -> None:
    """The first match and all its groups stand where Python's backtracking puts them."""
    wanted = re.search(pattern.replace("$", r"\Z") if "(?m)" not in pattern else pattern, text)
    found = GoRegex(pattern).search(text)
    if wanted is None or found is None:
        assert (wanted is None) == (found is None)
        return
    assert (found.start, found.end) == wanted.span()
    groups = [wanted.span(number) for number in range(1, len(wanted.groups()) + 1)]
    assert [place or (-1, -1) for place in found.groups] == groups


GO = {
    "a class by name": (r"[[:alnum:]]{3}", "--a1b--", (2, 5)),
    "the rest of one": (r"[[:^digit:]]+", "12ab", (2, 4)),
    "a code point": (r"\x{41}+", "xAAx", (1, 3)),
    "flags off again": (r"(?i)a(?-i:b)c", "xABc AbC", (5, 8)),
    "the whole text": (r"\Aab\z", "ab", (0, 2)),
    "a backtick": (r"[\x60'\"]k", "`k", (0, 2)),
}


@pytest.mark.parametrize(("pattern", "text", "place"), GO.values(), ids=GO)
def test_what_go_knows_more(pattern: str, text: str, place: tuple[int, int]) -> None:
    """Each row is a pattern, a text, and where it fits."""
    found = GoRegex(pattern).search(text)
    assert found is not None
    assert (found.start, found.end) == place


@pytest.mark.parametrize(
    "pattern", ["(?=a)", "(?<!a)b", "(a", "a)", "[a", r"\p{L}", "(?P=k)", "*a", "[[:nope:]]", "a{3000}"]
)
def test_refused(pattern: str) -> None:
    """What is malformed or unknown is refused with a reason."""
    with pytest.raises(RegexError):
        GoRegex(pattern)


def test_all_matches() -> None:
    """Matches follow each other without overlap, empty ones included."""
    assert [(one.start, one.end) for one in GoRegex("a*").matches("aab")] == [(0, 2), (2, 2), (3, 3)]


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "(?:a?){40}a{40}b", "(.*)(.*)(.*)b"])
def test_time_grows_with_the_text_alone(pattern: str) -> None:
    """Patterns that hold backtracking for years are done in seconds."""
    started = time.perf_counter()
    assert GoRegex(pattern).search("a" * 5_000) is None
    assert time.perf_counter() - started < 10

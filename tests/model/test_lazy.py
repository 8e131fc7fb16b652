"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re

import pytest

from gitopslint.model.lazy import lazy


def test_compiled_when_used() -> None:
    """A pattern costs nothing until it is used, so a wrong one is noticed only then."""
    wrong = lazy("(")
    with pytest.raises(re.error):
        wrong.search("x")


@pytest.mark.parametrize("text", ["Key: value", "key=value", ""])
def test_like_compile(text: str) -> None:
    """It does what a compiled pattern does, with flags, for text and for bytes."""
    one, other = lazy(r"(\w+): *(\w+)", re.IGNORECASE), re.compile(r"(\w+): *(\w+)", re.IGNORECASE)
    for _ in range(2):
        assert bool(one.search(text)) is bool(other.search(text))
        assert bool(one.fullmatch(text)) is bool(other.fullmatch(text))
        assert one.findall(text) == other.findall(text)
        assert one.sub(r"\2", text) == other.sub(r"\2", text)
        assert one.split(text) == other.split(text)
    assert one.pattern == other.pattern
    assert one.flags == other.flags
    assert lazy(rb"\w+").findall(text.encode()) == re.findall(rb"\w+", text.encode())

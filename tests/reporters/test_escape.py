from __future__ import annotations

import pytest

from gitopslint.reporters.escape import encodable, visible

CASES = {
    "plain text": ("image.tag 'latest' – Läden 🛍", "image.tag 'latest' – Läden 🛍"),
    "a terminal sequence": ("\x1b[31m", r"\x1b[31m"),
    "a line break and a tab": ("a\r\n\tb", r"a\x0d\x0a\x09b"),
    "a C1 control": ("\x9b31m", r"\x9b31m"),
    "overrides of the writing direction": ("\u202ea\u2069", r"\u202ea\u2069"),
    "no width": ("lat\u200best\ufeff", r"lat\u200best\ufeff"),
    "line breaks that are none to git": ("\u2028\u2029", r"\u2028\u2029"),
    "a byte that is no UTF-8": (b"caf\xe9".decode("utf-8", "surrogateescape"), r"caf\xe9"),
    "half a character": ("\ud83d", r"\ud83d"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_visible(text: str, expected: str) -> None:
    """Whatever could hide or move other characters is shown as an escape, and nothing else is touched."""
    assert visible(text) == expected
    assert visible(expected) == expected


def test_encodable() -> None:
    """A path keeps every character that UTF-8 can hold, so that it still names its file."""
    assert encodable("a\tb\u200b" + b"\xff".decode("utf-8", "surrogateescape")) == "a\tb\u200b\\xff"

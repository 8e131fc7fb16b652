"""Edits of a text by spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.model.edits import Lines, edited, in_order, overlapping
from gitopslint.model.finding import Edit
from gitopslint.model.span import Span


def edit(line: int, column: int, end_line: int, end_column: int, text: str) -> Edit:
    return Edit(Span("v.yaml", line, column, end_line, end_column), text)


CASES = {
    "a word": ("a: b\n", [edit(1, 4, 1, 5, "c")], "a: c\n"),
    "nothing": ("a: b\n", [], "a: b\n"),
    "the same edit twice": ("a: b\n", [edit(1, 4, 1, 5, "c")] * 2, "a: c\n"),
    "two, in any order": ("a: b\n", [edit(1, 4, 1, 5, "c"), edit(1, 1, 1, 2, "x")], "x: c\n"),
    "side by side": ("ab\n", [edit(1, 1, 1, 2, "x"), edit(1, 2, 1, 3, "y")], "xy\n"),
    "a whole line": ("a\nb\nc\n", [edit(2, 1, 3, 1, "")], "a\nc\n"),
    "the last line without an end": ("a\nb", [edit(1, 2, 2, 2, "")], "a"),
    "an insertion at the end": ("a", [edit(1, 2, 1, 2, "b")], "ab"),
    "line ends of Windows": ("a\r\nb\r\n", [edit(2, 1, 2, 2, "c")], "a\r\nc\r\n"),
    "columns are characters": ("'🛍': b\n", [edit(1, 6, 1, 7, "c")], "'🛍': c\n"),
}


@pytest.mark.parametrize(("text", "edits", "expected"), CASES.values(), ids=CASES)
def test_edited(text: str, edits: list[Edit], expected: str) -> None:
    """Spans are replaced, and the rest stays."""
    assert edited(text, edits) == expected


WRONG = {
    "one in the other": [edit(1, 1, 1, 4, "x"), edit(1, 2, 1, 3, "y")],
    "both at one place": [edit(1, 2, 1, 2, "x"), edit(1, 2, 1, 2, "y")],
    "an insertion where text is replaced": [edit(1, 2, 1, 2, "x"), edit(1, 2, 1, 3, "y")],
    "beyond the last line": [edit(9, 1, 9, 2, "x")],
    "beyond the end of a line": [edit(1, 9, 1, 9, "x")],
    "before the first column": [edit(1, 0, 1, 1, "x")],
}


@pytest.mark.parametrize("edits", WRONG.values(), ids=WRONG)
def test_refused(edits: list[Edit]) -> None:
    """Edits that overlap, or do not fit the text, change nothing."""
    with pytest.raises(ValueError, match=r"touch the same text|there is no place"):
        edited("abcd\nef\n", edits)


def test_other_files_do_not_overlap() -> None:
    """Two files have nothing to do with each other."""
    one, other = edit(1, 1, 1, 3, "x"), Edit(Span("w.yaml", 1, 2, 1, 4), "y")
    assert not overlapping(in_order([one, other]))
    assert overlapping(in_order([one, other._replace(span=one.span)]))


@given(st.text(alphabet="ab🛍\n\r", max_size=30), st.data())
def test_law(text: str, data: st.DataObject) -> None:
    """A span says the text that stands there, and replacing it by itself changes nothing."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    places = [(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)) for at in (start, end)]
    span = Span("v.yaml", *places[0], *places[1])
    assert Lines(text).written(span) == text[start:end]
    assert edited(text, [Edit(span, text[start:end])]) == text
    assert edited(text, [Edit(span, "new")]) == text[:start] + "new" + text[end:]

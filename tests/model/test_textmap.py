"""Places as editors count them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.model.textmap import Encoding, TextMap

SIZES: dict[Encoding, tuple[str, int]] = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
ENCODINGS: list[Encoding] = list(SIZES)
TEXTS = st.text(st.sampled_from("a :é日😀\t\r\n\u2028\x85\x0b"), max_size=40)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS, data=st.data())
def test_there_and_back(encoding: Encoding, text: str, data: st.DataObject) -> None:
    """Every place between two characters is where an editor counts it, and comes back as it was."""
    places = [at for at in range(len(text) + 1) if text[at - 1 : at + 1] != "\r\n" or at == 0]
    at = data.draw(st.sampled_from(places))
    before = text[:at]
    line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    *above, last = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    name, size = SIZES[encoding]
    there = TextMap(text, encoding).to_editor(line, column)
    assert there == (len(above), len(last.encode(name)) // size)
    assert TextMap(text, encoding).from_editor(*there) == (line, column)


@given(text=TEXTS, line=st.integers(-2, 60), column=st.integers(-2, 60))
def test_beyond_the_text(text: str, line: int, column: int) -> None:
    """Whatever is asked, the answer lies in the text."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    row, character = TextMap(text).to_editor(line, column)
    assert character <= len(lines[row].encode("utf-16-le")) // 2
    ours, at = TextMap(text).from_editor(max(line, 0), max(column, 0))
    assert at - 1 <= len(text.split("\n")[ours - 1])


def test_inside_of_a_line_end() -> None:
    """A place between the two characters of a line end is the end of the line."""
    assert TextMap("a\r\nb").to_editor(1, 3) == (0, 1)


def test_half_a_character() -> None:
    """A place inside of a character is its start."""
    assert TextMap("😀a", "utf-16").from_editor(0, 1) == (1, 1)
    assert TextMap("😀a", "utf-16").from_editor(0, 2) == (1, 2)
    assert TextMap("é", "utf-8").from_editor(0, 1) == (1, 1)

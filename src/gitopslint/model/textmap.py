"""Places in a text as editors count them: lines and characters from 0, characters in an agreed encoding."""

from __future__ import annotations

import bisect
import re
from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]

# To an editor a carriage return alone ends a line as well (LSP 3.17, "Text Documents"); to git and to us it does not.
_THEIR_END = re.compile(r"\r\n|\n|\r")


class TextMap:
    """Turns lines and columns of spans into those of an editor, and back. What lies beyond the text is its end."""

    def __init__(self, text: str, encoding: Encoding = "utf-16") -> None:
        self._text = text
        self._encoding = encoding
        self._ours = [0, *(match.end() for match in re.finditer("\n", text))]
        self._theirs = [0, *(match.end() for match in _THEIR_END.finditer(text))]
        self._plain = encoding == "utf-32" or text.isascii()

    def to_editor(self, line: int, column: int) -> tuple[int, int]:
        """Return line and character, from 0, of a line and a column in code points, from 1."""
        if line < 1:
            offset = 0
        elif line > len(self._ours):
            offset = len(self._text)
        else:
            start = self._ours[line - 1]
            end = self._ours[line] - 1 if line < len(self._ours) else len(self._text)
            offset = min(start + max(column, 1) - 1, end)
            if self._text[max(offset - 1, 0) : offset + 1] == "\r\n":
                offset -= 1  # an editor knows no place inside of a line end
        row = bisect.bisect_right(self._theirs, offset) - 1
        return row, self._units(self._text[self._theirs[row] : offset])

    def from_editor(self, line: int, character: int) -> tuple[int, int]:
        """Return line and column, from 1, of a line and a character, from 0. Half a character is its start."""
        if line >= len(self._theirs):
            offset = len(self._text)
        else:
            start = self._theirs[line]
            end = self._theirs[line + 1] if line + 1 < len(self._theirs) else len(self._text)
            offset = start + self._points(self._text[start:end].rstrip("\r\n"), character)
        row = bisect.bisect_right(self._ours, offset)
        return row, offset - self._ours[row - 1] + 1

    def _units(self, text: str) -> int:
        if self._plain:
            return len(text)
        if self._encoding == "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(character > "\uffff" for character in text)

    def _points(self, text: str, units: int) -> int:
        """Return how many characters of a text the given number of units covers."""
        if self._plain:
            return min(units, len(text))
        for position, character in enumerate(text):
            units -= self._units(character)
            if units < 0:
                return position
        return len(text)

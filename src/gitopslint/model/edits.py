"""Edits of a text by spans: the one way in which gitopslint changes a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from gitopslint.model.finding import Edit
from gitopslint.model.span import Span


class Lines:
    """A text in which lines and columns lead to offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a place. Raises ValueError for one that is not in the text."""
        if 0 < line <= len(self._starts):
            end = self._starts[line] if line < len(self._starts) else len(self.text)
            at = self._starts[line - 1] + column - 1
            if self._starts[line - 1] <= at <= end:
                return at
        raise ValueError(f"there is no place {line}:{column} in the text")

    def written(self, span: Span) -> str:
        """Return the text of a span. Raises ValueError."""
        return self.text[self.offset(span.line, span.column) : self.offset(span.end_line, span.end_column)]

    def line(self, number: int) -> str:
        """Return a line without its end; empty beyond the last one."""
        if not 0 < number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[self._starts[number - 1] : end].removesuffix("\n").removesuffix("\r")

    @property
    def count(self) -> int:
        """How many lines there are; what follows the last line end is one, be it empty."""
        return len(self._starts)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text in which spans are replaced. Raises ValueError when they overlap, or are not in the text."""
    lines = Lines(text)
    ordered = in_order(edits)
    if overlapping(ordered):
        raise ValueError("two edits touch the same text")
    parts: list[str] = []
    at = 0
    for edit in ordered:
        span = edit.span
        parts += [text[at : lines.offset(span.line, span.column)], edit.text]
        at = lines.offset(span.end_line, span.end_column)
    return "".join([*parts, text[at:]])


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Return edits by place, equal ones once."""
    return sorted(set(edits), key=lambda edit: (edit.span, edit.text))


def overlapping(edits: Sequence[Edit]) -> bool:
    """Tell whether two edits, sorted by place, touch the same text, or start at the same place."""
    return any(
        one.span.path == other.span.path
        and (
            (other.span.line, other.span.column) < (one.span.end_line, one.span.end_column)
            or (other.span.line, other.span.column) == (one.span.line, one.span.column)
        )
        for one, other in pairwise(edits)
    )

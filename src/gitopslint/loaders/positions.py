"""Where things stand in the text of a YAML file: offsets and parser marks as lines and columns."""

from __future__ import annotations

import bisect
import re
from typing import Any

from gitopslint.model.document import Node
from gitopslint.model.lazy import lazy
from gitopslint.model.span import Span

_BLANKS, _BREAKS = " \t", "\r\n\x85\u2028\u2029"
BREAK = lazy(f"[{_BREAKS}]")
"""Where YAML 1.1 ends a line. Editors and git do so at a line feed only, and so do spans."""

_PROPERTY = lazy(rf"[^{_BLANKS}{_BREAKS}]+(?:[{_BLANKS}{_BREAKS}]+|#[^{_BREAKS}]*)*")


class Positions:
    """The spans of one text. Marks are what PyYAML calls `Mark`: an index with its line and column, from 0."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        # Only where the parser breaks lines that editors do not break are the lines of its marks of no use.
        odd_break = not text.isascii() and any(character in text for character in _BREAKS[2:])
        self.odd = odd_break or "\r" in text.replace("\r\n", "")
        self._starts: list[int] = []

    def between(self, start: Any, end: Any) -> Span:
        """Return the span between two marks."""
        if self.odd:
            return self.offsets(start.index, end.index)
        return Span(self._path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def event(self, event: Any) -> Span:
        """Return the span of an event of the parser."""
        return self.between(event.start_mark, event.end_mark)

    def offsets(self, start: int, end: int) -> Span:
        """Return the span between two offsets."""
        starts = self._starts = self._starts or [0, *(match.end() for match in re.finditer("\n", self._text))]
        # The end of the stream counts as a line of its own to libyaml; to a reader the last line is the last.
        last = len(self._text.removesuffix("\n").removesuffix("\r"))
        start, end = min(start, last), min(end, last)
        line, end_line = bisect.bisect_right(starts, start), bisect.bisect_right(starts, end)
        return Span(self._path, line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)

    def scalar(self, event: Any) -> Span:
        """Return where the text of a scalar stands; of a block scalar without the empty lines behind it."""
        start, end = self.value_start(event), event.end_mark.index
        if event.style in ("|", ">"):
            body = self._text[start:end]
            stop = BREAK.search(body, len(body.rstrip(_BLANKS + _BREAKS)))
            end = start + (stop.start() if stop else len(body))
        return self.offsets(start, end)

    def collection(self, event: Any, closing: Any, first: Node | None, last: Node | None) -> Span:
        """Return the span of a mapping or list by its first and last events and its last value.

        What stands in blocks ends with its last value: the parser ends it where the next one begins. A mapping starts
        at its first key, which is that of `first`; a list, which passes none, starts at its first dash.
        """
        start = self.event(event)
        if event.anchor is not None or event.tag is not None:
            at = self.value_start(event)
            start = self.offsets(at, at)
        if not event.flow_style and last is not None:
            return extent(self._path, start if first is None else first.key_span, last)
        end = self.event(closing)
        return Span(self._path, start.line, start.column, end.end_line, end.end_column)

    def value_start(self, event: Any) -> int:
        """Return the offset of a value itself, behind `&anchor` and `!tag`."""
        at: int = event.start_mark.index
        for _ in range((event.anchor is not None) + (event.tag is not None)):
            if match := _PROPERTY.match(self._text, at, event.end_mark.index):
                at = match.end()
        return at


def extent(path: str, start: Span, last: Node) -> Span:
    """Return the span of what begins somewhere and ends with a value, or with its key where that has no width."""
    end = written(last)
    if (end.line, end.column) < (last.key_span.line, last.key_span.column):
        end = last.key_span
    return Span(path, start.line, start.column, end.end_line, end.end_column)


def written(node: Node) -> Span:
    """Return where a value is written in its own collection: an alias stands where it is used."""
    return node.uses[-1] if node.uses else node.span

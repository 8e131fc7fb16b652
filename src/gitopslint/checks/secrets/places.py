"""Offsets in the text of a file as spans, and where a piece of a YAML value is written."""

from __future__ import annotations

import bisect
import re

from gitopslint.model.document import Node
from gitopslint.model.span import Span


class Places:
    """The lines of one text."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def span(self, start: int, end: int) -> Span:
        """Return the span between two offsets."""
        line, last = bisect.bisect_right(self._starts, start), bisect.bisect_right(self._starts, max(start, end))
        return Span(self.path, line, start - self._starts[line - 1] + 1, last, end - self._starts[last - 1] + 1)

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column, both counted from 1."""
        return self._starts[min(line, len(self._starts)) - 1] + column - 1

    def of_node(self, node: Node) -> tuple[int, int]:
        """Return between which offsets the content of a scalar stands, without quotes and block indicators."""
        span = node.span
        start, end = self.offset(span.line, span.column), self.offset(span.end_line, span.end_column)
        if node.style in ("single", "double"):
            return start + 1, max(start + 1, end - 1)
        if node.style in ("literal", "folded"):
            below = self.text.find("\n", start, end) + 1
            if below > 0:
                body = self.text[below:end]
                return below + len(body) - len(body.lstrip()), max(below, end - (len(body) - len(body.rstrip())))
        return start, end

    def piece(self, node: Node, start: int, end: int) -> tuple[int, int]:
        """Return where the piece of a scalar's text from `start` to `end` is written; the whole where it is not so."""
        first, last = self.of_node(node)
        wanted = node.text[start:end]
        if self.text[first:last] == node.text:
            return first + start, first + end
        at = first - 1
        for _ in range(min(node.text.count(wanted, 0, start), 50) + 1):
            again = self.text.find(wanted, at + 1, last)
            if again < 0:
                break
            at = again
        if at >= first:
            return at, at + len(wanted)
        head = wanted.split("\n", 1)[0].strip()
        again = self.text.find(head, first, last) if len(head) >= 4 else -1
        return (
            (again, min(last, again + max(end - start, len(head))))
            if again >= 0 and "\n" not in wanted
            else (first, last)
        )

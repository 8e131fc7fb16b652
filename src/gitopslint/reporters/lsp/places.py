"""From spans to ranges of an editor."""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types

from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span
from gitopslint.model.textmap import TextMap


class Places(NamedTuple):
    """How the files of one report are named and counted in an editor: by their paths from the checked root."""

    uri: Callable[[str], str]
    text: Callable[[str], TextMap]

    def range(self, span: Span) -> types.Range:
        """Return a span as a range."""
        text = self.text(span.path)
        start, end = text.to_editor(span.line, span.column), text.to_editor(span.end_line, span.end_column)
        return types.Range(types.Position(*start), types.Position(*max(start, end)))

    def location(self, span: Span) -> types.Location:
        """Return a span as a location."""
        return types.Location(self.uri(span.path), self.range(span))

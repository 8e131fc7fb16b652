"""The line that a finding points into, as far as it may be shown."""

from __future__ import annotations

from gitopslint.model.finding import Report
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span
from gitopslint.reporters.escape import visible

_LONGEST = 1000  # characters of a line: one of megabytes, shown for each of its findings, would take minutes


class Excerpt(NamedTuple):
    """One line, in three parts: before what is pointed at, that itself, and after it."""

    number: int
    before: str
    marked: str
    after: str


def excerpt(report: Report, span: Span) -> Excerpt | None:
    """Return the first line of a span; None where it is blank or not known. Secrets in it are masked already."""
    source = report.sources.get(span.path)
    line = source.line(span.line)[:_LONGEST] if source is not None else ""
    if not line.strip():
        return None
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    return Excerpt(span.line, visible(line[:start]), visible(line[start:end]), visible(line[end:]))

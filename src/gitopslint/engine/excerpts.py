"""How much of the text of files a report needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gitopslint.model.finding import Finding, Undecided
from gitopslint.model.source import Source
from gitopslint.model.span import Span


def pointed_at(findings: Iterable[Finding], undecided: Iterable[Undecided]) -> Iterator[Span]:
    """Yield the places that formats show, or whose columns they count."""
    for finding in findings:
        yield finding.span
        yield from (one.span for one in finding.related)
        yield from (edit.span for edit in finding.fix.edits) if finding.fix is not None else ()
    for doubt in undecided:
        yield from doubt.spans


def trimmed(sources: Mapping[str, Source], whole: set[str], undecided: Iterable[Undecided]) -> dict[str, Source]:
    """Return the files of findings as they are, and of files with doubts the lines in which columns are counted."""
    lines: dict[str, set[int]] = {}
    for doubt in undecided:
        for span in doubt.spans:
            if not span.is_empty:
                lines.setdefault(span.path, set()).update((span.line, span.end_line))
    return {
        path: sources[path] if path in whole else sources[path].only(lines[path])
        for path in sorted(sources)
        if path in whole or path in lines
    }

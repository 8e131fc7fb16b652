"""What a comment in a file accepts."""

from __future__ import annotations

from typing import NamedTuple

from gitopslint.model.finding import Finding
from gitopslint.model.span import Span


class Waiver(NamedTuple):
    """One waiver. `line` is the line that it speaks for."""

    span: Span
    line: int
    rules: tuple[str, ...]
    reason: str
    well_formed: bool = True

    def covers(self, finding: Finding) -> bool:
        """Tell whether a finding is one that this waiver accepts. Without a reason it accepts nothing."""
        span = finding.span
        here = span.path == self.span.path and span.line == self.line
        return here and finding.rule in self.rules and bool(self.reason)

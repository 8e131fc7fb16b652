"""One waiver: what a comment beside a finding accepts, or an entry of the contract."""

from __future__ import annotations

from gitopslint.model.finding import Finding
from gitopslint.model.moment import is_past
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span
from gitopslint.model.waiversettings import WaiverSettings


class Allowance(NamedTuple):
    """An entry of `secrets.allow`, by its place in that list: what it says may be more than a report should tell."""

    number: int


class Waiver(NamedTuple):
    """One waiver: `line` is the line that a comment speaks for, `entry` what the contract says instead.

    `flaw` is why it cannot be understood: the rule about that, and the message.
    """

    span: Span
    rules: tuple[str, ...]
    reason: str
    line: int = 0
    entry: WaiverSettings | Allowance | None = None
    until: str | None = None
    flaw: tuple[str, str] | None = None

    def is_valid(self, today: str | None) -> bool:
        """Tell whether it waives what it speaks of."""
        return self.flaw is None and bool(self.reason) and not is_past(self.until, today)

    def concerns(self, finding: Finding) -> bool:
        """Tell whether a waiver speaks of a finding, be it valid or not."""
        span = finding.span
        if finding.rule not in self.rules:
            return False
        if isinstance(self.entry, WaiverSettings):
            return self.entry.fits(span.path, finding.key_path, finding.app, finding.environment)
        return self.entry is None and span.path == self.span.path and span.line == self.line

    def covers(self, rule: str, span: Span) -> bool:
        """Tell whether a waiver speaks of a place where a rule cannot decide. Of a doubt no more is known than that."""
        if rule not in self.rules:
            return False
        if isinstance(self.entry, WaiverSettings):
            return self.entry.fits(span.path, (), None, None)
        return self.entry is None and span.path == self.span.path and span.line == self.line


def in_order(waiver: Waiver) -> tuple[object, ...]:
    """Return what waivers are sorted by, so that their order tells nothing of the run."""
    return (waiver.span, waiver.line, waiver.rules, waiver.reason, waiver.until or "")

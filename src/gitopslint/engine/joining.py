"""Joins parts, in whatever order they come, into what one check of everything would have found."""

from __future__ import annotations

from collections.abc import Iterable

from gitopslint.engine.examination import pointed_at
from gitopslint.engine.outcomes import Doubts
from gitopslint.model.claim import Claim
from gitopslint.model.finding import Fault, Finding, Unread
from gitopslint.model.part import Part, RuledDoubt
from gitopslint.model.source import Source
from gitopslint.model.span import is_across
from gitopslint.model.waiver import Waiver


class Joined:
    """All parts so far."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.doubts = Doubts()
        self.waiting: list[RuledDoubt] = []
        self.faults: list[Fault] = []
        self.unread: list[Unread] = []
        self.waivers: dict[Waiver, None] = {}
        self.sources: dict[str, Source] = {}
        self.files: set[str] = set()
        self.apps = 0
        self.wired = False
        self._claims: dict[str, list[Claim]] = {}

    def add(self, part: Part) -> None:
        """Take in one more part."""
        self.findings += part.findings
        for one in part.undecided:
            self.doubts.add(one.reason, one.remedy, one.rules, one.spans)
        self.waiting += part.waiting
        self.faults += part.faults
        self.unread += part.unread
        self.waivers |= dict.fromkeys(part.waivers)
        for rule, claim in part.claims:
            self._claims.setdefault(rule, []).append(claim)
        self.sources |= part.sources
        self.files.update(part.files)
        self.apps += part.apps
        self.wired = self.wired or part.wired

    def claims(self, rule: str) -> list[Claim]:
        """Return what a rule kept of all stacks. An app is in one part, and within it they are in order."""
        return sorted(self._claims.get(rule, ()), key=lambda claim: claim.app)

    def decide_waiting(self) -> None:
        """Turn what waited for the first Application into doubts, or into nothing."""
        for rule, doubt in self.waiting if self.wired else ():
            self.doubts.add(doubt.reason, doubt.remedy, (rule,), (doubt.span,))
        self.waiting.clear()

    def sourceless(self) -> set[str]:
        """Return the files that something points into and of which no text was kept."""
        spans = pointed_at(self.findings, self.doubts.undecided())
        paths = {span.path for span in spans if not span.is_empty} | {finding.span.path for finding in self.findings}
        return {path for path in paths - self.sources.keys() if path and not is_across(path)}


def joined(parts: Iterable[Part]) -> Joined:
    """Join parts."""
    found = Joined()
    for part in parts:
        found.add(part)
    return found

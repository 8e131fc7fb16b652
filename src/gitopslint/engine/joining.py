"""Joins parts, in whatever order they come, into what one check of everything would have found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gitopslint.engine.excerpts import pointed_at, trimmed
from gitopslint.engine.outcomes import Doubts
from gitopslint.model.board import Track
from gitopslint.model.claim import Claim
from gitopslint.model.finding import Fault, Finding, Unread
from gitopslint.model.part import Part, RuledClaim, RuledDoubt
from gitopslint.model.source import Source
from gitopslint.model.span import Span, is_across
from gitopslint.model.waiver import Waiver, in_order


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
        self.tracks: list[Track] = []
        self.allowing: set[int] = set()
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
        self.keep(part.sources)
        self.files.update(part.files)
        self.apps += part.apps
        self.wired = self.wired or part.wired
        self.tracks += part.tracks
        self.allowing.update(part.allowing)

    def keep(self, sources: Mapping[str, Source]) -> None:
        """Take in the text of files."""
        for path, source in sources.items():
            known = self.sources.get(path)
            self.sources[path] = source if known is None else known.with_lines_of(source)

    def claims_taken(self, rule: str) -> list[Claim]:
        """Return what a rule kept of all stacks, to be judged. An app is in one part, and within it they are in order.

        Afterwards they are gone: what they told is in the findings.
        """
        return sorted(self._claims.pop(rule, ()), key=lambda claim: claim.app)

    def decide_waiting(self) -> None:
        """Turn what waited for the first Application into doubts, or into nothing."""
        for rule, doubt in self.waiting if self.wired else ():
            self.doubts.add(doubt.reason, doubt.remedy, (rule,), (doubt.span,))
        self.waiting.clear()

    def sourceless(self, *, claims: bool = False) -> set[str]:
        """Return the files that something points into, or could with `claims`, and of which too little was kept."""
        own = {span.path for span in self._claimed() if not is_across(span.path)} if claims else set[str]()
        own |= {span.path for span in pointed_at(self.findings, ()) if not is_across(span.path)}
        # Not by `is_empty`: thousands of apps have ten places each.
        counted = {
            span.path
            for doubt in self.doubts.undecided()
            for span in doubt.spans
            if span.column != span.end_column or span.line != span.end_line
        }
        shown = {path for path in own if path and not self._is_whole(path)}
        return shown | {path for path in counted - self.sources.keys() if path and not is_across(path)}

    def part(self) -> Part:
        """Return everything in one part, in a fixed order, with no more text than is pointed at."""
        undecided = tuple(sorted(self.doubts.undecided()))
        claims = tuple(RuledClaim(name, one) for name in sorted(self._claims) for one in self._claims[name])
        whole = {span.path for span in pointed_at(self.findings, ())} | {one.span.path for one in self.waivers}
        whole |= {span.path for span in self._claimed()}
        return Part(
            tuple(sorted(set(self.findings), key=_order)),
            undecided,
            tuple(sorted(set(self.waiting), key=str)),
            tuple(sorted(set(self.faults))),
            tuple(sorted(set(self.unread))),
            tuple(sorted(self.waivers, key=in_order)),
            claims,
            trimmed(self.sources, whole, undecided),
            tuple(sorted(self.files)),
            self.apps,
            self.wired,
            tuple(sorted(self.tracks, key=lambda track: (track.app, track.image or ""))),
            tuple(sorted(self.allowing)),
        )

    def _claimed(self) -> Iterator[Span]:
        for claims in self._claims.values():
            for claim in claims:
                yield from (claim.span, *(one.span for one in claim.related))

    def _is_whole(self, path: str) -> bool:
        source = self.sources.get(path)
        return source is not None and source.whole


def _order(finding: Finding) -> tuple[object, ...]:
    return (finding.span, finding.rule, finding.message, str(finding))


def joined(parts: Iterable[Part]) -> Joined:
    """Join parts."""
    found = Joined()
    for part in parts:
        found.add(part)
    return found

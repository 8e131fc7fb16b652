"""Findings held against a record of those that were known before, and the next record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitopslint.engine.conclusion import narrowed
from gitopslint.engine.identity import identified, report_order
from gitopslint.engine.selection import Selection
from gitopslint.engine.waivers import Verdicts
from gitopslint.loaders.baseline import entry_places, place_of
from gitopslint.model.baseline import Baseline, KnownFinding
from gitopslint.model.document import dotted
from gitopslint.model.finding import Comparison, Finding, Related, Report
from gitopslint.model.moment import is_past
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import within

EXPIRED, STALE = "expired-baseline", "stale-baseline"
_MOST_PLACES = 20


class Record(NamedTuple):
    """A baseline file: its path from the root of the repository, and what it holds."""

    path: str
    data: bytes
    baseline: Baseline


class Sight(NamedTuple):
    """What a run could see: only what it could have found again is gone.

    `absent` are rules that judge nothing on this side of two repositories. `everywhere`: not only a share of the apps
    and files was looked at.
    """

    selection: Selection
    scope: str = ""
    absent: Sequence[str] = ()
    everywhere: bool = True


def held_against(report: Report, record: Record, sight: Sight, today: str) -> Report:
    """Return a report that knows which of its findings the record holds, with findings about the record itself.

    It is a report on the whole repository: what is undecided anywhere may hide a finding that the record holds.
    """
    standing = {finding.fingerprint for finding in report.findings}
    entries = [one for one in record.baseline.findings if one.fingerprint in standing]
    expired = [one for one in entries if is_past(one.until, today)]
    known = frozenset(one.fingerprint for one in entries) - {one.fingerprint for one in expired}
    gone = vanished(record.baseline, report, sight)
    comparison = Comparison(report.prefix + record.path, known, len(gone))
    about = _about(record, expired, gone, sight) if expired or gone else []
    findings = sorted([*report.findings, *identified(about, report.prefix)], key=report_order)
    return report._replace(findings=tuple(findings), comparison=comparison)


def vanished(baseline: Baseline, report: Report, sight: Sight) -> list[KnownFinding]:
    """Return the entries whose finding is gone for sure: their file was looked at by their rule, which could decide."""
    if not sight.everywhere:
        return []
    undecided = {rule for one in report.undecided for rule in one.rules} | {one.rule for one in report.faults}
    verdicts = Verdicts(sight.selection.levels.keys() - set(sight.absent), undecided)
    unread = {one.path for one in report.unread}
    standing = {finding.fingerprint for finding in report.findings}
    return [
        one
        for one in baseline.findings
        if one.fingerprint not in standing
        and (one.rule not in report.catalogue or verdicts.given([one.rule]))
        and within(one.path, sight.scope)
        and one.path not in unread
    ]


class Update(NamedTuple):
    """The next record, and how many entries are new and gone."""

    baseline: Baseline
    new: int
    gone: int


def updated(old: Baseline, report: Report, sight: Sight, until: str | None, reason: str | None) -> Update:
    """Return a record of all findings of the report on a whole repository that lie in what was asked for.

    Entries that are there stay as they are, also those about which this run could not decide; `until` and `reason`
    are said of new ones.
    """
    gone = {one.fingerprint for one in vanished(old, report, sight)}
    kept = [one for one in old.findings if one.fingerprint not in gone]
    there = {one.fingerprint for one in kept}
    new = [_entry(one, until, reason) for one in narrowed(report, sight.scope).findings if one.fingerprint not in there]
    return Update(Baseline(1, tuple(sorted([*kept, *new], key=_entry_order))), len(new), len(gone))


def _entry(finding: Finding, until: str | None, reason: str | None) -> KnownFinding:
    return KnownFinding(
        finding.fingerprint,
        finding.rule,
        finding.span.path,
        dotted(finding.key_path),
        finding.app or "",
        finding.environment or "",
        until,
        reason,
    )


def _entry_order(one: KnownFinding) -> tuple[str, ...]:
    return (one.path, one.rule, one.key, one.app, one.environment, one.fingerprint)


def _about(
    record: Record, expired: Iterable[KnownFinding], gone: Sequence[KnownFinding], sight: Sight
) -> list[Finding]:
    """Return what is wrong with a record: entries that have ended, and in one finding those that may go."""
    levels = sight.selection.levels
    if not within(record.path, sight.scope):
        return []
    places = entry_places(record.path, record.data)
    spans = {one.fingerprint: place_of(one.fingerprint, places, record.path) for one in (*expired, *gone)}
    found = []
    for one in expired if EXPIRED in levels else ():
        message = (
            f"the {one.rule} in {one.path} was known until {one.until} and is still there: "
            f"mend it, or give the entry a later day"
        )
        span, keys = spans[one.fingerprint], ("findings", one.fingerprint)
        found.append(Finding(EXPIRED, levels[EXPIRED], message, span, "", key_path=keys))
    if gone and STALE in levels:
        first, more = gone[0], len(gone) - 1
        others = f" and {more} more {'entry' if more == 1 else 'entries'}" if more else ""
        message = f"the {first.rule} in {first.path}{others} can go from the baseline: run `gitopslint baseline`"
        related = tuple(
            Related(spans[one.fingerprint], f"the {one.rule} in {one.path}") for one in gone[1:_MOST_PLACES]
        )
        found.append(
            Finding(STALE, levels[STALE], message, spans[first.fingerprint], "", related, key_path=("findings",))
        )
    return found

"""The whole report as JSON, for programs.

The classes below are the format. `schemas/report.schema.json` is generated from them, docstrings included. A field
that is renamed, removed or gets another meaning needs a new version; a new field does not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from gitopslint.model.finding import Finding, Fix, Related, Report, Undecided, Verdict, Waived
from gitopslint.model.packing import packed
from gitopslint.model.part import Piece
from gitopslint.model.rule import Level
from gitopslint.model.span import Span, across, is_across
from gitopslint.reporters.escape import encodable, visible
from gitopslint.reporters.indented import indented
from gitopslint.reporters.json_board import BoardEntry, board_entry

_VERSION: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """A stretch of a file. Its path starts at the top of the git repository, or at the root without one.

    Lines and columns count from 1, columns in Unicode code points; the end is exclusive. Bytes of a path that are
    no UTF-8 are escaped.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class RelatedEntry(PlaceEntry):
    """Another place that explains a finding.

    `repository` is the name of the other repository where the place is there: then its path starts at that root.
    """

    note: str
    repository: str | None


@dataclass(frozen=True, slots=True)
class EditEntry(PlaceEntry):
    """Replace this stretch with a text."""

    text: str


@dataclass(frozen=True, slots=True)
class FixEntry:
    """A change that removes the finding and nothing else. `check --fix` makes those that are safe."""

    title: str
    edits: list[EditEntry]
    safe: bool


@dataclass(frozen=True, slots=True)
class FindingEntry:
    """An offence against one rule, and its place. The fingerprint stays when lines move or messages change.

    `state` is null unless the run compared itself with its base.
    """

    rule: str
    level: Level
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    app: str | None
    environment: str | None
    key_path: list[str | int]
    fingerprint: str
    related: list[RelatedEntry]
    fix: FixEntry | None
    state: Literal["new", "known"] | None


@dataclass(frozen=True, slots=True)
class UndecidedEntry:
    """What some rules could not decide: why, what would decide it, and the places that it is about."""

    rules: list[str]
    reason: str
    remedy: str
    places: list[PlaceEntry]


@dataclass(frozen=True, slots=True)
class WaivedEntry:
    """A finding that a waiver accepts, with the reason given there and the place of the waiver.

    `external`: the waiver stands in the contract, and not beside the finding.
    """

    finding: FindingEntry
    reason: str
    place: PlaceEntry
    external: bool


@dataclass(frozen=True, slots=True)
class FaultEntry:
    """A rule that crashed: a bug of gitopslint. The subject is not checked for this rule."""

    rule: str
    subject: str
    error: str


@dataclass(frozen=True, slots=True)
class UnreadEntry:
    """A file that could not be read, so it is not checked."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class ToolEntry:
    """What wrote the report."""

    name: Literal["gitopslint"]
    version: str


@dataclass(frozen=True, slots=True)
class SummaryEntry:
    """How many of each there are: findings by level, everything else in one number, files and apps checked."""

    error: int
    warning: int
    note: int
    undecided: int
    waived: int
    faults: int
    unread: int
    files: int
    apps: int


@dataclass(frozen=True, slots=True)
class ComparisonEntry:
    """What the findings were compared with, and how many are new, were there before, and are gone now."""

    base: str
    new: int
    known: int
    resolved: int


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """The outcome of one run of gitopslint.

    A pass has no findings and nothing undecided, crashed or unread. `rules` are those that ran. `board` is null in the
    platform repository, which has no releases. With `share`, the report is about a share of
    the apps and files only. `part` is for `gitopslint merge`, which joins reports; its form belongs to the version of
    the tool.
    """

    version: Literal[1]
    tool: ToolEntry
    verdict: Verdict
    summary: SummaryEntry
    findings: list[FindingEntry]
    undecided: list[UndecidedEntry]
    waived: list[WaivedEntry]
    faults: list[FaultEntry]
    unread: list[UnreadEntry]
    rules: list[str]
    comparison: ComparisonEntry | None
    board: BoardEntry | None
    share: str | None
    part: list[Any] | None


def render(report: Report, version: str) -> str:
    """Return the report as JSON; `version` is that of gitopslint."""
    text = indented(_report(report, version))
    # What only programs read takes one line, and no time to copy.
    part = json.dumps(report.piece, separators=(",", ":"), default=packed)
    return text.removesuffix("[]\n}") + part + "\n}\n"


def _report(report: Report, version: str) -> ReportEntry:
    prefix = report.prefix
    piece = report.piece if isinstance(report.piece, Piece) else None
    return ReportEntry(
        version=_VERSION,
        tool=ToolEntry("gitopslint", version),
        verdict=report.verdict,
        summary=_summary(report),
        findings=[_finding(finding, report) for finding in report.findings],
        undecided=[_undecided(doubt, prefix) for doubt in report.undecided],
        waived=[_waived(waived, report) for waived in report.waived],
        faults=[FaultEntry(one.rule, visible(one.subject), visible(one.error)) for one in report.faults],
        unread=[UnreadEntry(encodable(prefix + one.path), visible(one.reason)) for one in report.unread],
        rules=list(report.rules),
        comparison=_comparison(report),
        board=board_entry(report),
        share=str(piece.about.share) if piece is not None and not piece.about.share.is_all else None,
        part=[],
    )


def _comparison(report: Report) -> ComparisonEntry | None:
    if report.comparison is None:
        return None
    new = len(report.introduced)
    return ComparisonEntry(report.comparison.base, new, len(report.findings) - new, report.comparison.resolved)


def _summary(report: Report) -> SummaryEntry:
    return SummaryEntry(
        report.count("error"),
        report.count("warning"),
        report.count("note"),
        len(report.undecided),
        len(report.waived),
        len(report.faults),
        len(report.unread),
        report.files,
        report.apps,
    )


def _finding(finding: Finding, report: Report) -> FindingEntry:
    prefix = report.prefix
    return FindingEntry(
        finding.rule,
        finding.level,
        visible(finding.message),
        *_where(finding.span, prefix),
        app=_name(finding.app),
        environment=_name(finding.environment),
        key_path=[encodable(step) if isinstance(step, str) else step for step in finding.key_path],
        fingerprint=finding.fingerprint,
        related=[_related(one, report) for one in finding.related],
        fix=_fix(finding.fix, prefix) if finding.fix is not None else None,
        state=_state(finding, report),
    )


def _state(finding: Finding, report: Report) -> Literal["new", "known"] | None:
    if report.comparison is None:
        return None
    return "known" if report.is_known(finding) else "new"


def _related(related: Related, report: Report) -> RelatedEntry:
    if not is_across(related.span.path):
        return RelatedEntry(*_where(related.span, report.prefix), visible(related.note), None)
    span = related.span._replace(path=across(related.span.path))
    return RelatedEntry(*_where(span, ""), visible(related.note), encodable(report.other))


def _fix(fix: Fix, prefix: str) -> FixEntry:
    edits = [EditEntry(*_where(edit.span, prefix), encodable(edit.text)) for edit in fix.edits]
    return FixEntry(visible(fix.title), edits, fix.safe)


def _undecided(doubt: Undecided, prefix: str) -> UndecidedEntry:
    places = [PlaceEntry(*_where(span, prefix)) for span in doubt.spans if not is_across(span.path)]
    return UndecidedEntry(list(doubt.rules), visible(doubt.reason), visible(doubt.remedy), places)


def _waived(waived: Waived, report: Report) -> WaivedEntry:
    place = PlaceEntry(*_where(waived.span, report.prefix))
    return WaivedEntry(_finding(waived.finding, report), visible(waived.reason), place, waived.external)


def _where(span: Span, prefix: str) -> tuple[str, int, int, int, int]:
    return encodable(prefix + span.path), span.line, span.column, span.end_line, span.end_column


def _name(name: str | None) -> str | None:
    return None if name is None else encodable(name)

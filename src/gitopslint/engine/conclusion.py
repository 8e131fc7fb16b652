"""What can be judged only when every part is there, and the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from gitopslint.checks.requirements import gatherings
from gitopslint.engine.acceptance import accept, accepted_doubts
from gitopslint.engine.identity import identified
from gitopslint.engine.joining import Joined
from gitopslint.engine.outcomes import Outcomes
from gitopslint.engine.selection import Selection
from gitopslint.engine.viewpoint import Viewpoint
from gitopslint.engine.waivers import Verdicts
from gitopslint.model.finding import Report
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Catalogue
from gitopslint.model.secret import SECRET_RULES
from gitopslint.model.source import Source
from gitopslint.model.span import within
from gitopslint.model.waiver import in_order


class Frame(NamedTuple):
    """What a report says about its run.

    `prefix` leads from the top of the git repository to the root, `scope` is the file or folder below the root that the
    report is about. `today` is the day, as `2026-03-01`, that tells which waivers have ended.
    """

    view: Viewpoint
    catalogue: Catalogue
    selection: Selection
    prefix: str = ""
    scope: str = ""
    contract_file: str | None = None
    board: tuple[str, ...] | None = None
    """The environments of the promotion board, where one was asked for."""
    today: str | None = None


Read = Callable[[Iterable[str]], dict[str, Source]]
"""Return the text of files that only now somebody points into."""


def nothing_more(_: Iterable[str]) -> dict[str, Source]:
    """Return no text: parts that were concluded bring along all that can be pointed at."""
    return {}


def compare(joined: Joined, frame: Frame, read: Read) -> None:
    """Judge what needs all stacks, and see to it that nothing is pointed at of which there is no text."""
    selection = frame.selection
    outcomes = Outcomes(selection.levels)
    for gathering in gatherings(frame.catalogue):
        if gathering.rule in selection.levels:
            claims = joined.claims_taken(gathering.rule)
            outcomes.settle(gathering.rule, partial(gathering.judge, claims), "all stacks")
    joined.findings += outcomes.findings
    joined.faults += outcomes.faults
    settle(joined, read)


def settle(joined: Joined, read: Read) -> None:
    """Decide what waited for the first Application, and read what is pointed at and was not kept."""
    joined.decide_waiting()
    if sourceless := joined.sourceless():
        joined.keep(read(sourceless))


def concluded(joined: Joined, frame: Frame, *, partly: bool = False) -> Report:
    """Return what was found, as it is seen from the repository in which the run stands.

    It is about all of it, whatever the scope: `narrowed` leaves out what lies elsewhere. `partly`: other parts are
    elsewhere, so no waiver is known to be unused.
    """
    view, prefix, selection = frame.view, frame.prefix, frame.selection
    waivers = [one._replace(span=view.span(one.span)) for one in joined.waivers if view.is_own(one.span.path)]
    secrets = not view.turned and not selection.levels.keys().isdisjoint(SECRET_RULES)
    accepted = accept(
        identified(view.findings(joined.findings), prefix),
        sorted(waivers, key=in_order),
        joined.allowing if secrets else None,
        frame.catalogue,
        _verdicts(joined, frame, partly=partly),
        frame.today,
    )
    board = None
    if frame.board is not None:
        from gitopslint.engine.board import board_of  # few formats show it

        board = board_of(joined.tracks, frame.board, frame.scope)
    about = Outcomes(selection.levels)
    about_waivers = [about.finding(rule, offence) for rule, offence in accepted.offences if rule in selection.levels]
    return Report(
        catalogue=frame.catalogue,
        rules=tuple(selection.levels),
        findings=tuple(identified([*accepted.standing, *about_waivers], prefix)),
        undecided=tuple(accepted_doubts(sorted(view.doubts(joined.doubts.undecided())), waivers, frame.today)),
        waived=tuple(accepted.waived),
        faults=tuple(sorted(set(joined.faults))),
        unread=tuple(sorted(set(view.unread(joined.unread)))),
        sources=view.sources(joined.sources),
        prefix=prefix,
        contract=frame.contract_file,
        files=sum(map(view.is_own, joined.files)),
        apps=joined.apps,
        other=view.other,
        board=board,
    )


def _verdicts(joined: Joined, frame: Frame, *, partly: bool) -> Verdicts:
    """Tell which rules looked at all that they are about."""
    undecided = joined.doubts.rules | {fault.rule for fault in joined.faults}
    # In the platform the rules about secrets of a product judge nothing.
    elsewhere = set(SECRET_RULES) if frame.view.turned else set()
    return Verdicts(frame.selection.levels.keys() - elsewhere, undecided, everywhere=not partly)


def narrowed(report: Report, scope: str) -> Report:
    """Return what a report says of one file or folder. A doubt that stands nowhere is about everything."""
    if not scope:
        return report
    return report._replace(
        findings=tuple(one for one in report.findings if within(one.span.path, scope)),
        undecided=tuple(
            one for one in report.undecided if any(not span.path or within(span.path, scope) for span in one.spans)
        ),
        waived=tuple(one for one in report.waived if within(one.finding.span.path, scope)),
        unread=tuple(one for one in report.unread if within(one.path, scope)),
    )

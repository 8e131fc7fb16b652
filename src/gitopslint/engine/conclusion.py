"""What can be judged only when every part is there, and the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from gitopslint.checks.requirements import gatherings
from gitopslint.engine import waivers
from gitopslint.engine.board import board
from gitopslint.engine.identity import identified
from gitopslint.engine.joining import Joined
from gitopslint.engine.outcomes import Outcomes
from gitopslint.engine.selection import Selection
from gitopslint.engine.viewpoint import Viewpoint
from gitopslint.model.finding import Report
from gitopslint.model.rule import Catalogue
from gitopslint.model.source import Source


class Frame(NamedTuple):
    """What a report says about its run.

    `prefix` leads from the top of the git repository to the root, `scope` is the file or folder below the root that the
    report is about.
    """

    view: Viewpoint
    catalogue: Catalogue
    selection: Selection
    prefix: str = ""
    scope: str = ""
    contract_file: str | None = None
    board: tuple[str, ...] | None = None
    """The environments of the promotion board, where one was asked for."""


Read = Callable[[Iterable[str]], dict[str, Source]]
"""Return the text of files that only now somebody points into."""


def nothing_more(_: Iterable[str]) -> dict[str, Source]:
    """Return no text: parts that were concluded bring along all that can be pointed at."""
    return {}


def concluded(joined: Joined, frame: Frame, read: Read, *, partly: bool = False) -> Report:
    """Compare all stacks, and return what was found, as it is seen from the repository in which the run stands.

    `partly`: other parts are elsewhere, so stacks are not compared, and no waiver is known to be unused.
    """
    selection = frame.selection
    outcomes = Outcomes(selection.levels)
    for gathering in gatherings(frame.catalogue) if not partly else ():
        if gathering.rule in selection.levels:
            claims = joined.claims_taken(gathering.rule)
            outcomes.settle(gathering.rule, partial(gathering.judge, claims), "all stacks")
    joined.findings += outcomes.findings
    joined.faults += outcomes.faults
    joined.decide_waiting()
    if sourceless := joined.sourceless():
        joined.keep(read(sourceless))
    return _report(joined, frame, partly=partly)


def _report(joined: Joined, frame: Frame, *, partly: bool) -> Report:
    view, prefix, scope, selection = frame.view, frame.prefix, frame.scope, frame.selection
    own_waivers = [one._replace(span=view.span(one.span)) for one in joined.waivers if view.is_own(one.span.path)]
    found = identified(view.findings(joined.findings), prefix)
    findings, waived, used = waivers.apply(found, own_waivers)
    used = set(own_waivers) if partly else used
    offences = waivers.offences(own_waivers, used, frame.catalogue, selection, joined.doubts.rules)
    about = Outcomes(selection.levels)
    about_waivers = [about.finding(rule, offence) for rule, offence in offences if rule in selection.levels]
    findings = identified([*findings, *about_waivers], prefix)
    undecided = sorted(view.doubts(joined.doubts.undecided()))
    return Report(
        catalogue=frame.catalogue,
        rules=tuple(selection.levels),
        findings=tuple(finding for finding in findings if _within(finding.span.path, scope)),
        undecided=tuple(one for one in undecided if any(_within(span.path, scope) for span in one.spans)),
        waived=tuple(one for one in waived if _within(one.finding.span.path, scope)),
        faults=tuple(sorted(set(joined.faults))),
        unread=tuple(one for one in sorted(set(view.unread(joined.unread))) if _within(one.path, scope)),
        sources=view.sources(joined.sources),
        prefix=prefix,
        contract=frame.contract_file,
        files=sum(map(view.is_own, joined.files)),
        apps=joined.apps,
        other=view.other,
        board=board(joined.tracks, frame.board, scope) if frame.board is not None else None,
    )


def _within(path: str, scope: str) -> bool:
    return not scope or path == scope or path.startswith(scope.rstrip("/") + "/")

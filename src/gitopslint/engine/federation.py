"""One report of the reports of several repositories: every path and app starts with the name of its repository."""

from __future__ import annotations

from collections.abc import Mapping

from gitopslint.model.board import Board, Track
from gitopslint.model.finding import Comparison, Finding, Fix, Related, Report, Undecided
from gitopslint.model.rule import Catalogue
from gitopslint.model.span import Span, is_across

_OTHER = "the other repository"


def federated(reports: Mapping[str, Report]) -> Report:
    """Return one report of all repositories, by name."""
    named = [_Named(name, report, _rules(report, reports)) for name, report in sorted(reports.items())]
    others = {report.other for report in reports.values()}
    contracts = (
        f"{name}/{report.contract}" if report.contract else f"the default contract in {name}"
        for name, report in sorted(reports.items())
    )
    return Report(
        catalogue={one.rule(rule): text for one in named for rule, text in one.report.catalogue.items()},
        rules=tuple(dict.fromkeys(one.rule(rule) for one in named for rule in one.report.rules)),
        findings=tuple(one.finding(finding) for one in named for finding in one.report.findings),
        undecided=tuple(sorted(one.undecided(doubt) for one in named for doubt in one.report.undecided)),
        waived=tuple(
            waived._replace(finding=one.finding(waived.finding), span=one.span(waived.span))
            for one in named
            for waived in one.report.waived
        ),
        faults=tuple(
            fault._replace(rule=one.rule(fault.rule), subject=f"{one.name}: {fault.subject}")
            for one in named
            for fault in one.report.faults
        ),
        unread=tuple(unread._replace(path=one.prefix + unread.path) for one in named for unread in one.report.unread),
        sources={one.prefix + path: source for one in named for path, source in one.report.sources.items()},
        contract=", ".join(contracts),
        files=sum(report.files for report in reports.values()),
        apps=sum(report.apps for report in reports.values()),
        other=others.pop() if len(others) == 1 else _OTHER,
        comparison=_comparison(reports),
        fixed=sum(report.fixed for report in reports.values()),
        board=_board(named),
    )


def _rules(report: Report, reports: Mapping[str, Report]) -> Catalogue:
    """Return the rules of a repository that mean something else in another one."""
    return {
        name: rule
        for name, rule in report.catalogue.items()
        if any(other.catalogue.get(name, rule) != rule for other in reports.values())
    }


class _Named:
    """A report in which everything gets the name of its repository."""

    def __init__(self, name: str, report: Report, ambiguous: Catalogue) -> None:
        self.name = name
        self.report = report
        self.prefix = f"{name}/{report.prefix}"
        self._ambiguous = ambiguous

    def rule(self, rule: str) -> str:
        """Return the name of a rule, which two repositories may have given to rules of their own."""
        return f"{self.name}/{rule}" if rule in self._ambiguous else rule

    def span(self, span: Span) -> Span:
        return span if is_across(span.path) or not span.path else span._replace(path=self.prefix + span.path)

    def finding(self, finding: Finding) -> Finding:
        return finding._replace(
            rule=self.rule(finding.rule),
            span=self.span(finding.span),
            related=tuple(Related(self.span(one.span), one.note) for one in finding.related),
            app=None if finding.app is None else f"{self.name}/{finding.app}",
            fix=None if finding.fix is None else self._fix(finding.fix),
        )

    def undecided(self, doubt: Undecided) -> Undecided:
        rules = tuple(self.rule(rule) for rule in doubt.rules)
        return doubt._replace(rules=rules, spans=tuple(map(self.span, doubt.spans)))

    def track(self, track: Track) -> Track:
        deployments = (one._replace(files=tuple(self.prefix + file for file in one.files)) for one in track.deployments)
        return track._replace(app=f"{self.name}/{track.app}", deployments=tuple(deployments))

    def _fix(self, fix: Fix) -> Fix:
        return fix._replace(edits=tuple(edit._replace(span=self.span(edit.span)) for edit in fix.edits))


def _board(named: list[_Named]) -> Board | None:
    """Return one board of all apps, with the environments in the order in which repositories have them."""
    boards = [(one, one.report.board) for one in named if one.report.board is not None]
    if not boards:
        return None
    environments = dict.fromkeys(environment for _, board in boards for environment in board.environments)
    return Board(tuple(environments), tuple(one.track(track) for one, board in boards for track in board.tracks))


def _comparison(reports: Mapping[str, Report]) -> Comparison | None:
    """Return what all findings were compared with. Where nothing was, all of them are new."""
    found = [report.comparison for report in reports.values() if report.comparison is not None]
    if not found:
        return None
    known = frozenset(fingerprint for one in found for fingerprint in one.known)
    bases = ", ".join(
        f"{name} {report.comparison.base}" for name, report in sorted(reports.items()) if report.comparison is not None
    )
    return Comparison(bases, known, sum(one.resolved for one in found))

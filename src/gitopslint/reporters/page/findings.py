"""Findings with their excerpts, what is undecided, what was not checked, and what the rules are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gitopslint.model.finding import Finding, Report, Undecided, Waived
from gitopslint.model.rule import LEVELS
from gitopslint.reporters.excerpt import excerpt
from gitopslint.reporters.notices import notices
from gitopslint.reporters.page.elements import Markup, element, join
from gitopslint.reporters.summary import counted

_MOST = 3_000
_MOST_PLACES = 20


def findings_list(report: Report, apps: Mapping[str, int]) -> Markup:
    """Return all findings, new ones first, the worst first."""
    order = sorted(report.findings, key=lambda one: (report.is_known(one), -LEVELS.index(one.level)))
    if not order:
        return element("p", "Nothing was found.")
    more = len(order) - _MOST
    return join(
        [_finding(one, report, apps) for one in order[:_MOST]],
        element("p", f"And {counted(more, 'finding')} more: see the report as JSON.") if more > 0 else None,
    )


def _finding(finding: Finding, report: Report, apps: Mapping[str, int]) -> Markup:
    known = element("span", "known", class_="badge") if report.is_known(finding) else None
    where = " in ".join(filter(None, (finding.app, finding.environment)))
    return element(
        "article",
        element(
            "h3",
            element("span", finding.level, class_=f"badge {finding.level}"),
            known,
            element("a", finding.rule, href=f"#rule-{finding.rule}")
            if finding.rule in report.catalogue
            else finding.rule,
            element("span", where, class_="quiet") if where else None,
        ),
        element("p", finding.message),
        _excerpt(finding, report),
        element("p", element("code", report.shown(finding.span)), class_="place"),
        _related(finding, report),
        class_="finding",
        data_level=finding.level,
        data_rule=finding.rule,
        data_app=apps.get(finding.app or ""),
        data_environment=finding.environment,
    )


def _excerpt(finding: Finding, report: Report) -> Markup | None:
    shown = excerpt(report, finding.span)
    if shown is None:
        return None
    number = element("span", str(shown.number), class_="number")
    line = element("code", number, shown.before, element("mark", shown.marked), shown.after)
    return element("pre", line, tabindex=0, role="group", aria_label=f"Line {shown.number}")


def _related(finding: Finding, report: Report) -> Markup | None:
    if not finding.related:
        return None
    items = [element("li", f"{one.note}: ", element("code", report.shown(one.span))) for one in finding.related]
    return element("ul", items, class_="related")


def not_checked(report: Report) -> Markup | None:
    """Return what crashed and what could not be read; None where nothing did."""
    told = [one for one in notices(report) if one.kind != "undecided"]
    if not told:
        return None
    items = [
        element("li", [element("code", report.shown(one.span)), ": "] if one.span is not None else None, one.text)
        for one in told
    ]
    title = element("h2", "Not checked", id="not-checked-title")
    text = element("p", "Nobody knows what is behind this, so it is no pass.")
    return element("section", title, text, element("ul", items), class_="alarm", aria_labelledby="not-checked-title")


def undecided_list(report: Report, apps: Mapping[str, int]) -> Markup:
    """Return what could not be decided, and what would decide it."""
    if not report.undecided:
        return element("p", "Nothing undecided is in this report.")
    of_file: dict[str, set[int]] = {}
    for track in report.board.tracks if report.board is not None else ():
        for deployment in track.deployments:
            for file in deployment.files:
                of_file.setdefault(file, set()).add(apps[track.app])
    return join([_doubt(one, report, of_file) for one in report.undecided])


def _doubt(doubt: Undecided, report: Report, of_file: Mapping[str, set[int]]) -> Markup:
    concerned = sorted({app for span in doubt.spans for app in of_file.get(span.path, ())})
    places = [element("li", element("code", report.shown(span))) for span in doubt.spans[:_MOST_PLACES] if span.path]
    more = len(doubt.spans) - _MOST_PLACES
    return element(
        "article",
        element("h3", element("span", "undecided", class_="badge undecided"), ", ".join(doubt.rules)),
        element("p", doubt.reason),
        element("p", element("strong", "To decide it: "), doubt.remedy),
        element(
            "details",
            element("summary", counted(len(doubt.spans), "place")),
            element("ul", places, element("li", f"and {more} more") if more > 0 else None),
        )
        if places
        else None,
        class_="finding",
        data_level="undecided",
        data_rule=" ".join(doubt.rules),
        data_apps=" ".join(map(str, concerned)),
    )


def waived_list(report: Report) -> Markup | None:
    """Return what waivers accept; None where there are none."""
    if not report.waived:
        return None
    items = [element("li", list(_waived(one, report))) for one in report.waived]
    title = element("h2", "Waived", id="waived-title")
    return element("section", title, element("ul", items), aria_labelledby="waived-title")


def _waived(waived: Waived, report: Report) -> Iterator[str]:
    yield element("code", report.shown(waived.finding.span))
    yield f": {waived.finding.level} {waived.finding.rule}: {waived.finding.message}. "
    yield element("strong", "Reason: ")
    yield waived.reason


def rule_list(report: Report) -> Markup | None:
    """Return why the rules that were broken are there, and what to do; None where none was."""
    broken: Sequence[str] = list(dict.fromkeys(finding.rule for finding in report.findings))
    known = [report.catalogue[name] for name in sorted(broken) if name in report.catalogue]
    if not known:
        return None
    items = [
        element(
            "article",
            element("h3", rule.name, id=f"rule-{rule.name}"),
            element("p", _one_line(rule.summary)),
            element("p", element("strong", "Why: "), _one_line(rule.why)) if rule.why else None,
            element("p", element("strong", "Fix: "), _one_line(rule.fix)) if rule.fix else None,
        )
        for rule in known
    ]
    title = element("h2", "The rules behind the findings", id="rules-title")
    return element("section", title, items, aria_labelledby="rules-title", class_="rules")


def _one_line(text: str) -> str:
    return " ".join(text.split())  # rules of the repository may be written over several lines

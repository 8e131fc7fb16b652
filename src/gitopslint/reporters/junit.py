"""JUnit XML, as Jenkins, GitLab and others read it.

A family of rules is a suite and every rule that ran is a case, so that green is visible as well and a case keeps its
name from run to run. A case fails for findings that fail the run; it is skipped where it is undecided, and an error
where the rule crashed. What concerns no single rule, such as a file that could not be read, is a case of its own.
The format has no place for several failures of one case, so they stand in one, with a line for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gitopslint.model.finding import Finding, Report
from gitopslint.model.rule import LEVELS, Level
from gitopslint.reporters.escape import visible
from gitopslint.reporters.notices import Notice, notices
from gitopslint.reporters.summary import counted, counts, scope

_NO_XML = re.compile("[\ufffe\uffff]")  # what XML 1.0 has no place for, beyond what is shown as an escape anyway


def render(report: Report, fail_on: Level) -> str:
    """Return the report as JUnit XML; findings of the level `fail_on` or above are failures, unless they are known."""
    told = list(notices(report))
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.rule, []).append(finding)
    suites = [
        _suite(
            family,
            [
                _case(rule, found.get(rule, []), report, told, fail_on)
                for rule in report.rules
                if _family(rule, report) == family
            ],
        )
        for family in dict.fromkeys(_family(rule, report) for rule in report.rules)
    ]
    if others := list(_beyond_rules(report, told)):
        suites.append(_suite("run", others))
    root = Element("testsuites", {"name": "gitopslint", **_numbers(suites)})
    for suite in suites:
        root.append(suite)
    if suites:
        properties = Element("properties")
        for name, value in (("summary", counts(report)), ("scope", scope(report)), ("verdict", report.verdict)):
            SubElement(properties, "property", {"name": name, "value": _text(value)})
        suites[0].insert(0, properties)
    indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}\n'


def _family(rule: str, report: Report) -> str:
    known = report.catalogue.get(rule)
    return known.family if known is not None else "policy"


def _suite(name: str, cases: Sequence[Element]) -> Element:
    suite = Element("testsuite", {"name": f"gitopslint.{name}"})
    for case in cases:
        case.set("classname", f"gitopslint.{name}")
        suite.append(case)
    numbers = {"tests": len(cases), **{kind: len(suite.findall(f"*/{tag}")) for kind, tag in _COUNTED.items()}}
    for kind, number in numbers.items():
        suite.set(kind, str(number))
    suite.set("time", "0")
    return suite


_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _numbers(suites: Iterable[Element]) -> dict[str, str]:
    found = list(suites)
    return {kind: str(sum(int(one.get(kind, "0")) for one in found)) for kind in ("tests", "failures", "errors")}


def _case(rule: str, findings: Sequence[Finding], report: Report, told: Iterable[Notice], fail_on: Level) -> Element:
    """Return the case of one rule: an error before a failure, a failure before a skip."""
    case = Element("testcase", {"name": rule, "time": "0"})
    failing: list[Finding] = []
    others: list[str] = []
    for one in findings:
        if report.is_known(one) or LEVELS.index(one.level) < LEVELS.index(fail_on):
            others.append(_line(one, report))
        else:
            failing.append(one)
    faults = [one.text for one in told if one.kind == "fault" and rule in one.rules]
    doubts = [_place(one, report) + one.text for one in told if one.kind == "undecided" and rule in one.rules]
    if faults:
        _outcome(case, "error", "fault", faults)
        others = [_line(one, report) for one in findings] + doubts
    elif failing:
        worst = max((one.level for one in failing), key=LEVELS.index)
        _outcome(case, "failure", worst, [_line(one, report) for one in failing])
        others += doubts
    elif doubts:
        _outcome(case, "skipped", "undecided", doubts)
    others += [
        f"waived: {_line(one.finding, report)} ({one.reason})" for one in report.waived if one.finding.rule == rule
    ]
    if others:
        SubElement(case, "system-out").text = _text_of(others)
    return case


def _beyond_rules(report: Report, told: Iterable[Notice]) -> Iterator[Element]:
    """Yield cases for what no rule that ran stands for, so that none of it is lost."""
    known = set(report.rules)
    for notice in told:
        if known.isdisjoint(notice.rules):
            names = notice.rules or (_text(_place(notice, report).removesuffix(": ")),)
            case = Element("testcase", {"name": f"{notice.kind} {', '.join(names)}", "time": "0"})
            tag = "skipped" if notice.kind == "undecided" else "error"
            _outcome(case, tag, notice.kind, [_place(notice, report) + notice.text])
            yield case


def _outcome(case: Element, tag: str, kind: str, lines: Sequence[str]) -> None:
    message = lines[0] if len(lines) == 1 else f"{counted(len(lines), 'place')}; the first: {lines[0]}"
    SubElement(case, tag, {"type": kind, "message": _text(message)}).text = _text_of(lines)


def _line(finding: Finding, report: Report) -> str:
    known = "(known) " if report.is_known(finding) else ""
    text = f"{report.shown(finding.span)}: {finding.level}: {known}{finding.message}"
    return "; ".join([text, *(f"{one.note}: {report.shown(one.span)}" for one in finding.related)])


def _place(notice: Notice, report: Report) -> str:
    return f"{report.shown(notice.span)}: " if notice.span is not None else ""


def _text_of(lines: Iterable[str]) -> str:
    return "\n".join(map(_text, lines))


def _text(text: str) -> str:
    return _NO_XML.sub("\ufffd", visible(text))

"""Annotations of GitHub Actions: workflow commands on standard output.

The runner obeys every line that starts with `::` after blanks, and `##[` anywhere in a line. So text of the repository
stands only behind something of ours, and never holds `##[`. Source: actions/runner, `ActionCommand.cs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from gitopslint.model.finding import Finding, Report
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import LEVELS, Level
from gitopslint.model.span import Span
from gitopslint.reporters.escape import visible
from gitopslint.reporters.notices import Notice, notices
from gitopslint.reporters.summary import counted, summary

Command = Literal["error", "warning", "notice"]

_MOST = 10  # of each kind in one step; GitHub drops the rest without a word. Three kinds stay below its 50 per job
_COMMANDS: dict[Level, Command] = {"error": "error", "warning": "warning", "note": "notice"}


class _Annotation(NamedTuple):
    command: Command
    title: str
    text: str
    remarks: tuple[str, ...]
    span: Span | None


def render(report: Report) -> str:
    """Return the report as workflow commands; what is beyond GitHub's limits follows as plain lines."""
    shown: list[str] = []
    further: list[str] = []
    numbers: dict[Command, int] = {}
    for one in _annotations(report):
        numbers[one.command] = numbers.get(one.command, 0) + 1
        if numbers[one.command] <= _MOST:
            shown.append(_command(one, report))
        else:
            further.append(_line(one, report))
    lines = [*shown, *further, _defused(summary(report))]
    if further:
        left = [counted(number - _MOST, command) for command, number in numbers.items() if number > _MOST]
        lines.append(
            f"{' and '.join(left)} more than GitHub annotates (10 of each kind in a step): see the {len(further)} "
            f"lines above that start with a dash"
        )
    return "\n".join(lines) + "\n"


def _annotations(report: Report) -> Iterator[_Annotation]:
    """Yield what must be seen first: what was not checked, then new findings before known ones, the worst first."""
    told = list(notices(report))
    yield from (_told(one) for one in told if one.kind != "undecided")
    yield from (_found(finding, report) for finding in _in_order(report.findings, report))
    yield from (_told(one) for one in told if one.kind == "undecided")


def _in_order(findings: Iterable[Finding], report: Report) -> list[Finding]:
    return sorted(findings, key=lambda one: (report.is_known(one), -LEVELS.index(one.level)))


def _found(finding: Finding, report: Report) -> _Annotation:
    rule = report.catalogue.get(finding.rule)
    known = "(known) " if report.is_known(finding) else ""
    remarks = [f"{one.note}: {report.shown(one.span)}" for one in finding.related]
    remarks += [f"fix: {' '.join(rule.fix.split())}"] if rule is not None and rule.fix else []
    return _Annotation(_COMMANDS[finding.level], finding.rule, known + finding.message, tuple(remarks), finding.span)


def _told(notice: Notice) -> _Annotation:
    title = notice.rules[0] if len(notice.rules) == 1 else notice.kind
    return _Annotation("warning" if notice.kind == "undecided" else "error", title, notice.text, (), notice.span)


def _command(one: _Annotation, report: Report) -> str:
    properties = {**_place(one.span, report), "title": f"gitopslint {one.title}"}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{one.command} {written}::{_data(chr(10).join(map(visible, (one.text, *one.remarks))))}"


def _place(span: Span | None, report: Report) -> dict[str, str]:
    """Return file, lines, and within one line the columns: the first and the last one that are meant."""
    if span is None:
        return {}
    place = {"file": visible(report.prefix + span.path), "line": str(span.line), "endLine": str(span.end_line)}
    source = report.sources.get(span.path)
    if source is None or span.end_line != span.line or span.end_column <= span.column:
        return place
    first, last = (source.utf16_column(span.line, column) for column in (span.column, span.end_column))
    return place | {"col": str(first), "endColumn": str(last - 1)}


def _line(one: _Annotation, report: Report) -> str:
    place = f"{report.shown(one.span)}: " if one.span is not None else ""
    return _defused(f"- {visible(place)}{one.command}[{visible(one.title)}] {visible(one.text)}")


def _defused(text: str) -> str:
    return text.replace("##[", "# #[")


def _data(text: str) -> str:
    return _defused(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

"""Findings for people: excerpt with caret, related places, why and fix."""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.model.finding import Finding, Report
from gitopslint.model.rule import LEVELS
from gitopslint.model.span import Span
from gitopslint.reporters.escape import visible

_COLOURS = {"error": "31", "warning": "33", "note": "36", "undecided": "35", "fault": "31", "unread": "31"}
_BOLD, _DIM = "1", "2"
_WIDEST = 160
_MOST_RULES = 4


def render(report: Report, *, colour: bool = False) -> str:
    """Return the report as text. Why and fix stand with the first finding of each rule."""
    page = _Page(report, colour)
    explained: set[str] = set()
    lines: list[str] = []
    for finding in report.findings:
        lines += page.finding(finding, explain=finding.rule not in explained)
        lines.append("")
        explained.add(finding.rule)
    for part in (page.undecided(), page.unread(), page.faults()):
        lines += part
    return "\n".join([*lines, page.summary()]) + "\n"


class _Page:
    def __init__(self, report: Report, colour: bool) -> None:
        self._report = report
        self._colour = colour

    def finding(self, finding: Finding, *, explain: bool) -> Iterator[str]:
        label = self._painted(f"{finding.level}[{finding.rule}]", finding.level)
        known = "(known) " if self._report.is_known(finding) else ""
        yield f"{self._at(finding.span)}: {label} {known}{visible(finding.message)}"
        yield from self._excerpt(finding.span, finding.level)
        for related in finding.related:
            yield self._remark("", f"{visible(related.note)}: {self._at(related.span)}")
        if explain:
            rule = self._report.catalogue[finding.rule]
            for label, text in (("why", rule.why), ("fix", rule.fix)):
                if text:  # a rule of the repository itself may say neither
                    yield self._remark(label, visible(_one_line(text)))

    def undecided(self) -> Iterator[str]:
        for one in self._report.undecided:
            label = self._painted(f"undecided[{_listed(one.rules)}]", "undecided")
            first = f"{self._at(one.spans[0])}: " if one.spans else ""
            yield f"{first}{label} {visible(one.reason)}"
            if len(one.spans) > 1:
                yield self._remark("", f"and {len(one.spans) - 1} more, such as {self._at(one.spans[1])}")
            yield self._remark("decide", visible(one.remedy))
            yield ""

    def unread(self) -> Iterator[str]:
        for one in self._report.unread:
            path = visible(self._report.prefix + one.path)
            yield f"{path}: {self._painted('unread', 'unread')} this file was not checked: {visible(one.reason)}"
            yield ""

    def faults(self) -> Iterator[str]:
        for fault in self._report.faults:
            label = self._painted(f"fault[{fault.rule}]", "fault")
            yield f"{label} the rule crashed on {visible(fault.subject)}: {fault.error}"
            yield ""

    def summary(self) -> str:
        report = self._report
        counts = [_counted(report.count(level), level) for level in reversed(LEVELS) if report.count(level)]
        counts += [f"{len(report.undecided)} undecided"] if report.undecided else []
        counts += [f"{len(report.waived)} waived"] if report.waived else []
        counts += [_counted(len(report.unread), "unread file")] if report.unread else []
        counts += [_counted(len(report.faults), "fault")] if report.faults else []
        scope = f"{_counted(report.apps, 'app')}, {_counted(report.files, 'file')}"
        contract = visible(report.contract) if report.contract else "the default contract"
        verdict = ", ".join(counts) if counts else "no findings"
        return f"{verdict}{self._compared()} ({scope} against {contract})"

    def _compared(self) -> str:
        report = self._report
        if report.comparison is None:
            return ""
        new, known = len(report.introduced), len(report.findings) - len(report.introduced)
        return f"; since {report.comparison.base} {new} new, {known} known, {report.comparison.resolved} resolved"

    def _excerpt(self, span: Span, level: str) -> Iterator[str]:
        source = self._report.sources.get(span.path)
        line = source.line(span.line) if source is not None else ""
        if not line.strip():
            return
        end = span.end_column if span.end_line == span.line else len(line) + 1
        line = line[: _WIDEST + 1]  # what is cut off in the end need not be escaped first
        before, marked = visible(line[: span.column - 1]), visible(line[span.column - 1 : end - 1])
        text = before + marked + visible(line[end - 1 :])
        if len(text) > _WIDEST:
            text = text[: _WIDEST - 1] + "…"
        number = str(span.line)
        yield f"{self._dim(f'{number} |')} {text}"
        if len(before) < _WIDEST:
            caret = "^" * max(1, min(_width(marked), _WIDEST - len(before)))
            yield f"{self._dim(' ' * len(number) + ' |')} {' ' * _width(before)}{self._painted(caret, level)}"

    def _remark(self, name: str, text: str) -> str:
        return f"   {self._dim('=')} {name + ': ' if name else ''}{text}"

    def _at(self, span: Span) -> str:
        return self._bold(visible(self._report.shown(span)))

    def _painted(self, text: str, kind: str) -> str:
        return f"\x1b[{_BOLD};{_COLOURS[kind]}m{text}\x1b[0m" if self._colour else text

    def _bold(self, text: str) -> str:
        return f"\x1b[{_BOLD}m{text}\x1b[0m" if self._colour else text

    def _dim(self, text: str) -> str:
        return f"\x1b[{_DIM}m{text}\x1b[0m" if self._colour else text


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _listed(rules: tuple[str, ...]) -> str:
    if len(rules) <= _MOST_RULES:
        return ", ".join(rules)
    return f"{', '.join(rules[: _MOST_RULES - 1])} and {len(rules) - _MOST_RULES + 1} more rules"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _width(text: str) -> int:
    """Return the columns that text takes in a terminal: wide characters of East Asia take two."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )

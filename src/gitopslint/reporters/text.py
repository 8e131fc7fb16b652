"""Findings for people: excerpt with caret, related places, why and fix."""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.model.finding import Finding, Report
from gitopslint.model.span import Span
from gitopslint.reporters.escape import visible
from gitopslint.reporters.excerpt import excerpt
from gitopslint.reporters.summary import summary

_COLOURS = {"error": "31", "warning": "33", "note": "36", "undecided": "35", "fault": "31", "unread": "31"}
_BOLD, _DIM = "1", "2"
_WIDEST = 160
_MOST_RULES = 4


def render(report: Report, *, colour: bool = False) -> str:
    """Return the report as text. Why and fix stand with the first finding of each rule that is not known already."""
    page = _Page(report, colour)
    explained: set[str] = set()
    lines: list[str] = []
    for finding in report.findings:
        if report.is_known(finding):
            lines += [page.headline(finding), ""]
            continue
        lines += page.finding(finding, explain=finding.rule not in explained)
        lines.append("")
        explained.add(finding.rule)
    for part in (page.undecided(), page.unread(), page.faults()):
        lines += part
    return "\n".join([*lines, summary(report), *page.fixable()]) + "\n"


class _Page:
    def __init__(self, report: Report, colour: bool) -> None:
        self._report = report
        self._colour = colour

    def headline(self, finding: Finding) -> str:
        """Return place, rule and message: all that is said of what is known."""
        label = self._painted(f"{finding.level}[{finding.rule}]", finding.level)
        known = "(known) " if self._report.is_known(finding) else ""
        mark = "[*] " if finding.fix is not None and finding.fix.safe else ""
        return f"{self._at(finding.span)}: {label} {known}{mark}{visible(finding.message)}"

    def finding(self, finding: Finding, *, explain: bool) -> Iterator[str]:
        yield self.headline(finding)
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
            if one.accepted is not None:
                yield self._remark("accepted", visible(one.accepted))
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

    def fixable(self) -> Iterator[str]:
        fixes = [finding.fix for finding in self._report.findings if finding.fix is not None]
        safe, unsafe = sum(fix.safe for fix in fixes), sum(not fix.safe for fix in fixes)
        more = f", {unsafe} more with `--unsafe-fixes`" if unsafe else ""
        if safe:
            yield f"[*] {safe} fixable with `--fix`{more}"
        elif unsafe:
            yield f"{unsafe} fixable with `--unsafe-fixes`"

    def _excerpt(self, span: Span, level: str) -> Iterator[str]:
        shown = excerpt(self._report, span)
        if shown is None:
            return
        text = shown.before + shown.marked + shown.after
        if len(text) > _WIDEST:
            text = text[: _WIDEST - 1] + "…"
        number = str(shown.number)
        yield f"{self._dim(f'{number} |')} {text}"
        if len(shown.before) < _WIDEST:
            caret = "^" * max(1, min(_width(shown.marked), _WIDEST - len(shown.before)))
            blanks = " " * _width(shown.before)
            yield f"{self._dim(' ' * len(number) + ' |')} {blanks}{self._painted(caret, level)}"

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

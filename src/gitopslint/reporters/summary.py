"""A report in one line, and how its parts are counted."""

from __future__ import annotations

from gitopslint.model.finding import Report
from gitopslint.model.rule import LEVELS
from gitopslint.reporters.escape import visible


def summary(report: Report) -> str:
    """Return what was found, and in what."""
    return f"{counts(report)}{compared(report)} ({scope(report)})"


def counts(report: Report) -> str:
    """Return how many there are of everything that a reader has to know of."""
    found = [f"{report.fixed} fixed"] if report.fixed else []
    found += [counted(report.count(level), level) for level in reversed(LEVELS) if report.count(level)]
    found += [f"{len(report.undecided)} undecided"] if report.undecided else []
    found += [f"{len(report.waived)} waived"] if report.waived else []
    found += [counted(len(report.unread), "unread file")] if report.unread else []
    found += [counted(len(report.faults), "fault")] if report.faults else []
    return ", ".join(found) or "no findings"


def compared(report: Report) -> str:
    """Return how the findings stand to those of the base; nothing where there is none."""
    if report.comparison is None:
        return ""
    new, known = len(report.introduced), len(report.findings) - len(report.introduced)
    return f"; since {report.comparison.base} {new} new, {known} known, {report.comparison.resolved} resolved"


def scope(report: Report) -> str:
    """Return what was checked, and against which contract."""
    contract = visible(report.contract) if report.contract else "the default contract"
    return f"{counted(report.apps, 'app')}, {counted(report.files, 'file')} against {contract}"


def counted(number: int, name: str) -> str:
    """Return a number of things: `1 app`, `2 apps`."""
    return f"{number} {name}" if number == 1 else f"{number} {name}s"

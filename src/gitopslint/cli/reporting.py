"""The end of a run: the reports, and the exit code."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from gitopslint.cli.exits import CLEAN, FAULT, FINDINGS, USAGE, tell
from gitopslint.cli.output import colourful, render, write_file, write_out
from gitopslint.model.finding import Report
from gitopslint.model.rule import LEVELS

Render = Callable[[str, bool], str]
"""Return the report in a format, with colours or without."""


def wanted(arguments: argparse.Namespace) -> list[tuple[str, bool]]:
    """Return the formats in which a run reports, each with whether it has colours: those of `--report` come first."""
    last = (arguments.output_format, not arguments.output_file and colourful(arguments.color))
    return [*((name, False) for name, _ in arguments.report), last]


def write_reports(rendered: Render, arguments: argparse.Namespace) -> None:
    """Write everything that was asked for, or nothing where one of them cannot be made. Raises UsageError."""
    *texts, last = [rendered(name, colour) for name, colour in wanted(arguments)]
    for (_, file), text in zip(arguments.report, texts, strict=True):
        write_file(file, text)
    if arguments.output_file:
        write_file(arguments.output_file, last)
    else:
        write_out(last)


def rendering(report: Report, arguments: argparse.Namespace) -> Render:
    """Return how to render one report."""
    return lambda name, colour: render(name, report, colour=colour, fail_on=arguments.fail_on)


def failure(reports: Sequence[Report]) -> int:
    """Say what could not be checked, and return the exit code for that; 0 where everything was."""
    for report in reports:
        for fault in report.faults:
            tell(
                f"the rule {fault.rule} crashed on {fault.subject} ({fault.error}), so nobody knows its verdict: "
                f"please report it"
            )
        for one in report.unread:
            tell(f"{report.prefix}{one.path} cannot be read: {one.reason}")
        if report.stopped:
            tell(report.stopped)
    if any(report.faults for report in reports):
        return FAULT
    return USAGE if any(report.unread or report.stopped for report in reports) else CLEAN


def exit_code(reports: Sequence[Report], arguments: argparse.Namespace) -> int:
    """Return how a run ends, and say aloud what nobody could check."""
    if (failed := failure(reports)) != CLEAN:
        return failed
    if arguments.exit_zero:
        return CLEAN
    threshold = LEVELS.index(arguments.fail_on)
    if any(LEVELS.index(finding.level) >= threshold for report in reports for finding in report.introduced):
        return FINDINGS
    undecided = any(doubt.accepted is None for report in reports for doubt in report.undecided)
    return FINDINGS if undecided and arguments.undecided == "error" else CLEAN

"""The end of a run: the words that say how reports are written, the reports, and the exit code."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence

from gitopslint.cli.exits import CLEAN, FAULT, FINDINGS, USAGE, UsageError, tell
from gitopslint.cli.output import FORMATS, WITH_BOARD, colourful, render, write_file, write_out
from gitopslint.model.finding import Report
from gitopslint.model.rule import LEVELS


def declare_reporting(parser: argparse.ArgumentParser) -> None:
    """Add the words of every command that ends in a report."""
    add = parser.add_argument
    add(
        "--fail-on",
        metavar="LEVEL",
        choices=("error", "warning", "note"),
        default="error",
        help="the lowest level that fails the run: error (default), warning or note",
    )
    add(
        "--undecided",
        choices=("warn", "error", "ignore"),
        default="warn",
        help="show what cannot be decided (warn, default), fail the run for it (error), or leave it out (ignore)",
    )
    add("--output-format", metavar="FORMAT", choices=FORMATS, default="text", help=f"one of {', '.join(FORMATS)}")
    add("--output-file", metavar="FILE", help="write the report there instead of to standard output")
    add(
        "--report",
        metavar="FORMAT=FILE",
        action="append",
        default=[],
        type=_report,
        help="write another report in the same run (repeatable)",
    )
    add("--color", choices=("auto", "always", "never"), default="auto", help="colours in text (default: auto)")
    add("--exit-zero", action="store_true", help="end with 0 although there are findings")


def require_distinct(arguments: argparse.Namespace) -> None:
    """Refuse two reports in one file, where the second would take the place of the first. Raises UsageError."""
    seen: dict[str, str] = {}
    for file in (*(file for _, file in arguments.report), *filter(None, [arguments.output_file])):
        place = os.path.realpath(file)
        if place in seen and not place.startswith("/dev/"):
            raise UsageError(f"two reports would go to {file}: name a file for each")
        seen[place] = file


def formats_of(arguments: argparse.Namespace) -> set[str]:
    """Return the formats in which a run is to report."""
    return {arguments.output_format, *(name for name, _ in arguments.report)}


def with_board(arguments: argparse.Namespace) -> bool:
    """Tell whether any of the formats shows the promotion board."""
    return not WITH_BOARD.isdisjoint(formats_of(arguments))


Render = Callable[[str, bool], str]
"""Return the report in a format, with colours or without."""


def write_reports(rendered: Render, arguments: argparse.Namespace) -> None:
    """Write everything that was asked for, or nothing where one of them cannot be made. Raises UsageError."""
    files = [(file, rendered(name, False)) for name, file in arguments.report]
    last = rendered(arguments.output_format, not arguments.output_file and colourful(arguments.color))
    for file, text in files:
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


def _report(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not (equals and file) or name not in FORMATS:
        raise argparse.ArgumentTypeError(f"{text!r} is not FORMAT=FILE with one of {', '.join(FORMATS)}")
    return name, file

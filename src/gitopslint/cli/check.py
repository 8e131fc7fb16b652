"""`gitopslint check`."""

from __future__ import annotations

import argparse
import os
from contextlib import closing

from gitopslint.cli import deadline
from gitopslint.cli.exits import CLEAN, FAULT, FINDINGS, USAGE, UsageError, tell
from gitopslint.cli.output import FORMATS, WITH_BOARD, colourful, render, write_file, write_out
from gitopslint.cli.pair import open_checked
from gitopslint.engine.run import run
from gitopslint.engine.selection import UnknownRuleError, select
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.finding import Report
from gitopslint.model.rule import LEVELS


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    add = parser.add_argument
    add(
        "path",
        metavar="PATH",
        nargs="?",
        default=".",
        help="the repository, or a file or folder in it to report on (default: here)",
    )
    add("--staged", action="store_true", help="check what is staged for the next commit, not the files on disk")
    add("--platform", metavar="DIR", help="in the product: a checkout of the platform repository")
    add("--product", metavar="DIR", help="in the platform: a checkout of the product repository")
    add(
        "--base",
        metavar="REF",
        help="what the change is to be merged into: all since then counts as one landing "
        "(default: what the variables of a merge-request pipeline say)",
    )
    add(
        "--new-only",
        action="store_true",
        help="fail only on findings that the check of the base had not; those that it had are listed as known "
        "(with --staged, the base is HEAD by default)",
    )
    add(
        "--select",
        metavar="RULE",
        action="extend",
        default=[],
        type=_names,
        help="run only these rules or families (repeatable, or with commas)",
    )
    add(
        "--ignore",
        metavar="RULE",
        action="extend",
        default=[],
        type=_names,
        help="leave out these rules or families (repeatable, or with commas)",
    )
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
    deadline.declare(parser)


def check(arguments: argparse.Namespace) -> int:
    """Check a repository, write the reports, and return the exit code. Raises UsageError."""
    _distinct(arguments)
    shipped = load_catalogue()
    workspace = open_checked(arguments, shipped)
    catalogue = workspace.catalogue
    try:
        selection = select(catalogue, workspace.side.contract, arguments.select, arguments.ignore)
    except UnknownRuleError as error:
        raise UsageError(str(error)) from None
    with closing(workspace.side) as side:
        report = run(
            side,
            catalogue,
            selection,
            prefix=workspace.prefix,
            scope=workspace.scope,
            contract_file=workspace.contract_file,
            board=not WITH_BOARD.isdisjoint({arguments.output_format, *(name for name, _ in arguments.report)}),
        )
    if arguments.new_only:
        from gitopslint.cli.before import since_base  # few runs compare

        report = since_base(report, workspace, arguments, shipped)
    if arguments.undecided == "ignore":
        report = report._replace(undecided=())
    _write(report, arguments)
    return _exit_code(report, arguments)


def _distinct(arguments: argparse.Namespace) -> None:
    """Refuse two reports in one file, where the second would take the place of the first."""
    seen: dict[str, str] = {}
    for file in (*(file for _, file in arguments.report), *filter(None, [arguments.output_file])):
        place = os.path.realpath(file)
        if place in seen and not place.startswith("/dev/"):
            raise UsageError(f"two reports would go to {file}: name a file for each")
        seen[place] = file


def _write(report: Report, arguments: argparse.Namespace) -> None:
    fail_on = arguments.fail_on
    for name, file in arguments.report:
        write_file(file, render(name, report, colour=False, fail_on=fail_on))
    if arguments.output_file:
        written = render(arguments.output_format, report, colour=False, fail_on=fail_on)
        write_file(arguments.output_file, written)
    else:
        colour = colourful(arguments.color)
        write_out(render(arguments.output_format, report, colour=colour, fail_on=fail_on))


def _exit_code(report: Report, arguments: argparse.Namespace) -> int:
    for fault in report.faults:
        tell(
            f"the rule {fault.rule} crashed on {fault.subject} ({fault.error}), so nobody knows its verdict: "
            f"please report it"
        )
    for one in report.unread:
        tell(f"{report.prefix}{one.path} cannot be read: {one.reason}")
    if report.faults:
        return FAULT
    if report.unread:
        return USAGE
    if arguments.exit_zero:
        return CLEAN
    threshold = LEVELS.index(arguments.fail_on)
    if any(LEVELS.index(finding.level) >= threshold for finding in report.introduced):
        return FINDINGS
    return FINDINGS if report.undecided and arguments.undecided == "error" else CLEAN


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} holds an empty name")
    return names


def _report(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not (equals and file) or name not in FORMATS:
        raise argparse.ArgumentTypeError(f"{text!r} is not FORMAT=FILE with one of {', '.join(FORMATS)}")
    return name, file

"""`gitopslint check`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from time import perf_counter

from gitopslint.cli import deadline
from gitopslint.cli.clock import today
from gitopslint.cli.exits import CLEAN, FAULT, FINDINGS, USAGE, UsageError, tell
from gitopslint.cli.output import FORMATS, WITH_BOARD, colourful, render, write_file, write_out
from gitopslint.cli.pair import Checked, open_checked
from gitopslint.cli.subject import declare_subject, selection_of
from gitopslint.engine.run import run
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.unit import Unit
from gitopslint.model.finding import Report
from gitopslint.model.rule import LEVELS
from gitopslint.model.source import Source
from gitopslint.model.span import within
from gitopslint.reporters.escape import visible

Change = tuple[str, Source, Source]


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    declare_subject(parser)
    add = parser.add_argument
    add("--staged", action="store_true", help="check what is staged for the next commit, not the files on disk")
    add(
        "--new-only",
        action="store_true",
        help="fail only on findings that the check of the base had not; those that it had are listed as known "
        "(with --staged, the base is HEAD by default)",
    )
    add(
        "--baseline",
        metavar="FILE",
        help="findings that this file holds are known and do not fail; `gitopslint baseline` writes it "
        "(default: what the contract says)",
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
    add("--fix", action="store_true", help="repair what can be repaired without doubt ([*]), and report the rest")
    add("--unsafe-fixes", action="store_true", help="repair also where a comment is lost or the meaning may change")
    add("--diff", action="store_true", help="show what these would change, and write nothing; ends with 1 for anything")
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
    add(
        "--statistics",
        action="store_true",
        help="count findings by rule and by app: below the text, or on standard error; there also where the time went",
    )
    add("--show-files", action="store_true", help="list all files and what each is read as; nothing is checked")
    add(
        "--progress",
        choices=("auto", "never"),
        default="auto",
        help="say on a terminal how far a long run has got (auto, default), or do not (never)",
    )
    add("--color", choices=("auto", "always", "never"), default="auto", help="colours in text (default: auto)")
    add("--exit-zero", action="store_true", help="end with 0 although there are findings")
    deadline.declare(parser)


def check(arguments: argparse.Namespace) -> int:
    """Check a repository, write the reports, and return the exit code. Raises UsageError."""
    _distinct(arguments)
    started = perf_counter()
    shipped = load_catalogue()
    workspace = open_checked(arguments, shipped)
    opened = perf_counter()
    selection = selection_of(arguments, workspace)
    if arguments.show_files:
        return _show_files(workspace)
    recorded = arguments.baseline or workspace.ground.contract.baseline
    whole = bool(recorded)  # whether a finding is gone hangs on all that is undecided
    board = not WITH_BOARD.isdisjoint({arguments.output_format, *(name for name, _ in arguments.report)})
    changes: tuple[Change, ...] = ()
    if arguments.fix or arguments.unsafe_fixes or arguments.diff:
        from gitopslint.cli.fixing import fix  # few runs change anything

        report, changes = fix(arguments, shipped, workspace, selection, whole=whole, board=board)
    else:
        with closing(workspace.side) as side, _progress(arguments) as watch:
            report = run(
                side,
                workspace.catalogue,
                selection,
                prefix=workspace.prefix,
                scope=workspace.scope,
                whole=whole,
                contract_file=workspace.contract_file,
                today=today(),
                watch=watch,
                board=board,
            )
    checked = perf_counter()
    if recorded:
        from gitopslint.cli.recorded import with_baseline  # not every repository has one

        report = with_baseline(report, workspace, selection, arguments.baseline)
    if arguments.new_only:
        from gitopslint.cli.before import since_base  # few runs compare

        report = since_base(report, workspace, arguments, shipped)
    if arguments.undecided == "ignore":
        report = report._replace(undecided=())
    compared = perf_counter()
    if arguments.diff:
        from gitopslint.reporters.diff import render as render_diff

        write_out(render_diff(changes, workspace.prefix, colour=colourful(arguments.color)))
        return max(_failure(report), FINDINGS if changes else CLEAN)
    _write(report, arguments)
    if arguments.statistics:
        from gitopslint.cli.account import give_account  # few runs are asked for one

        below = arguments.output_format == "text" and not arguments.output_file
        spent = {"open": opened - started, "check": checked - opened, "compare": compared - checked}
        give_account(report, below, spent | {"report": perf_counter() - compared})
    return _exit_code(report, arguments)


def _distinct(arguments: argparse.Namespace) -> None:
    """Refuse two reports in one file, where the second would take the place of the first."""
    seen: dict[str, str] = {}
    for file in (*(file for _, file in arguments.report), *filter(None, [arguments.output_file])):
        place = os.path.realpath(file)
        if place in seen and not place.startswith("/dev/"):
            raise UsageError(f"two reports would go to {file}: name a file for each")
        seen[place] = file


def _progress(arguments: argparse.Namespace) -> AbstractContextManager[Callable[[Unit], None] | None]:
    if not sys.stderr.isatty():
        return nullcontext()
    from gitopslint.cli.progress import progress  # a hook or a pipeline has no terminal

    return progress(arguments.progress)


def _show_files(workspace: Checked) -> int:
    from gitopslint.loaders.inventory import inventory  # few runs list files

    with closing(workspace.side) as side:
        files = [one for one in inventory(side) if within(one.path, workspace.scope)]
    write_out("".join(f"{visible(workspace.prefix + one.path)}\t{visible(one.use)}\n" for one in files))
    return CLEAN


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


def _failure(report: Report) -> int:
    """Say what could not be checked, and return the exit code for that; 0 where everything was."""
    for fault in report.faults:
        tell(
            f"the rule {fault.rule} crashed on {fault.subject} ({fault.error}), so nobody knows its verdict: "
            f"please report it"
        )
    for one in report.unread:
        tell(f"{report.prefix}{one.path} cannot be read: {one.reason}")
    if report.faults:
        return FAULT
    return USAGE if report.unread else CLEAN


def _exit_code(report: Report, arguments: argparse.Namespace) -> int:
    if (failure := _failure(report)) != CLEAN:
        return failure
    if arguments.exit_zero:
        return CLEAN
    threshold = LEVELS.index(arguments.fail_on)
    if any(LEVELS.index(finding.level) >= threshold for finding in report.introduced):
        return FINDINGS
    return FINDINGS if report.undecided and arguments.undecided == "error" else CLEAN


def _report(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not (equals and file) or name not in FORMATS:
        raise argparse.ArgumentTypeError(f"{text!r} is not FORMAT=FILE with one of {', '.join(FORMATS)}")
    return name, file

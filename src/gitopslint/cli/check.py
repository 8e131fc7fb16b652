"""`gitopslint check`."""

from __future__ import annotations

import argparse
import sys
from contextlib import AbstractContextManager, closing, nullcontext
from time import perf_counter

from gitopslint.cli import deadline, memory
from gitopslint.cli.clock import today
from gitopslint.cli.dividing import declare_dividing, keeping_of, require_divisible
from gitopslint.cli.exits import CLEAN, FINDINGS
from gitopslint.cli.jobs import jobs_of
from gitopslint.cli.output import colourful, write_out
from gitopslint.cli.pair import Checked, open_checked
from gitopslint.cli.reporting import (
    declare_reporting,
    exit_code,
    failure,
    rendering,
    require_distinct,
    with_board,
    write_reports,
)
from gitopslint.cli.subject import declare_subject, selection_of
from gitopslint.cli.workspace import begin_listing
from gitopslint.engine.run import Watch, run
from gitopslint.engine.selection import Selection
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.finding import Report
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
    add("--fix", action="store_true", help="repair what can be repaired without doubt ([*]), and report the rest")
    add("--unsafe-fixes", action="store_true", help="repair also where a comment is lost or the meaning may change")
    add("--diff", action="store_true", help="show what these would change, and write nothing; ends with 1 for anything")
    declare_reporting(parser)
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
    declare_dividing(parser)
    add(
        "--cache-dir",
        metavar="DIR",
        help="keep results there for the next run (default: $GITOPSLINT_CACHE_DIR, or $XDG_CACHE_HOME/gitopslint)",
    )
    add("--no-cache", action="store_true", help="neither use nor keep results of other runs")
    deadline.declare(parser)
    memory.declare(parser)


def check(arguments: argparse.Namespace) -> int:
    """Check a repository, write the reports, and return the exit code. Raises UsageError."""
    require_distinct(arguments)
    started = perf_counter()
    fixing = arguments.fix or arguments.unsafe_fixes or arguments.diff
    cached = not (arguments.no_cache or fixing or arguments.show_files)
    listing = begin_listing(arguments.path) if not arguments.staged else None
    try:
        shipped = load_catalogue()
        workspace = open_checked(arguments, shipped, cached=cached, listing=listing)
    finally:
        if listing is not None:
            listing.close()
    opened = perf_counter()
    selection = selection_of(arguments, workspace)
    if arguments.show_files:
        return _show_files(workspace)
    require_divisible(arguments, workspace, fixing=fixing)
    recorded = arguments.baseline or workspace.ground.contract.baseline
    whole = bool(recorded)  # whether a finding is gone hangs on all that is undecided
    changes: tuple[Change, ...] = ()
    if fixing:
        from gitopslint.cli.fixing import fix  # few runs change anything

        report, changes = fix(arguments, shipped, workspace, selection, whole=whole)
    else:
        report = _checked(arguments, workspace, selection, whole=whole)
    checked = perf_counter()
    if recorded:
        from gitopslint.cli.recorded import with_baseline  # not every repository has one

        everywhere = arguments.shard.is_all
        report = with_baseline(report, workspace, selection, arguments.baseline, everywhere=everywhere)
    if arguments.new_only:
        from gitopslint.cli.before import since_base  # few runs compare
        from gitopslint.engine.pieces import with_comparison

        report = with_comparison(since_base(report, workspace, arguments, shipped))
    if arguments.undecided == "ignore":
        report = report._replace(undecided=())
    compared = perf_counter()
    if arguments.diff:
        from gitopslint.reporters.diff import render as render_diff

        write_out(render_diff(changes, workspace.prefix, colour=colourful(arguments.color)))
        return max(failure([report]), FINDINGS if changes else CLEAN)
    write_reports(rendering(report, arguments), arguments)
    if arguments.statistics:
        from gitopslint.cli.account import give_account  # few runs are asked for one

        below = arguments.output_format == "text" and not arguments.output_file
        spent = {"open": opened - started, "check": checked - opened, "compare": compared - checked}
        give_account(report, below, spent | {"report": perf_counter() - compared})
    return exit_code([report], arguments)


def _checked(arguments: argparse.Namespace, workspace: Checked, selection: Selection, *, whole: bool) -> Report:
    with closing(workspace.side) as side, _progress(arguments) as watch:
        cache = None
        if workspace.keeper is not None:
            from gitopslint.cli.caching import open_cache  # not for small repositories

            cache = open_cache(workspace, selection, arguments)
        return run(
            side,
            workspace.catalogue,
            selection,
            prefix=workspace.prefix,
            scope=workspace.scope,
            whole=whole,
            contract_file=workspace.contract_file,
            today=today(),
            share=arguments.shard,
            keeping=keeping_of(arguments, workspace),
            cache=cache,
            jobs=jobs_of(arguments),
            watch=watch,
            board=with_board(arguments),
        )


def _progress(arguments: argparse.Namespace) -> AbstractContextManager[Watch | None]:
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

"""What `gitopslint check` does."""

from __future__ import annotations

import argparse
import sys
from contextlib import AbstractContextManager, closing, nullcontext
from time import perf_counter

from gitopslint.cli.exits import CLEAN, FINDINGS
from gitopslint.cli.formats import with_board
from gitopslint.cli.jobs import jobs_of
from gitopslint.cli.joinable import keeping_of, require_divisible
from gitopslint.cli.looking import looking
from gitopslint.cli.output import colourful, write_out
from gitopslint.cli.pair import Checked, open_checked, selection_of
from gitopslint.cli.reporting import exit_code, failure, rendering, write_reports
from gitopslint.engine.run import Results, Watch
from gitopslint.engine.selection import Selection
from gitopslint.loaders.git import Ahead
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.finding import Report
from gitopslint.model.source import Source
from gitopslint.model.span import within
from gitopslint.reporters.escape import visible

Change = tuple[str, Source, Source]


def checked(arguments: argparse.Namespace, started: float, ahead: Ahead | None) -> int:
    """Check a repository, write the reports, and return the exit code. Raises UsageError.

    `ahead` are the questions that git works on already.
    """
    fixing = arguments.fix or arguments.unsafe_fixes or arguments.diff
    cached = not (arguments.no_cache or fixing or arguments.show_files)
    shipped = load_catalogue()
    workspace = open_checked(arguments, shipped, cached=cached, ahead=ahead)
    opened = perf_counter()
    selection = selection_of(arguments, workspace)
    if arguments.show_files:
        return _show_files(workspace)
    require_divisible(arguments, workspace, fixing=fixing)
    recorded = arguments.baseline or workspace.ground.contract.baseline
    whole = bool(recorded)  # whether a finding is gone hangs on all that is undecided
    changes: tuple[Change, ...] = ()
    cache = said = None
    if workspace.keeper is not None:
        from gitopslint.cli.caching import open_cache  # not for small repositories
        from gitopslint.cli.said import said_of

        cache = open_cache(workspace, selection, arguments)
        said = said_of(cache, workspace, arguments)
        if said is not None and (again := said.again()) is not None:
            workspace.side.close()
            rendered, code = again
            write_reports(rendered, arguments)
            return code
    if fixing:
        from gitopslint.cli.fixing import fix  # few runs change anything

        report, changes = fix(arguments, shipped, workspace, selection, whole=whole)
    else:
        report = _examined(arguments, workspace, selection, cache, whole=whole)
    if ahead is not None:
        ahead.close()
    examined = perf_counter()
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
    rendered = rendering(report, arguments)
    write_reports(rendered if said is None else said.noted(rendered), arguments)
    if arguments.statistics:
        from gitopslint.cli.account import give_account  # few runs are asked for one

        below = arguments.output_format == "text" and not arguments.output_file
        spent = {"open": opened - started, "check": examined - opened, "compare": compared - examined}
        give_account(report, below, spent | {"report": perf_counter() - compared})
    code = exit_code([report], arguments)
    if said is not None and cache is not None and cache.lasts and code in (CLEAN, FINDINGS):
        said.keep(code)
    return code


def _examined(
    arguments: argparse.Namespace, workspace: Checked, selection: Selection, cache: Results | None, *, whole: bool
) -> Report:
    with closing(workspace.side), _progress(arguments) as watch:
        return looking(workspace, selection)(
            whole=whole,
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

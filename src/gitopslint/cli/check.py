"""`gitopslint check`."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Literal

from gitopslint import __version__
from gitopslint.cli.exits import UsageError, tell
from gitopslint.cli.mainline import base_of
from gitopslint.cli.pair import Checked, open_checked
from gitopslint.cli.reporting import declare_reporting, exit_code, formats_of, rendering, with_board, write_reports
from gitopslint.engine.pieces import with_comparison
from gitopslint.engine.run import Keeping, run
from gitopslint.engine.selection import UnknownRuleError, select
from gitopslint.engine.workers import automatic
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.tree import DiskTree
from gitopslint.loaders.watched import WatchedTree
from gitopslint.model.share import ALL, MOST_SHARES, Share

_MOST_JOBS = 256


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
        "--shard",
        metavar="I/N",
        type=_share,
        default=ALL,
        help="check only the I-th of N shares of the apps and files, as JSON for `gitopslint merge`",
    )
    add(
        "--jobs",
        metavar="N",
        type=_jobs,
        default=1,
        help="let N processes share the work (default: 1; auto: as many as pay on this machine)",
    )
    add(
        "--cache-dir",
        metavar="DIR",
        help="keep results there for the next run (default: $GITOPSLINT_CACHE_DIR, or $XDG_CACHE_HOME/gitopslint)",
    )
    add("--no-cache", action="store_true", help="neither use nor keep results of other runs")
    declare_reporting(parser)


def check(arguments: argparse.Namespace) -> int:
    """Check a repository, write the reports, and return the exit code. Raises UsageError."""
    shipped = load_catalogue()
    workspace = open_checked(arguments, shipped)
    catalogue = workspace.catalogue
    _require_divisible(arguments, workspace)
    try:
        selection = select(catalogue, workspace.side.contract, arguments.select, arguments.ignore)
    except UnknownRuleError as error:
        raise UsageError(str(error)) from None
    with closing(workspace.side) as side:
        cache = None
        if isinstance(side.tree, WatchedTree):
            from gitopslint.cli.caching import open_cache  # not for small repositories

            cache = open_cache(workspace, selection, arguments)
        report = run(
            side,
            catalogue,
            selection,
            prefix=workspace.prefix,
            scope=workspace.scope,
            contract_file=workspace.contract_file,
            share=arguments.shard,
            cache=cache,
            board=with_board(arguments),
            jobs=automatic(len(side.paths)) if arguments.jobs == "auto" else arguments.jobs,
            keeping=_keeping(arguments, workspace) if "json" in formats_of(arguments) else None,
        )
    if arguments.new_only:
        from gitopslint.cli.before import since_base  # few runs compare

        report = with_comparison(since_base(report, workspace, arguments, shipped))
    if arguments.undecided == "ignore":
        report = report._replace(undecided=())
    write_reports(rendering(report, arguments), arguments)
    return exit_code([report], arguments)


def _require_divisible(arguments: argparse.Namespace, workspace: Checked) -> None:
    """Raise UsageError where a share was asked for of what cannot be divided."""
    if arguments.shard.is_all:
        return
    if workspace.ground.repository is None:
        raise UsageError("--shard needs a git repository: by its commit `gitopslint merge` knows what belongs together")
    if workspace.side.turned:
        raise UsageError("--shard is for runs in the product; a run in the platform is small and has no shares")
    if arguments.new_only:
        raise UsageError("--new-only compares whole reports, so it does not go with --shard")
    if formats_of(arguments) != {"json"}:
        tell(f"this is share {arguments.shard} only; `gitopslint merge` makes the whole of the JSON reports of all")


def _keeping(arguments: argparse.Namespace, workspace: Checked) -> Keeping:
    from gitopslint.loaders.state import state_of  # few reports are joined

    ground = workspace.ground
    base = base_of(ground.repository, arguments.base, staged=arguments.staged)
    about = (repr(ground.contract), *base, _beside(workspace))
    seal = state_of(ground.repository, ground.tree, repr(about), staged=arguments.staged)
    return Keeping(__version__, seal.public, seal.key)


def _beside(workspace: Checked) -> str:
    """Return what tells the states of the other repository apart; nothing where it is not at hand."""
    from gitopslint.loaders.git import find_repository
    from gitopslint.loaders.state import state_of

    tree = workspace.side.beside
    if tree is None:
        return ""
    repository = find_repository(tree.root) if isinstance(tree, DiskTree) else None
    head = base_of(repository, None, staged=True)
    return state_of(repository, tree, repr(head), staged=False).public


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} holds an empty name")
    return names


def _jobs(text: str) -> int | Literal["auto"]:
    if text == "auto":
        return "auto"
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number from 1 to {_MOST_JOBS} nor auto")
    return int(text)


def _share(text: str) -> Share:
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= MOST_SHARES):
        raise argparse.ArgumentTypeError(f"{text!r} is not I/N, such as 2/5, with N up to {MOST_SHARES}")
    return Share(int(number), int(of))

"""The words that say how a run shares its work, and what makes its report one that can be joined with others."""

from __future__ import annotations

import argparse

from gitopslint import __version__
from gitopslint.cli.exits import UsageError, tell
from gitopslint.cli.jobs import declare_jobs
from gitopslint.cli.mainline import base_of
from gitopslint.cli.pair import Checked
from gitopslint.cli.reporting import formats_of
from gitopslint.engine.run import Keeping
from gitopslint.loaders.tree import DiskTree
from gitopslint.model.share import ALL, MOST_SHARES, Share


def declare_dividing(parser: argparse.ArgumentParser) -> None:
    """Add the words."""
    add = parser.add_argument
    add(
        "--shard",
        metavar="I/N",
        type=_share,
        default=ALL,
        help="check only the I-th of N shares of the apps and files, as JSON for `gitopslint merge`",
    )
    declare_jobs(parser)


def require_divisible(arguments: argparse.Namespace, checked: Checked, *, fixing: bool) -> None:
    """Raise UsageError where a share was asked for of what cannot be divided."""
    if arguments.shard.is_all:
        return
    if checked.ground.repository is None:
        raise UsageError("--shard needs a git repository: by its commit `gitopslint merge` knows what belongs together")
    if checked.side.turned:
        raise UsageError("--shard is for runs in the product; a run in the platform is small and has no shares")
    if arguments.new_only:
        raise UsageError("--new-only compares whole reports, so it does not go with --shard")
    if fixing:
        raise UsageError("a fix is judged by the whole report, so --fix, --unsafe-fixes and --diff need no --shard")
    if formats_of(arguments) != {"json"}:
        tell(f"this is share {arguments.shard} only; `gitopslint merge` makes the whole of the JSON reports of all")


def keeping_of(arguments: argparse.Namespace, checked: Checked) -> Keeping | None:
    """Return what a JSON report needs to be joined with others; None where none is written."""
    if "json" not in formats_of(arguments):
        return None
    from gitopslint.loaders.state import state_of  # few reports are joined

    ground = checked.ground
    base = base_of(ground.repository, arguments.base, staged=arguments.staged)
    about = (repr(ground.contract), *base, _beside(checked))
    seal = state_of(ground.repository, ground.tree, repr(about), staged=arguments.staged)
    return Keeping(__version__, seal.public, seal.key)


def _beside(checked: Checked) -> str:
    """Return what tells the states of the other repository apart; nothing where it is not at hand."""
    from gitopslint.loaders.git import find_repository
    from gitopslint.loaders.state import state_of

    tree = checked.side.beside
    if tree is None:
        return ""
    repository = find_repository(tree.root) if isinstance(tree, DiskTree) else None
    head = base_of(repository, None, staged=True)
    return state_of(repository, tree, repr(head), staged=False).public


def _share(text: str) -> Share:
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= MOST_SHARES):
        raise argparse.ArgumentTypeError(f"{text!r} is not I/N, such as 2/5, with N up to {MOST_SHARES}")
    return Share(int(number), int(of))

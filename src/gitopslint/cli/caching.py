"""Whether a run keeps its results, and where."""

from __future__ import annotations

import argparse

from gitopslint.cli.clock import today
from gitopslint.cli.exits import UsageError, tell
from gitopslint.cli.formats import with_board
from gitopslint.cli.mainline import base_of
from gitopslint.cli.pair import Checked
from gitopslint.engine.cache import Cache, Git
from gitopslint.engine.selection import Selection
from gitopslint.engine.whole_run import Undivided
from gitopslint.loaders.annals import Keeper
from gitopslint.loaders.cache_store import CacheError
from gitopslint.loaders.contents import Contents
from gitopslint.loaders.fingerprint import digest, git_objects, git_state, links
from gitopslint.loaders.git import GitError, find_repository
from gitopslint.loaders.product import Product
from gitopslint.loaders.side import Side
from gitopslint.loaders.tree import DiskTree, Tree
from gitopslint.loaders.watched import WatchedTree
from gitopslint.model.moment import is_past


def open_cache(checked: Checked, selection: Selection, arguments: argparse.Namespace) -> Cache | Undivided | None:
    """Return the results of earlier runs; None where none are to be kept. Raises UsageError."""
    try:
        if checked.side.turned:
            return _platform_cache(checked, selection)
        base = base_of(checked.ground.repository, arguments.base, staged=arguments.staged)
        # Runs with a base and without are kept apart, or each would displace the other.
        kind = (str(arguments.shard), str(with_board(arguments)), str(len(base) > 1))
        return _cache(checked, selection, base, kind, staged=arguments.staged)
    except CacheError as error:
        if arguments.cache_dir:
            raise UsageError(str(error)) from None
        tell(f"nothing is kept for the next run: {error}")
        return None
    except GitError as error:
        raise UsageError(str(error)) from None


def open_base_cache(before: Checked, commit: str, selection: Selection) -> Cache | None:
    """Return the results of earlier runs on the base of a change; None where none are to be kept."""
    try:
        return _cache(before, selection, (commit,), ("the base",))
    except (CacheError, GitError):
        return None  # the run itself has said so


def _cache(
    checked: Checked, selection: Selection, base: tuple[str | None, ...], kind: tuple[str, ...], *, staged: bool = False
) -> Cache | None:
    side, keeper, contract = checked.side, checked.keeper, checked.ground.contract
    if keeper is None or not (isinstance(side, Product) and isinstance(side.tree, WatchedTree)):
        return None
    world = digest(
        keeper.program,
        repr(contract),
        repr(selection.levels),
        checked.prefix,
        *kind,
        _beside(side, keeper),
        repr([is_past(one.until, today()) for one in contract.secrets.allow]),
    )
    return Cache(keeper, side, side.tree, world, _git_of(checked, base, staged=staged))


def _platform_cache(checked: Checked, selection: Selection) -> Undivided | None:
    side, keeper = checked.side, checked.keeper
    if keeper is None or not isinstance(side.tree, WatchedTree):
        return None
    git, tree = _git_of(checked, ("the platform",), staged=False).all, side.tree.tree
    if git is None:
        return None
    contracts = (repr(checked.ground.contract), repr(side.contract))
    files = (_content_of(tree, keeper), links(tree))
    world = (checked.prefix, side.other, repr(selection.levels), _beside(side, keeper))
    return Undivided(keeper.store, digest(keeper.program, git, *contracts, *files, *world))


def _content_of(tree: Tree, keeper: Keeper) -> str:
    contents = Contents(tree, keeper)
    found = contents.together(tree.paths)
    contents.keep()
    return found


def _beside(side: Side, keeper: Keeper) -> str:
    """Return a digest of the other repository, with what its git could be asked."""
    tree = side.beside
    if tree is None:
        return ""
    repository = find_repository(tree.root) if isinstance(tree, DiskTree) else None
    objects = git_objects(repository) if repository is not None else ""
    if objects is None:
        raise CacheError("the objects of the other repository lie in several places")
    state = git_state(repository, objects) if repository is not None else ""
    return digest(_content_of(tree, keeper), links(tree), state)


def _git_of(checked: Checked, base: tuple[str | None, ...], *, staged: bool) -> Git:
    """Return digests of the commits that the run is about, and of all that git could be asked about them."""
    repository = checked.ground.repository
    if repository is None:
        return Git("", "")
    if (objects := git_objects(repository)) is None:
        return Git(None, None)
    state = git_state(repository, objects, staged=staged)
    return Git(digest(state, repr(base), str(staged)), digest(objects, repr(base)))

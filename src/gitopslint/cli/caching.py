"""Whether a run keeps its results, and where."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from gitopslint.cli.clock import today
from gitopslint.cli.exits import UsageError, tell
from gitopslint.cli.mainline import base_of
from gitopslint.cli.pair import CACHE_VARIABLE, Checked
from gitopslint.cli.reporting import with_board
from gitopslint.engine.cache import Cache
from gitopslint.engine.selection import Selection
from gitopslint.loaders.cache_store import CacheError, CacheStore
from gitopslint.loaders.fingerprint import contents, digest, git_state, links, program, together
from gitopslint.loaders.git import GitError, find_repository
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import DiskTree
from gitopslint.loaders.watched import WatchedTree
from gitopslint.model.moment import is_past


def open_cache(
    checked: Checked,
    selection: Selection,
    arguments: argparse.Namespace,
    environment: Mapping[str, str] = os.environ,
) -> Cache | None:
    """Return the results of earlier runs; None where none are to be kept. Raises UsageError."""
    side = checked.side
    if not (isinstance(side, Product) and isinstance(side.tree, WatchedTree)):
        return None
    asked = arguments.cache_dir or environment.get(CACHE_VARIABLE)
    folder = Path(os.path.abspath(asked)) if asked else _usual_folder(environment)  # noqa: PTH100 - no link is followed
    try:
        if folder is None or not _is_safe(folder, checked, asked=bool(asked)):
            return None
        store = CacheStore(folder)
        base = base_of(checked.ground.repository, arguments.base, staged=arguments.staged)
        world = digest(
            program(),
            repr(checked.ground.contract),
            repr(selection.levels),
            checked.prefix,
            str(arguments.shard),
            str(with_board(arguments)),
            str(len(base) > 1),  # runs with a base and without are kept apart, or each would displace the other
            _beside(side),
            repr([is_past(one.until, today()) for one in checked.ground.contract.secrets.allow]),
        )
        return Cache(store, side, side.tree, world, _past(checked, arguments, base))
    except CacheError as error:
        if arguments.cache_dir:
            raise UsageError(str(error)) from None
        tell(f"nothing is kept for the next run: {error}")
        return None
    except GitError as error:
        raise UsageError(str(error)) from None


def _usual_folder(environment: Mapping[str, str]) -> Path | None:
    """Return the folder of the XDG Base Directory Specification, which ignores relative paths."""
    named, home = Path(environment.get("XDG_CACHE_HOME", "")), Path(environment.get("HOME", ""))
    if named.is_absolute():
        return named / "gitopslint"
    return home / ".cache" / "gitopslint" if home.is_absolute() else None


def _is_safe(folder: Path, checked: Checked, *, asked: bool) -> bool:
    """Tell whether the checked repository cannot have brought along what is in a folder. Raises CacheError."""
    ground = checked.ground
    top = Path(os.path.realpath(ground.repository.top if ground.repository is not None else ground.root))
    real = Path(os.path.realpath(folder))
    if real != top and not real.is_relative_to(top):
        return True
    if not asked:
        return False
    if ground.repository is None or real == top:
        raise CacheError(f"the cache folder {folder} is part of what is checked: name one beside it")
    below = os.fsencode(real.relative_to(top).as_posix()) + b"/"
    tracked, _ = ground.repository.files()
    if any(path.startswith(below) for path in tracked):
        raise CacheError(f"git tracks files in the cache folder {folder}, so a commit could bring results along")
    return True


def _beside(side: Product) -> str:
    """Return a digest of the platform, with what its git could be asked."""
    tree = side.beside
    if tree is None:
        return ""
    repository = find_repository(tree.root) if isinstance(tree, DiskTree) else None
    state = git_state(repository) if repository is not None else ""
    if state is None:
        raise CacheError("the objects of the platform lie in several places")
    return digest(together(contents(tree), tree.paths), links(tree), state)


def _past(checked: Checked, arguments: argparse.Namespace, base: tuple[str | None, ...]) -> str | None:
    """Return a digest of the commits that the run is about, and of all that git could be asked about them."""
    repository = checked.ground.repository
    if repository is None:
        return ""
    state = git_state(repository, staged=arguments.staged)
    return None if state is None else digest(state, repr(base), str(arguments.staged))

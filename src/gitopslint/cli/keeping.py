"""Where a run keeps its results, if anywhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from gitopslint.cli.exits import UsageError, tell
from gitopslint.cli.workspace import CACHE_VARIABLE, Ground
from gitopslint.loaders.annals import Keeper
from gitopslint.loaders.cache_store import CacheError, CacheStore
from gitopslint.loaders.fingerprint import program
from gitopslint.loaders.git import GitError


def open_keeper(ground: Ground, named: str | None, environment: Mapping[str, str] = os.environ) -> Keeper | None:
    """Return where to keep results; None for nowhere. `named` is the folder that was asked for. Raises UsageError."""
    asked = named or environment.get(CACHE_VARIABLE)
    folder = Path(os.path.abspath(asked)) if asked else _usual_folder(environment)  # noqa: PTH100 - no link is followed
    try:
        if folder is None or not _is_safe(folder, ground, asked=bool(asked)):
            return None
        return Keeper(CacheStore(folder), program(), os.fspath(_top(ground)))
    except CacheError as error:
        if named:
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


def _top(ground: Ground) -> Path:
    return Path(os.path.realpath(ground.repository.top if ground.repository is not None else ground.root))


def _is_safe(folder: Path, ground: Ground, *, asked: bool) -> bool:
    """Tell whether the checked repository cannot have brought along what is in a folder. Raises CacheError."""
    top = _top(ground)
    real = Path(os.path.realpath(folder))
    if real != top and not real.is_relative_to(top):
        return True
    if not asked:
        return False
    if ground.repository is None or real == top:
        raise CacheError(f"the cache folder {folder} is part of what is checked: name one beside it")
    below = real.relative_to(top).as_posix() + "/"
    if any(path.startswith(below) for path in ground.repository.tracked()):
        raise CacheError(f"git tracks files in the cache folder {folder}, so a commit could bring results along")
    return True

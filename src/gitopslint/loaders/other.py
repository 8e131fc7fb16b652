"""The git history of a checkout that is not checked itself, as far as the other repository needs it."""

from __future__ import annotations

from pathlib import Path

from gitopslint.loaders.builds import Commits
from gitopslint.loaders.git import GitError, find_repository
from gitopslint.loaders.git_history import GitHistory, Line, resolve
from gitopslint.loaders.history import History, Unavailable

_CLONE = "check a clone of it, with its whole history"


def history_of(folder: Path) -> History | Unavailable:
    """Return the main line of the checkout in a folder, or why there is none."""
    repository = find_repository(folder)
    if repository is None:
        return Unavailable(f"{folder.name} is in no git repository", _CLONE)
    try:
        return GitHistory(repository, Line(resolve(repository, "HEAD")), 0)
    except GitError as error:
        return Unavailable(str(error), _CLONE)


def commits_of(folder: Path) -> Commits:
    """Return the commits of the checkout in a folder."""
    history = history_of(folder)
    repository = find_repository(folder)
    if isinstance(history, Unavailable) or repository is None:
        return Commits(history)
    try:
        kind = repository.ask("rev-parse", "--show-object-format").strip()
    except GitError as error:
        return Commits(Unavailable(str(error), _CLONE))
    return Commits(history, (64,) if kind == b"sha256" else (40,))

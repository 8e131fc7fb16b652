"""What git is asked before all else, because it takes a while to answer."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from gitopslint.loaders.git import Ahead, GitError, Repository, find_repository
from gitopslint.loaders.questions import CLONE, FILES, HEAD, NEWEST

_SMALL = 1 << 18  # bytes of the index, some 2,000 files: of more, git takes longer to tell what changed than it may


def ask_ahead(path: str) -> Ahead | None:
    """Let git work on what is asked of every repository, while all else is got ready; None where it cannot."""
    start = Path(os.path.abspath(path))  # noqa: PTH100 - as in `locate`
    repository = find_repository(start if start.is_dir() else start.parent) if start.exists() else None
    with contextlib.suppress(GitError):  # whoever needs the answers will say what is wrong
        if repository is not None:
            # What lands begins with HEAD, so that nobody has to ask for it.
            return Ahead(repository.top, (FILES, NEWEST if _is_small(repository) else HEAD, CLONE))
    return None


def _is_small(repository: Repository) -> bool:
    """Tell whether git can tell all landings at once; of a work tree that is linked to a repository, nobody knows."""
    try:
        return os.stat(repository.top / ".git" / "index").st_size < _SMALL  # noqa: PTH116 - costs less
    except OSError:
        return False

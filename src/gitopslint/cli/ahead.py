"""What git is asked before all else, because it takes a while to answer."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from gitopslint.loaders.git import CLONE, FILES, HEAD, Ahead, GitError, find_repository


def ask_ahead(path: str) -> Ahead | None:
    """Let git work on what is asked of every repository, while all else is got ready; None where it cannot."""
    start = Path(os.path.abspath(path))  # noqa: PTH100 - as in `locate`
    repository = find_repository(start if start.is_dir() else start.parent) if start.exists() else None
    with contextlib.suppress(GitError):  # whoever needs the answers will say what is wrong
        return Ahead(repository.top, (FILES, HEAD, CLONE)) if repository is not None else None
    return None

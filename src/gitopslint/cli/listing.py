"""What git is asked before all else, because it takes a while to answer."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from gitopslint.loaders.git import Asked, GitError, find_repository


def begin_listing(path: str) -> Asked | None:
    """Let git look for the files of the repository of a path, while all else is got ready; None where it cannot."""
    start = Path(os.path.abspath(path))  # noqa: PTH100 - as in `locate`
    repository = find_repository(start if start.is_dir() else start.parent) if start.exists() else None
    with contextlib.suppress(GitError):  # whoever needs the files will say what is wrong
        return repository.begin_files() if repository is not None else None
    return None

"""Which paths there are below a folder, and what the file system says of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from gitopslint.loaders.stat_data import stat_data


def every_path(root: Path) -> Iterator[str]:
    """Yield all files and links below a folder, but nothing of git's own."""
    start = os.fspath(root)
    for folder, folders, files in os.walk(start):
        folders[:] = [name for name in folders if name != ".git"]
        relative = os.path.relpath(folder, start)
        linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in (*files, *linked):
            yield name if relative == "." else os.path.join(relative, name)


def looked_at(
    root: Path, paths: Iterable[str], *, stated: bool, whatever: bool
) -> tuple[list[str], dict[str, str], dict[str, bytes]]:
    """Return those paths that are files or links, the links among them, and what is said of the files if `stated`.

    `whatever`: keep all of the paths.
    """
    start = os.path.join(root, "")
    found: list[str] = []
    links: dict[str, str] = {}
    data: dict[str, bytes] = {}
    for path in paths:
        try:
            status = os.lstat(start + path)
        except OSError:
            mode = 0
        else:
            mode = status.st_mode
        if stat.S_ISREG(mode):
            if stated:
                data[path] = stat_data(status)
        elif stat.S_ISLNK(mode):
            links[path] = os.readlink(start + path)
        elif not whatever:
            continue
        found.append(path)
    return found, links, data

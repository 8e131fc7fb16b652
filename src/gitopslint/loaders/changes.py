"""Which files differ between a commit and the files of a run, told by their content and not by the clock."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping

from gitopslint.loaders.blob_id import blob_id
from gitopslint.loaders.git import EXECUTABLE, REGULAR, SYMLINK, IndexEntry, Repository
from gitopslint.loaders.tree import DiskTree, GitTree, ReadError, index_tree
from gitopslint.model.landing import FileChange

# What stands in the commit where Git LFS holds the content. Source: the specification of Git LFS.
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")
_LONGEST_POINTER = 1024


def changed_files(
    repository: Repository, prefix: str, before: GitTree, after: GitTree | DiskTree
) -> tuple[FileChange, ...]:
    """Return every file in which two trees differ, by path from their root, which `prefix` leads to. Raises GitError.

    Files on disk are hashed as git would without its filters, which run programs. What Git LFS has put there counts as
    its pointer, and other line ends count for nothing where the index has the file as it was.
    """
    old = before.entries
    new = after.entries if isinstance(after, GitTree) else _on_disk(after, repository, old)
    differing = [path for path in sorted(old.keys() | new.keys()) if old.get(path) != new.get(path)]
    if isinstance(after, DiskTree) and differing:
        index = index_tree(repository, prefix).entries
        filtered = _Filtered(before, after)
        differing = [
            path for path in differing if not (path in old and path in new and filtered.is_same(path, index.get(path)))
        ]
    return tuple(_change(path, old.get(path), new.get(path)) for path in differing)


def _change(path: str, old: IndexEntry | None, new: IndexEntry | None) -> FileChange:
    link = new is not None and new.mode == SYMLINK
    return FileChange(path, old.oid if old else None, new.oid if new else None, link)


def changed_submodules(repository: Repository, prefix: str, commit: str) -> tuple[FileChange, ...]:
    """Return the submodules below a prefix that the index has at another commit. Raises GitError."""
    old, new, start = repository.submodules(commit), repository.submodules(None), os.fsencode(prefix)
    return tuple(
        FileChange(os.fsdecode(path[len(start) :]), old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if path.startswith(start) and old.get(path) != new.get(path)
    )


def _on_disk(tree: DiskTree, repository: Repository, old: Mapping[str, IndexEntry]) -> dict[str, IndexEntry]:
    width = next((len(entry.oid) for entry in old.values()), 40)
    trusted = repository.trusts_modes()
    found = dict(tree.left_out)
    for path in tree.paths:
        if path in tree.left_out:
            continue
        target = os.path.join(tree.root, path)  # noqa: PTH118 - as in loaders/tree.py
        before = old.get(path)
        try:
            mode = os.lstat(target).st_mode
            if stat.S_ISLNK(mode):
                kind, data = SYMLINK, os.fsencode(os.readlink(target))  # noqa: PTH115
            else:
                kind, data = EXECUTABLE if mode & stat.S_IXUSR else REGULAR, tree.read(path)
                if not trusted and before is not None and before.mode != SYMLINK:
                    kind = before.mode
        except (OSError, ReadError):
            # It is there, and nobody can say what it holds.
            found[path] = IndexEntry(before.mode if before is not None else REGULAR, "")
            continue
        found[path] = IndexEntry(kind, blob_id(data, width))
    return found


class _Filtered:
    """Files that differ on disk because a filter of git made them so, when it checked them out."""

    def __init__(self, before: GitTree, after: DiskTree) -> None:
        self._before = before
        self._after = after

    def is_same(self, path: str, staged: IndexEntry | None) -> bool:
        """Tell whether a file on disk is what a commit holds. `staged` is what the index has."""
        try:
            written, there = self._before.read(path), self._after.read(path)
        except ReadError:
            return False
        pointer = _POINTER.match(written) if len(written) <= _LONGEST_POINTER else None
        if pointer is not None and hashlib.sha256(there).hexdigest().encode() == pointer[1]:
            return True
        # With the same content in the index, git has nothing to commit: an attribute or a setting asked for these ends.
        unchanged = staged is not None and staged == self._before.entries[path]
        return unchanged and there != written and there.replace(b"\r\n", b"\n") == written

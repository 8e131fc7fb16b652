"""Which files differ between a commit and the files of a run, told by their content and not by the clock."""

from __future__ import annotations

import hashlib
import os
import re
import stat

from gitopslint.loaders.git import EXECUTABLE, REGULAR, SYMLINK, IndexEntry, Repository
from gitopslint.loaders.tree import DiskTree, GitTree, ReadError
from gitopslint.model.landing import FileChange

# What stands in the commit where Git LFS holds the content. Source: the specification of Git LFS.
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")
_LONGEST_POINTER = 1024


def changed_files(before: GitTree, after: GitTree | DiskTree) -> tuple[FileChange, ...]:
    """Return every file in which two trees differ, by path from their root.

    Files on disk are hashed as git would without its filters. What Git LFS has put there counts as its pointer.
    """
    old = before.entries
    width = next((len(entry.oid) for entry in old.values()), 40)
    new = after.entries if isinstance(after, GitTree) else _on_disk(after, width, old)
    changes = []
    for path in sorted(old.keys() | new.keys()):
        one, other = old.get(path), new.get(path)
        if one != other and not (one and other and isinstance(after, DiskTree) and _is_pointer(before, path, after)):
            link = other is not None and other.mode == SYMLINK
            changes.append(FileChange(path, one and one.oid, other and other.oid, link))
    return tuple(changes)


def changed_submodules(repository: Repository, prefix: str, commit: str) -> tuple[FileChange, ...]:
    """Return the submodules below a prefix that the index has at another commit. Raises GitError."""
    old, new, start = repository.submodules(commit), repository.submodules(None), os.fsencode(prefix)
    return tuple(
        FileChange(os.fsdecode(path[len(start) :]), old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if path.startswith(start) and old.get(path) != new.get(path)
    )


def _on_disk(tree: DiskTree, width: int, old: dict[str, IndexEntry]) -> dict[str, IndexEntry]:
    found = {}
    for path in tree.paths:
        target = os.path.join(tree.root, path)  # noqa: PTH118 - as in loaders/tree.py
        try:
            mode = os.lstat(target).st_mode
            if stat.S_ISLNK(mode):
                kind, data = SYMLINK, os.fsencode(os.readlink(target))  # noqa: PTH115
            else:
                kind, data = EXECUTABLE if mode & stat.S_IXUSR else REGULAR, tree.read(path)
        except (OSError, ReadError):
            # It is there, and nobody can say what it holds.
            found[path] = IndexEntry(old[path].mode if path in old else REGULAR, "")
            continue
        found[path] = IndexEntry(kind, _blob_id(data, width))
    return found


def _blob_id(data: bytes, width: int) -> str:
    digest = hashlib.sha1(usedforsecurity=False) if width == 40 else hashlib.sha256()
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()


def _is_pointer(before: GitTree, path: str, after: DiskTree) -> bool:
    """Tell whether a commit holds the pointer to what is on disk."""
    try:
        written = before.read(path)
        match = _POINTER.match(written) if len(written) <= _LONGEST_POINTER else None
        return match is not None and hashlib.sha256(after.read(path)).hexdigest().encode() == match[1]
    except ReadError:
        return False

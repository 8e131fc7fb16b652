"""One way to read files, wherever they come from: the disk or the index of git."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from gitopslint.loaders.git import SYMLINK, GitError, IndexEntry, Repository

_LINKS_FOLLOWED = 10


class ReadError(Exception):
    """A file cannot be read; the message is the reason, without the path."""


class Tree(Protocol):
    """A set of files below one root."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All files, relative to the root, sorted. Bytes that are no UTF-8 stand as surrogate escapes."""

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises ReadError."""

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content, or with the reason why there is none."""


class DiskTree:
    """Files on disk. Symbolic links are followed inside the root only."""

    def __init__(self, root: Path, paths: Iterable[str]) -> None:
        self.root = root
        self.paths = tuple(sorted(paths))
        self._real_root = os.path.realpath(root)
        self._straight: dict[str, bool] = {}

    def read(self, path: str) -> bytes:
        """Return the content of a file on disk. Raises ReadError."""
        target = self.root / path
        try:
            if os.path.islink(target) or not self._is_straight(os.path.dirname(path)):
                target = target.resolve(strict=True)
                if not target.is_relative_to(self._real_root):
                    raise ReadError("it is a symbolic link that leaves the repository")
            # Without O_NONBLOCK a named pipe would hold the run for ever.
            descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK)
            with open(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise ReadError("it is not a regular file")
                return file.read()
        except (OSError, RuntimeError) as error:
            code = getattr(error, "errno", None) or errno.ELOOP
            raise ReadError(os.strerror(code)) from None

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content, or with the reason why there is none."""
        return _one_by_one(self, paths)

    def _is_straight(self, folder: str) -> bool:
        """Tell whether no part of a folder's path is a symbolic link."""
        if folder not in self._straight:
            expected = os.path.join(self._real_root, folder).rstrip("/")
            self._straight[folder] = os.path.realpath(self.root / folder) == expected
        return self._straight[folder]


class IndexTree:
    """Files as they are staged for the next commit."""

    def __init__(self, repository: Repository, prefix: str) -> None:
        """Read the index; `prefix` is the checked root below the top. Raises GitError."""
        start = os.fsencode(prefix)
        self._repository = repository
        self._entries: dict[str, IndexEntry] = {
            os.fsdecode(path[len(start) :]): entry
            for path, entry in repository.index().items() if path.startswith(start)
        }  # fmt: skip
        self.paths = tuple(sorted(self._entries))

    def read(self, path: str) -> bytes:
        """Return the staged content of a file. Raises ReadError."""
        for _ in range(_LINKS_FOLLOWED):
            entry = self._entries.get(path)
            if entry is None:
                raise ReadError(os.strerror(errno.ENOENT))
            try:
                (data,) = self._repository.blobs([entry.oid])
            except GitError as error:
                raise ReadError(str(error)) from None
            if entry.mode != SYMLINK:
                return data
            path = os.path.normpath(os.path.join(os.path.dirname(path), os.fsdecode(data)))
            if path.startswith(("..", "/")):
                raise ReadError("it is a symbolic link that leaves the repository")
        raise ReadError(os.strerror(errno.ELOOP))

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its staged content, asking git once for all of them."""
        wanted = list(paths)
        plain = [path for path in wanted if path in self._entries and self._entries[path].mode != SYMLINK]
        try:
            found = dict(zip(plain, self._repository.blobs(self._entries[path].oid for path in plain), strict=True))
        except GitError:
            found = {}  # one missing object must not hide the others
        for path in wanted:
            if path in found:
                yield path, found[path]
            else:
                yield from _one_by_one(self, [path])


def disk_tree(root: Path, repository: Repository | None) -> DiskTree:
    """Return the work tree below `root`: what git tracks or could add, or all files where there is no git.

    Raises GitError.
    """
    if repository is None:
        return DiskTree(root, _walk(root))
    prefix = os.fsencode(below(root, repository.top))
    tracked, untracked = repository.files()
    paths = (os.fsdecode(path[len(prefix) :]) for path in tracked | untracked if path.startswith(prefix))
    # A path in the index may be gone from the disk, or be a submodule.
    return DiskTree(root, (path for path in paths if _is_file(root / path)))


def below(folder: Path, top: Path) -> str:
    """Return the way from `top` down to `folder` as a prefix for paths: `""` or `examples/shop/`."""
    relative = folder.relative_to(top).as_posix()
    return "" if relative == "." else relative + "/"


def _walk(root: Path) -> Iterator[str]:
    start = os.fspath(root)
    for folder, folders, files in os.walk(start):
        folders[:] = [name for name in folders if name != ".git"]
        relative = os.path.relpath(folder, start)
        for name in files:
            yield name if relative == "." else os.path.join(relative, name)


def _is_file(path: Path) -> bool:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def _one_by_one(tree: Tree, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
    for path in paths:
        try:
            yield path, tree.read(path)
        except ReadError as error:
            yield path, error

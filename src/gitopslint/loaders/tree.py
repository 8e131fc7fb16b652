"""One way to read files, wherever they come from: the disk, the index of git, or a commit."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Protocol

from gitopslint.loaders.git import SYMLINK, GitError, IndexEntry, Repository

MAX_BYTES = 10_000_000
"""Larger files are not read: whatever is done with them would take too long, or too much memory."""

_MOST_FILES = 200_000  # where no git says what belongs to a repository
_HEAD = 8000  # enough to tell text from binary
_LONGEST_LINK = 4096
_LINKS_FOLLOWED = 40  # as Linux does
_LEAVES = "it is a symbolic link that leaves the repository"
_OUTSIDE = "it is outside the repository"


class ReadError(Exception):
    """A file cannot be read; the message is the reason, without the path."""


class TooLargeError(ReadError):
    """A file is larger than anything that is read; `head` is how it starts."""

    def __init__(self, head: bytes) -> None:
        super().__init__(f"it is larger than {MAX_BYTES:,} bytes")
        self.head = head


class Tree(Protocol):
    """A set of files below one root."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All files, relative to the root, sorted. Bytes that are no UTF-8 stand as surrogate escapes."""

    @property
    def links(self) -> Mapping[str, str]:
        """The symbolic links among the paths, each with the text that it holds."""

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises ReadError."""

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content, or with the reason why there is none."""


class DiskTree:
    """Files on disk. Symbolic links are followed inside the root only."""

    def __init__(self, root: Path, paths: Iterable[str], links: dict[str, str] | None = None) -> None:
        """`links` are the symbolic links among the paths, where somebody has looked already."""
        self.root = root
        self._start = os.path.join(root, "")
        self.paths = tuple(sorted(paths))
        self._links = links
        self._real_root = os.path.realpath(root)
        self._straight: dict[str, bool] = {}

    @cached_property
    def links(self) -> dict[str, str]:
        """The symbolic links among the paths, each with the text that it holds."""
        if self._links is not None:
            return self._links
        found = (path for path in self.paths if os.path.islink(self._start + path))
        return {path: os.readlink(self._start + path) for path in found}

    def read(self, path: str) -> bytes:
        """Return the content of a file on disk. Raises ReadError."""
        if path.startswith("/") or (".." in path and ".." in path.split("/")):
            raise ReadError(_OUTSIDE)
        try:
            folder = path.rpartition("/")[0]
            if not self._straight.get(folder) and not self._is_straight(folder):
                return self._followed(path)
            try:
                return _content(self._start + path, os.O_NOFOLLOW)
            except OSError as error:
                if error.errno not in (errno.ELOOP, errno.EMLINK):  # what is said of a link; BSD says the second
                    raise
            return self._followed(path)
        except (OSError, RuntimeError) as error:
            code = getattr(error, "errno", None) or errno.ELOOP
            raise ReadError(os.strerror(code)) from None

    def _followed(self, path: str) -> bytes:
        resolved = (self.root / path).resolve(strict=True)
        if not resolved.is_relative_to(self._real_root):
            raise ReadError(_LEAVES)
        return _content(os.fspath(resolved))

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content, or with the reason why there is none."""
        return _one_by_one(self, paths)

    def _is_straight(self, folder: str) -> bool:
        """Tell whether no part of a folder's path is a symbolic link."""
        if folder not in self._straight:
            # Step by step, because the folders of many apps have one parent.
            above, _, name = folder.rpartition("/")
            crooked = name in ("", ".", "..") or os.path.islink(self._start + folder)
            self._straight[folder] = not folder or (not crooked and self._is_straight(above))
        return self._straight[folder]


class GitTree:
    """Files as git holds them, by their `entries`: those of the index, or of a commit."""

    def __init__(self, repository: Repository, prefix: str, entries: Mapping[bytes, IndexEntry]) -> None:
        """`prefix` is the checked root below the top, from where the paths of the entries start."""
        start = os.fsencode(prefix)
        self._repository = repository
        self.entries: dict[str, IndexEntry] = {
            os.fsdecode(path[len(start) :]): entry for path, entry in entries.items() if path.startswith(start)
        }
        self.paths = tuple(sorted(self.entries))

    @cached_property
    def links(self) -> dict[str, str]:
        """The symbolic links among the paths, each with the text that it holds."""
        found = {path: entry.oid for path, entry in self.entries.items() if entry.mode == SYMLINK}
        return {
            path: os.fsdecode(data)
            for path, data in zip(found, self._repository.blobs(found.values(), _LONGEST_LINK), strict=True)
        }

    def names(self) -> dict[str, str]:
        """Return the kind and the id of what git holds for each path."""
        return {path: f"{entry.mode} {entry.oid}" for path, entry in self.entries.items()}

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises ReadError."""
        entry = self.entries.get(path)
        try:
            if entry is None or entry.mode == SYMLINK:
                entry = self._followed(path)
            (data,) = self._repository.blobs([entry.oid], MAX_BYTES)
        except GitError as error:
            raise ReadError(str(error)) from None
        return _whole(data)

    def _followed(self, path: str) -> IndexEntry:
        """Return the file behind a path, whatever part of it is a symbolic link. Raises ReadError and GitError."""
        ahead = path.split("/")[::-1]
        behind: list[str] = []
        followed = 0
        while ahead:
            part = ahead.pop()
            if part == ".." and not behind:
                raise ReadError(_LEAVES)
            if part == "..":
                behind.pop()
            elif part not in ("", "."):
                behind.append(part)
            here = "/".join(behind)
            entry = self.entries.get(here)
            if entry is not None and entry.mode != SYMLINK:
                if ahead:
                    raise ReadError(os.strerror(errno.ENOTDIR))
                return entry
            if entry is not None:
                followed += 1
                if followed > _LINKS_FOLLOWED:
                    raise ReadError(os.strerror(errno.ELOOP))
                if self.links[here].startswith("/"):
                    raise ReadError(_LEAVES)
                behind.pop()
                ahead += self.links[here].split("/")[::-1]
        raise ReadError(os.strerror(errno.ENOENT))

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content, asking git once for all of them."""
        wanted = list(paths)
        plain = [path for path in wanted if path in self.entries and self.entries[path].mode != SYMLINK]
        try:
            oids = (self.entries[path].oid for path in plain)
            found = dict(zip(plain, self._repository.blobs(oids, MAX_BYTES), strict=True))
        except GitError:
            found = {}  # one missing object must not hide the others
        for path in wanted:
            if path in found and len(found[path]) <= MAX_BYTES:
                yield path, found[path]
            else:
                yield from _one_by_one(self, [path])


def _whole(data: bytes) -> bytes:
    """Return the content of a file, which git gives a byte too much of where it is too large. Raises ReadError."""
    if len(data) > MAX_BYTES:
        raise TooLargeError(data[:_HEAD])
    return data


class MemoryTree:
    """Files that nobody wrote anywhere: those of an example. None stands for no file."""

    def __init__(self, files: Mapping[str, str | bytes | None]) -> None:
        self._files = {
            path: text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
            for path, text in files.items()
            if text is not None
        }
        self.paths = tuple(sorted(self._files))
        self.links: dict[str, str] = {}

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises ReadError."""
        if path not in self._files:
            raise ReadError(os.strerror(errno.ENOENT))
        return _whole(self._files[path])

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content, or with the reason why there is none."""
        return _one_by_one(self, paths)


class OverlayTree:
    """A tree in which some files have another content than underneath: what is typed and not saved, or only meant.

    None takes a file away. What stands over a symbolic link is a file, and a link to such a file shows it.
    """

    def __init__(self, tree: Tree, files: Mapping[str, bytes | None]) -> None:
        self._tree = tree
        self._files = dict(files)
        gone = {path for path, data in self._files.items() if data is None}
        self.paths = tuple(sorted((set(tree.paths) | self._files.keys()) - gone))

    @cached_property
    def links(self) -> dict[str, str]:
        """The symbolic links among the paths, each with the text that it holds."""
        return {path: target for path, target in self._tree.links.items() if path not in self._files}

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises ReadError."""
        target = followed(self, path)
        if target not in self._files:
            return self._tree.read(path)
        data = self._files[target]
        if data is None:
            raise ReadError(os.strerror(errno.ENOENT))
        return data

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content; the tree underneath is asked once for all of its own."""
        wanted = [(path, followed(self, path) in self._files) for path in paths]
        underneath = self._tree.read_many(path for path, ours in wanted if not ours)
        for path, ours in wanted:
            if ours:
                yield from _one_by_one(self, [path])
            else:
                yield next(underneath)


def followed(tree: Tree, path: str) -> str:
    """Return the file of a tree to which a path leads, as far as links are files of the tree."""
    target = path
    for _ in range(_LINKS_FOLLOWED):
        if target not in tree.links:
            break
        target = posixpath.normpath(posixpath.join(posixpath.dirname(target), tree.links[target]))
    return path if target.startswith(("/", "../")) else target


def disk_tree(root: Path, repository: Repository | None) -> DiskTree:
    """Return the work tree below `root`: what git tracks or could add, or all files where there is no git.

    Raises GitError.
    """
    if repository is None:
        found = list(islice(_walk(root), _MOST_FILES + 1))
        if len(found) > _MOST_FILES:
            raise GitError(f"{root} is no git repository and holds more than {_MOST_FILES:,} files: name a checkout")
        return DiskTree(root, found)
    prefix = os.fsencode(below(root, repository.top))
    tracked, untracked = repository.files()
    paths = (os.fsdecode(path[len(prefix) :]) for path in tracked | untracked if path.startswith(prefix))
    # A path in the index may be gone from the disk, or be a submodule.
    start = os.path.join(root, "")
    modes = {path: _mode(start + path) for path in paths}
    files = [path for path, mode in modes.items() if stat.S_ISREG(mode) or stat.S_ISLNK(mode)]
    links = {path: os.readlink(start + path) for path in sorted(files) if stat.S_ISLNK(modes[path])}
    return DiskTree(root, files, links)


def index_tree(repository: Repository, prefix: str) -> GitTree:
    """Return the files as they are staged for the next commit, below a prefix. Raises GitError."""
    return GitTree(repository, prefix, repository.staged())


def commit_tree(repository: Repository, prefix: str, commit: str) -> GitTree:
    """Return the files of a commit below a prefix. Raises GitError."""
    return GitTree(repository, prefix, repository.committed(commit))


def below(folder: Path, top: Path) -> str:
    """Return the way from `top` down to `folder` as a prefix for paths: `""` or `examples/shop/`."""
    relative = folder.relative_to(top).as_posix()
    return "" if relative == "." else relative + "/"


def _walk(root: Path) -> Iterator[str]:
    start = os.fspath(root)
    for folder, folders, files in os.walk(start):
        folders[:] = [name for name in folders if name != ".git"]
        relative = os.path.relpath(folder, start)
        linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in (*files, *linked):
            yield name if relative == "." else os.path.join(relative, name)


def _mode(path: str) -> int:
    """Return what a path is; 0 for what is not there."""
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0


def _content(target: str, flags: int = 0) -> bytes:
    """Read a regular file. Raises OSError and ReadError, also for one that is too large."""
    # Without O_NONBLOCK a named pipe would hold the run for ever.
    descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK | flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ReadError("it is not a regular file")
        if status.st_size > MAX_BYTES:
            raise TooLargeError(os.read(descriptor, _HEAD))
        data = os.read(descriptor, status.st_size + 1)
        if len(data) == status.st_size:
            return data
        with open(descriptor, "rb", closefd=False) as file:
            return _whole(data + file.read(MAX_BYTES))  # it grows while it is read
    finally:
        os.close(descriptor)


def _one_by_one(tree: Tree, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
    for path in paths:
        try:
            yield path, tree.read(path)
        except ReadError as error:
            yield path, error

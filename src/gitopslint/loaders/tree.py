"""One way to read files, wherever they come from: the disk, the index of git, or a commit."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Protocol

from gitopslint.loaders.git import SYMLINK, GitError, IndexEntry, Repository
from gitopslint.loaders.on_disk import every_path, looked_at

MAX_BYTES = 10_000_000
"""Larger files are not read: whatever is done with them would take too long, or too much memory."""

LINKS_FOLLOWED = 40
"""Beyond as many links nothing is found; Linux does it so."""

_MOST_FILES = 200_000  # where no git says what belongs to a repository
_HEAD = 8000  # enough to tell text from binary
_LONGEST_LINK = 4096
_LEAVES = "it is a symbolic link that leaves the repository"
_OUTSIDE = "it is outside the repository"


class ReadError(Exception):
    """A file cannot be read; the message is the reason, without the path."""


class UncheckedError(ReadError):
    """A file is there, but it is not read here: what depends on it is undecided. `head` is how it starts."""

    def __init__(self, reason: str, head: bytes = b"") -> None:
        super().__init__(f"it is {reason}")
        self.reason = reason
        self.head = head


class TooLargeError(UncheckedError):
    """A file is larger than anything that is read."""

    def __init__(self, head: bytes) -> None:
        super().__init__(f"larger than {MAX_BYTES:,} bytes", head)


class AbsentError(UncheckedError):
    """A partial clone has left the content of a file on the server, and a sparse checkout has not fetched it."""

    def __init__(self) -> None:
        super().__init__("not in this clone (`git sparse-checkout add` its folder, or clone without `--filter`)")


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
    """Files on disk. Symbolic links are followed inside the root only.

    What a sparse checkout leaves out is no deleted file: git takes it for what the index holds, and so does this.
    """

    def __init__(
        self,
        root: Path,
        paths: Iterable[str],
        links: dict[str, str] | None = None,
        stated: dict[str, bytes] | None = None,
        left_out: GitTree | None = None,
    ) -> None:
        """`links` are the symbolic links among the paths, where somebody has looked already.

        `stated` is what the file system says of each regular file, where somebody will ask for it. `left_out` are the
        files that a sparse checkout has not put on disk.
        """
        self.root = root
        self.left_out: Mapping[str, IndexEntry] = left_out.entries if left_out is not None else {}
        self._start = os.path.join(root, "")
        self.paths = tuple(sorted((*paths, *self.left_out)))
        self._index = left_out
        self._links = links
        self._real_root = os.path.realpath(root)
        self._straight: dict[str, bool] = {}
        self._stated = stated or {}

    @cached_property
    def links(self) -> dict[str, str]:
        """The symbolic links among the paths, each with the text that it holds."""
        if self._links is not None:
            return self._links
        found = (path for path in self.paths if os.path.islink(self._start + path))
        return {path: os.readlink(self._start + path) for path in found}

    @cached_property
    def stated(self) -> dict[str, bytes]:
        """What the file system says of each regular file, as far as that tells when to read it again.

        Behind a link it does not: a link can come to lead elsewhere, and the file stay the same.
        """
        folders = {path.rpartition("/")[0] for path in self._stated}
        crooked = {folder for folder in folders if not self._is_straight(folder)}
        if not crooked:
            return self._stated
        return {path: data for path, data in self._stated.items() if path.rpartition("/")[0] not in crooked}

    def read(self, path: str) -> bytes:
        """Return the content of a file on disk. Raises ReadError."""
        if self._index is not None and path in self.left_out:
            return self._index.read(path)
        return self.read_stated(path)[0]

    def read_stated(self, path: str) -> tuple[bytes, os.stat_result]:
        """Return the content of a file, with what the file system says of the very file. Raises ReadError."""
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

    def _followed(self, path: str) -> tuple[bytes, os.stat_result]:
        resolved = (self.root / path).resolve(strict=True)
        if not resolved.is_relative_to(self._real_root):
            raise ReadError(_LEAVES)
        return _content(os.fspath(resolved))

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content, or with the reason why there is none."""
        return one_by_one(self, paths) if self._index is None else self._read_both(self._index, paths)

    def _read_both(self, index: GitTree, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield what is on disk and what is not; git is asked once for all of its own."""
        wanted = list(paths)
        told = index.read_many(path for path in wanted if path in self.left_out)
        for path in wanted:
            if path in self.left_out:
                yield next(told)
            else:
                yield from one_by_one(self, [path])

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
            if entry is not None and self._is_absent(entry):
                raise AbsentError from None
            raise ReadError(str(error)) from None
        return _whole(data)

    def _held(self, paths: Sequence[str]) -> dict[str, bytes]:
        oids = (self.entries[path].oid for path in paths)
        return dict(zip(paths, self._repository.blobs(oids, MAX_BYTES), strict=True))

    def _is_absent(self, entry: IndexEntry) -> bool:
        return self._here is not None and entry.oid not in self._here

    @cached_property
    def _here(self) -> frozenset[str] | None:
        """All objects of a partial clone; None for any other one, in which a missing object is damage."""
        with contextlib.suppress(GitError):
            if self._repository.is_partial():
                return self._repository.objects()
        return None

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
                if followed > LINKS_FOLLOWED:
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
        found: dict[str, bytes] = {}
        try:
            found = self._held(plain)
        except GitError:  # one missing object must not hide the others
            with contextlib.suppress(GitError):
                found = self._held([path for path in plain if not self._is_absent(self.entries[path])])
        for path in wanted:
            entry = self.entries.get(path)
            if path in found and len(found[path]) <= MAX_BYTES:
                yield path, found[path]
            elif path not in found and entry is not None and entry.mode != SYMLINK and self._is_absent(entry):
                yield path, AbsentError()
            else:
                yield from one_by_one(self, [path])


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
        return one_by_one(self, paths)


def disk_tree(root: Path, repository: Repository | None, *, stated: bool = False) -> DiskTree:
    """Return the work tree below `root`: what git tracks or could add, or all files where there is no git.

    `stated`: the tree can tell what the file system says of its files. Raises GitError.
    """
    if repository is None:
        found = list(islice(every_path(root), _MOST_FILES + 1))
        if len(found) > _MOST_FILES:
            raise GitError(f"{root} is no git repository and holds more than {_MOST_FILES:,} files: name a checkout")
        return DiskTree(root, *looked_at(root, found, stated=stated, whatever=True))
    paths = repository.files()
    prefix = below(root, repository.top)
    if prefix:
        paths = [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]
    # A path in the index may be gone from the disk, or be a submodule.
    found, links, data = looked_at(root, paths, stated=stated, whatever=False)
    skipped = {}
    if len(found) < len(paths):
        top = os.path.join(os.fsencode(repository.top), b"")
        skipped = {path: entry for path, entry in repository.left_out().items() if not os.path.lexists(top + path)}
    if not skipped:
        return DiskTree(root, found, links, data)
    left_out = GitTree(repository, prefix, skipped)
    with contextlib.suppress(GitError):  # a partial clone may not hold them: reading one will say so
        links |= left_out.links
    return DiskTree(root, found, links, data, left_out)


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


def _content(target: str, flags: int = 0) -> tuple[bytes, os.stat_result]:
    """Read a regular file, with what was said of it before. Raises OSError and ReadError, also if it is too large."""
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
            return data, status
        with open(descriptor, "rb", closefd=False) as file:
            return _whole(data + file.read(MAX_BYTES)), status  # it grows while it is read
    finally:
        os.close(descriptor)


def one_by_one(tree: Tree, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
    """Yield each path with its content, or with the reason why there is none."""
    for path in paths:
        try:
            yield path, tree.read(path)
        except ReadError as error:
            yield path, error

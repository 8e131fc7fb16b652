"""What stands in the files of a tree, as digests, without reading again what has not changed.

As git's index does, a record keeps what the file system said of files when they were read: size, times, inode, device,
mode (loaders/stat_data.py). A group of files of which it says the same is not read. Nothing else hangs on it: what the
files hold has the same digest, whether they were read or not. A fresh clone reads everything.

Digests are kept of groups, never of one file among many, from which a short secret could be guessed.
"""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gitopslint.loaders.annals import Keeper
from gitopslint.loaders.fingerprint import digest, of_content
from gitopslint.loaders.stat_data import is_settled, stat_data
from gitopslint.loaders.tree import DiskTree, GitTree, ReadError, Tree

_SIZE = 16
_FEWEST = 16  # files of a group: where one changes, all of them are read
_SOME = 32  # one of so many paths ends a group, by its name, so that a new file changes no group but its own
_STALE = 4  # so many times more groups than anybody asked for are not kept


class Contents:
    """The content of files of a tree as it was when the tree was looked at."""

    def __init__(self, tree: Tree, keeper: Keeper | None = None) -> None:
        """`keeper`: where the record is kept; without it everything is read."""
        self._tree = tree
        self._files: dict[str, bytes] = {}
        self._stated: dict[str, bytes] = {}
        self._unsettled: set[str] = set()
        self._keeper = keeper
        self._asked: set[str] = set()
        self._groups: dict[str, str] = {}
        self._known = 0
        self._moment = time.time_ns()
        if isinstance(tree, GitTree):
            self._files = {path: name.encode() for path, name in tree.names().items()}
        elif isinstance(tree, DiskTree) and keeper is not None and tree.stated:
            self._stated = tree.stated
            # Who reads decides what can be read, so the record is one for each user.
            self._name = "stat-" + digest(keeper.program, os.fspath(tree.root), str(os.geteuid()))
            self._groups = _sound(keeper.store.get(self._name))
            self._known = len(self._groups)

    def together(self, paths: Iterable[str]) -> str:
        """Return one digest of some files, with their paths. What cannot be read counts by the reason."""
        wanted = list(paths)
        stated = [path for path in wanted if path in self._stated]
        found = hashlib.blake2b(digest_size=_SIZE)
        # Few are one group, as the layers of an app are: that is asked for thousands of times.
        for group in _groups(stated) if len(stated) >= _FEWEST + _FEWEST else filter(None, (stated,)):
            found.update(self._group(group).encode())
        if len(stated) < len(wanted):
            found.update(self._read([path for path in wanted if path not in self._stated]).encode())
        return found.hexdigest()

    def keep(self) -> None:
        """Keep the record for the next run, where anything in it is new."""
        if self._keeper is None or len(self._groups) == self._known:
            return
        if len(self._groups) > _STALE * len(self._asked):
            self._groups = {key: self._groups[key] for key in self._groups.keys() & self._asked}
        self._keeper.store.put(self._name, self._groups)
        self._known = len(self._groups)

    def _group(self, paths: list[str]) -> str:
        said = b"\0".join([self._stated[path] for path in paths])
        key = digest("\0".join(paths), said)
        self._asked.add(key)
        found = self._groups.get(key)
        if found is None:
            found = self._read(paths)
            if self._unsettled.isdisjoint(paths):
                self._groups[key] = found
        return found

    def _read(self, paths: Sequence[str]) -> str:
        """Return the digest of some files of which each counts by what it holds."""
        missing = [path for path in paths if path not in self._files]
        if isinstance(self._tree, DiskTree):
            self._files.update((path, self._content(self._tree, path)) for path in missing)
        else:
            self._files.update((path, of_content(data)) for path, data in self._tree.read_many(missing))
        return digest("\0".join(paths), b"".join([self._files[path] for path in paths]))

    def _content(self, tree: DiskTree, path: str) -> bytes:
        """Read a file, and note whether what was said of it holds for what was read, and for what comes later."""
        if path in tree.left_out:  # it is in the index alone, which names its content
            return "{0.mode} {0.oid}".format(tree.left_out[path]).encode()
        try:
            data, status = tree.read_stated(path)
        except ReadError as error:
            self._unsettled.add(path)
            return of_content(error)
        if stat_data(status) != self._stated.get(path) or not is_settled(status, self._moment):
            self._unsettled.add(path)
        return of_content(data)


def _groups(paths: list[str]) -> Iterator[list[str]]:
    start = 0
    for position in range(_FEWEST, len(paths) - _FEWEST + 1):
        if position - start >= _FEWEST and not zlib.crc32(_encoded(paths[position])) % _SOME:
            yield paths[start:position]
            start = position
    if paths:
        yield paths[start:]


def _encoded(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _sound(found: Any) -> dict[str, str]:
    """Return a record that was kept; nothing where it has not the form of one."""
    if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()):
        return found
    return {}

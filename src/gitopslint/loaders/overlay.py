"""A tree under files that are typed and not saved, or only meant."""

from __future__ import annotations

import errno
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from gitopslint.loaders.tree import LINKS_FOLLOWED, ReadError, Tree, one_by_one


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
                yield from one_by_one(self, [path])
            else:
                yield next(underneath)


def followed(tree: Tree, path: str) -> str:
    """Return the file of a tree to which a path leads, as far as links are files of the tree."""
    target = path
    for _ in range(LINKS_FOLLOWED):
        if target not in tree.links:
            break
        target = posixpath.normpath(posixpath.join(posixpath.dirname(target), tree.links[target]))
    return path if target.startswith(("/", "../")) else target

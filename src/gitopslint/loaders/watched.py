"""A tree that remembers what was read of it, so that no dependency of a result can be forgotten."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping

from gitopslint.loaders.tree import ReadError, Tree


class WatchedTree:
    """Passes on every question. What is read beyond the files of the task at hand is noted in `beyond`."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._own: frozenset[str] = frozenset()
        self.beyond: set[str] = set()

    @property
    def paths(self) -> tuple[str, ...]:
        """All files."""
        return self.tree.paths

    @property
    def links(self) -> Mapping[str, str]:
        """The symbolic links among the paths."""
        return self.tree.links

    @contextlib.contextmanager
    def task(self, own: Iterable[str]) -> Iterator[None]:
        """Take some files for those of the task at hand while it goes on."""
        before, self._own = self._own, frozenset(own)
        try:
            yield
        finally:
            self._own = before

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises ReadError."""
        self._note(path)
        return self.tree.read(path)

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content, or with the reason why there is none."""
        wanted = list(paths)
        for path in wanted:
            self._note(path)
        return self.tree.read_many(wanted)

    def _note(self, path: str) -> None:
        if path not in self._own:
            self.beyond.add(path)

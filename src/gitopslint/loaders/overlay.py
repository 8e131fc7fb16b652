"""A tree in which some files have another content: what a change would make of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from gitopslint.loaders.tree import ReadError, Tree

_LINKS_FOLLOWED = 40  # as Linux does


class OverlayTree:
    """The files of a tree, and other contents for some of them. A link to such a file shows the new content, too."""

    def __init__(self, tree: Tree, files: Mapping[str, bytes]) -> None:
        self._tree = tree
        self._files = dict(files)
        self.paths = tuple(sorted({*tree.paths, *files}))

    @property
    def links(self) -> Mapping[str, str]:
        """The symbolic links among the paths, each with the text that it holds."""
        return self._tree.links

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises ReadError."""
        found = self._files.get(followed(self._tree, path))
        return self._tree.read(path) if found is None else found

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content, or with the reason why there is none."""
        wanted = list(paths)
        new = {path: self._files[real] for path in wanted if (real := followed(self._tree, path)) in self._files}
        old = self._tree.read_many([path for path in wanted if path not in new])
        for path in wanted:
            yield (path, new[path]) if path in new else next(old)


def followed(tree: Tree, path: str) -> str:
    """Return the file behind a symbolic link inside a tree; a path that is none is returned as it is."""
    for _ in range(_LINKS_FOLLOWED):
        target = tree.links.get(path)
        if target is None or target.startswith("/"):
            return path
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return path

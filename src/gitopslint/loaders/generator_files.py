"""Files that git generators of ApplicationSets read: they say which Applications there are, and are no values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitopslint.model.document import Document, Node, find
from gitopslint.model.glob import GlobError, name_matches

_DEEPEST = 10


def read_by_generators(documents: Iterable[Document], paths: Iterable[str]) -> set[str]:
    """Return those of some files that generators read. In their patterns `*` runs over `/`."""
    patterns = [pattern for document in documents for root in document.roots for pattern in _patterns(root)]
    return {path for path in paths if any(_fits(pattern, path) for pattern in patterns)} if patterns else set()


def _patterns(root: Node) -> Iterator[str]:
    kind = root.mapping.get("kind")
    if kind is not None and kind.value == "ApplicationSet":
        yield from _below(find(root, ("spec",)) or root, 0)


def _below(node: Node, depth: int) -> Iterator[str]:
    generators = node.mapping.get("generators")
    for generator in generators.items if generators is not None and depth < _DEEPEST else []:
        files = find(generator, ("git", "files"))
        for entry in files.items if files is not None else []:
            path, excluded = entry.mapping.get("path"), entry.mapping.get("exclude")
            if path is not None and path.text and "{{" not in path.text and (excluded is None or not excluded.value):
                yield path.text
        for inner in generator.mapping.values():
            yield from _below(inner, depth + 1)


def _fits(pattern: str, path: str) -> bool:
    try:
        return name_matches(pattern, path)
    except GlobError:
        return False

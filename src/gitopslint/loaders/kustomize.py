"""What a kustomization does to the manifests that it brings in: their namespace, their images, and their names.

Source: kubernetes-sigs/kustomize `api/types/kustomization.go`; viaduct-ai/kustomize-sops for generators.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from gitopslint.loaders.tree import Tree
from gitopslint.model.document import Document, Node, text_at
from gitopslint.model.namedtuple import NamedTuple

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_BROUGHT_IN = ("resources", "bases", "components", "generators")
_MOST_LEVELS = 20


class Overlay(NamedTuple):
    """What is added on the way from a manifest up to the outermost kustomization that brings it in."""

    namespace: str | None = None
    prefix: str = ""
    suffix: str = ""


class Overlays:
    """The kustomizations among some documents."""

    def __init__(self, documents: Mapping[str, Document], tree: Tree) -> None:
        self._known = frozenset(tree.paths)
        self._own: dict[str, Overlay] = {}
        self._images: dict[str, frozenset[str]] = {}
        self._parents: dict[str, list[str]] = {}
        generators: dict[str, list[str]] = {}
        for path, document in documents.items():
            for root in document.roots:
                if posixpath.basename(path) in NAMES:
                    self._own[path] = Overlay(text_at(root, "namespace") or None, *_affixes(root))
                    self._images[path] = frozenset(_pinned(root))
                    self._add(path, path, _entries(root, _BROUGHT_IN))
                elif text_at(root, "kind") == "ksops":
                    generators.setdefault(path, []).extend(_entries(root, ("files", "secretFrom")))
        for path, entries in generators.items():
            for parent in self._parents.get(path, ()):
                self._add(path, parent, entries)

    def of(self, path: str) -> Overlay:
        """Return what is done to the manifests of a file."""
        namespace, prefix, suffix = None, "", ""
        seen: set[str] = set()
        here = path
        for _ in range(_MOST_LEVELS):
            own = self._own.get(here)
            if own is not None:
                # The outermost namespace wins; names grow from the inside.
                namespace = own.namespace or namespace
                prefix, suffix = own.prefix + prefix, suffix + own.suffix
            seen.add(here)
            above = [one for one in self._parents.get(here, ()) if one not in seen]
            if len(above) != 1:  # with two overlays nobody can say which one is meant
                break
            (here,) = above
        return Overlay(namespace, prefix, suffix)

    def images(self, path: str) -> frozenset[str]:
        """Return the images of a manifest to which a kustomization gives another tag or digest."""
        found: set[str] = set()
        seen = {path}
        waiting = [path]
        while waiting:
            here = waiting.pop()
            found |= self._images.get(here, frozenset())
            above = [one for one in self._parents.get(here, ()) if one not in seen]
            seen.update(above)
            waiting += above
        return frozenset(found)

    def _add(self, base: str, parent: str, entries: list[str]) -> None:
        folder = posixpath.dirname(base)
        for entry in entries:
            if "://" in entry:
                continue
            target = posixpath.normpath(posixpath.join(folder, entry))
            inside = (posixpath.join(target, name) for name in NAMES)
            for path in (target, *inside):
                if path in self._known and path != parent:
                    self._parents.setdefault(path, []).append(parent)


def _entries(root: Node, keys: tuple[str, ...]) -> list[str]:
    return [text for key in keys for text in _texts(root.mapping.get(key))]


def _texts(node: Node | None) -> Iterator[str]:
    for item in node.items if node is not None else []:
        if isinstance(item.value, str):
            yield item.text
        for below in item.mapping.values():  # `secretFrom: [{files: [...]}]`
            yield from (one.text for one in below.items if isinstance(one.value, str))


def _pinned(root: Node) -> Iterator[str]:
    for image in (root.mapping.get("images") or root).items:
        if text_at(image, "newTag") or text_at(image, "digest"):
            yield text_at(image, "name")


def _affixes(root: Node) -> tuple[str, str]:
    return text_at(root, "namePrefix"), text_at(root, "nameSuffix")

"""Applications that kustomize patches: they are not here as Argo CD gets them, so what they load is not known.

Source: kubernetes-sigs/kustomize `api/types/kustomization.go`, `api/types/patch.go`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from gitopslint.loaders.kustomize import NAMES
from gitopslint.loaders.own_repository import sources_of
from gitopslint.model.application import Undecidable
from gitopslint.model.contract import Contract
from gitopslint.model.document import Document, Node, find, items_at, text_at
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span

_KIND = lazy(r"^[ \t-]*kind:[ \t]*[\"']?Application(?:Set)?[\"']?[ \t]*$", re.MULTILINE)
_NAME = lazy(r"^[ \t]+name:[ \t]*[\"']?([a-z0-9.-]+)", re.MULTILINE)
_KINDS = ("Application", "ApplicationSet")


class _Patch(NamedTuple):
    """What kustomize changes: the Applications of one name, or all in what a kustomization brings in."""

    span: Span
    name: str | None
    entries: tuple[str, ...] = ()

    def concerns(self, document: Document, root: Node) -> bool:
        """Tell whether it changes an Application."""
        if self.name is not None:
            return text_at(root, "metadata", "name") == self.name
        return any(f"{document.path}/".startswith(f"{entry}/") for entry in self.entries)


def without_patched(
    written: Sequence[tuple[Document, Node, str | None]], documents: Iterable[Document], contract: Contract
) -> tuple[list[tuple[Document, Node, str | None]], list[Undecidable]]:
    """Return the Applications that are here as Argo CD gets them, and why the others are not known.

    A patch has the kind and the name of what it changes, and no repository: Argo CD refuses an Application without.
    """
    patches = [
        _Patch(root.span, text_at(root, "metadata", "name"))
        for _, root, maker in written
        if maker is None and not any(text_at(source, "repoURL") for source in sources_of(root))
    ]
    patches += [patch for document in documents for patch in _of_kustomization(document)]
    if not patches:
        return list(written), []
    whole: list[tuple[Document, Node, str | None]] = []
    unknown: list[Undecidable] = []
    for document, root, maker in written:
        patch = next((one for one in patches if maker is None and one.concerns(document, root)), None)
        if patch is None:
            whole.append((document, root, maker))
            continue
        name = text_at(root, "metadata", "name") or document.path
        own = patch.span.path == document.path
        reason = "it has no repoURL, so it is a patch of kustomize" if own else f"{patch.span.path} patches it"
        at = find(root, ("metadata", "name")) or root
        unknown.append(Undecidable(document.path, at.span, name, reason, contract))
    return whole, unknown


def _of_kustomization(document: Document) -> Iterator[_Patch]:
    """Yield what a kustomization changes in Applications by patches that stand in it."""
    if posixpath.basename(document.path) not in NAMES or document.problem is not None:
        return
    root = document.root
    here = posixpath.dirname(document.path)
    entries = tuple(
        posixpath.normpath(posixpath.join(here, item.text))
        for key in ("resources", "bases", "components")
        for item in items_at(root, key)
        if isinstance(item.value, str) and "://" not in item.text
    )
    for key in ("patches", "patchesJson6902", "patchesStrategicMerge"):
        for item in items_at(root, key):
            target, text = item.mapping.get("target"), item.mapping.get("patch") or item
            if target is not None and text_at(target, "kind") in _KINDS:
                name = text_at(target, "name")
                plain = name and re.fullmatch(r"[a-z0-9.-]+", name)  # a target is a regular expression
                yield _Patch(item.span, name if plain else None, entries)
            elif target is None and isinstance(text.value, str) and _KIND.search(text.text):
                named = _NAME.search(text.text)
                yield _Patch(item.span, named[1] if named is not None else None, entries)

"""HelmReleases of Flux: manifests with values in them, which lie over each other as layers do.

A patch of kustomize replaces lists and drops what it sets to null, as values over a chart's defaults do.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitopslint.model.document import Document, Node, find

_KIND = "HelmRelease"
_CHARTS = (("spec", "chart", "spec", "chart"), ("spec", "chartRef", "name"))


def is_helm_release(document: Document) -> bool:
    """Tell whether a file is one HelmRelease and nothing else."""
    return document.problem is None and len(document.roots) == 1 and _is_one(document.root)


def bases(paths: Iterable[str]) -> frozenset[str]:
    """Return those of the files of HelmReleases that stand for every environment."""
    from gitopslint.loaders.path_patterns import guesses  # few repositories have any

    return frozenset(one.path for one in guesses(sorted(paths)) if one.environment is None)


def unknown_defaults(values: Node | None) -> str | None:
    """Say why defaults may be missing from values that are a HelmRelease; None for other values."""
    if values is None or not _is_one(values):
        return None
    names = (find(values, path) for path in _CHARTS)
    name = next((node.text for node in names if node is not None and node.is_scalar), None)
    return f"Flux takes {'a chart' if name is None else f'the chart {name!r}'} from elsewhere"


def _is_one(root: Node) -> bool:
    kind = root.mapping.get("kind")
    return kind is not None and kind.value == _KIND and "spec" in root.mapping

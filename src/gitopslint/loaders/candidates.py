"""The files of a repository without a contract that a proposal is made of: what could be values, and what wires it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitopslint.loaders import charts, flux, yaml
from gitopslint.loaders.argocd import mentions_applications
from gitopslint.loaders.tree import Tree
from gitopslint.model.document import Document
from gitopslint.model.namedtuple import NamedTuple

MOST_FILES = 20_000
_YAML = (".yaml", ".yml")
_NO_VALUES = re.compile(
    r"(?:chart|kustomization|helmfile|skaffold|mkdocs|openapi|swagger|renovate|pnpm-workspace|pnpm-lock|docker-compose|"
    r"compose|codecov|taskfile|application|ingress|namespace)(?:[-_.].*)?\.ya?ml",
    re.IGNORECASE,
)
_NOT_HERE = frozenset({"tests", "testdata", "fixtures", "examples", "example", "docs", "doc", "node_modules", "vendor"})
_FLUX = re.compile(rb"^kind:\s*HelmRelease\b", re.MULTILINE)


class Candidates(NamedTuple):
    """Documents by path, how many kustomizations there are, and how many files were not looked at."""

    values: dict[str, Document]
    flux: dict[str, Document]
    applications: dict[str, Document]
    kustomizations: int
    unseen: int


def read_candidates(tree: Tree, folders: Sequence[str]) -> Candidates:
    """Read what could be values files, with what loads them. `folders` are those of charts."""
    paths = [
        path
        for path in tree.paths
        if path.endswith(_YAML)
        and not _NOT_HERE.intersection(path.split("/")[:-1])
        and not any(folder.startswith(".") for folder in path.split("/"))
        and not charts.is_template(path, folders)
    ]
    found = Candidates({}, {}, {}, 0, max(0, len(paths) - MOST_FILES))
    kustomizations = 0
    for path, data in tree.read_many(paths[:MOST_FILES]):
        file = path.rpartition("/")[2]
        if not isinstance(data, bytes):
            continue
        kustomizations += file in ("kustomization.yaml", "kustomization.yml")
        if _FLUX.search(data) and flux.is_helm_release(document := yaml.parse(path, data)):
            found.flux[path] = document
        elif mentions_applications(data):
            found.applications[path] = yaml.parse(path, data)
        elif not _NO_VALUES.fullmatch(file):
            document = yaml.parse(path, data)
            if _may_be_values(document):
                found.values[path] = document
    return found._replace(kustomizations=kustomizations)


def _may_be_values(document: Document) -> bool:
    """Tell whether a file could hold values: a mapping that is no manifest, in plain text."""
    if document.problem is not None:
        return True  # a layer that is broken today is a layer
    keys = document.root.mapping
    return len(document.roots) == 1 and bool(keys) and not ({"apiVersion", "kind"} <= keys.keys() or "sops" in keys)

"""The platform repository: what builds the images, the Secrets of the cluster, the live Applications.

Its files are named as they are seen from the product (`across`); a run that stands in the platform turns that round
in the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from gitopslint.loaders import charts
from gitopslint.loaders.argocd import mentions_applications
from gitopslint.loaders.builds import Commits, misplaced_refs, read_builds
from gitopslint.loaders.exclusion import included
from gitopslint.loaders.held import Held
from gitopslint.loaders.history import History, Unavailable
from gitopslint.loaders.secret_store import Found, find_secrets
from gitopslint.loaders.sops_config import SopsConfigs
from gitopslint.loaders.sops_files import sops_units
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.loaders.unit import Unit
from gitopslint.model.contract import Contract
from gitopslint.model.document import Document, Node, find
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platform import Build, Misplaced, Secrets
from gitopslint.model.span import across


class Place(NamedTuple):
    """Where a platform stands: its files, its name for people, the way to its root, and its history."""

    tree: Tree
    name: str
    prefix: str
    history: History | Unavailable


class Platform:
    """One tree with what it knows about the product."""

    def __init__(self, place: Place, contract: Contract, commits: Commits | None) -> None:
        """`contract` says where things are, `commits` are those of the product; None where it is not at hand."""
        self.tree = place.tree
        self.name = place.name
        self.contract = contract
        self.paths = included(place.tree.paths, contract.exclude)
        self._place = place
        self._commits = commits
        self._charts = [path.rpartition("/")[0] for path in self.paths if path.rpartition("/")[2] == "Chart.yaml"]

    @cached_property
    def builds(self) -> tuple[Build, ...]:
        """What is built, by app."""
        place, commits = self._place, self._commits
        found = tuple(read_builds(self.tree, self.paths, self.contract, place.history, place.prefix, commits, across))
        for history in (place.history, commits.history if commits is not None else None):
            if history is not None and not isinstance(history, Unavailable):
                history.close()
        return found

    @cached_property
    def misplaced(self) -> tuple[Misplaced, ...]:
        """The files that would say what is built if they stood where the contract has such files."""
        return tuple(misplaced_refs(self.paths, self.contract.builds, across))

    def sops(self) -> Iterator[Unit]:
        """Yield the files that SOPS has to do with."""
        return sops_units(self.tree, self.paths, SopsConfigs(self.tree, self.paths, across), self.is_template, across)

    @property
    def speaks(self) -> bool:
        """Whether anything here concerns a product: builds, Secrets, or what SOPS encrypts."""
        return bool(self.builds or self.misplaced or self.secrets.secrets) or any(True for _ in self.sops())

    @cached_property
    def secrets(self) -> Found:
        """The Secrets that its files make."""
        return find_secrets(self.tree, self.paths, _namespaces(self.applications, self.paths), self.is_template, across)

    @property
    def known_secrets(self) -> Secrets:
        """The Secrets that its files make, and what may hide others."""
        return Secrets(self.secrets.secrets, self.secrets.gaps)

    @cached_property
    def unread(self) -> tuple[tuple[str, str], ...]:
        """The files that could not be read, each with the reason."""
        wanted = [path for path in self.paths if path.endswith((".yaml", ".yml", ".json"))]
        return tuple((path, str(data)) for path, data in self.tree.read_many(wanted) if isinstance(data, ReadError))

    @cached_property
    def applications(self) -> dict[str, Document]:
        """The files that hold Argo CD Applications, by the name under which reports know them."""
        found = {}
        held = Held()
        wanted = [path for path in self.paths if path.endswith((".yaml", ".yml")) and not self.is_template(path)]
        for path, data in self.tree.read_many(wanted):
            if not isinstance(data, ReadError) and mentions_applications(data):
                found[across(path)] = held.parse(across(path), data)
        return found

    @cached_property
    def application_templates(self) -> tuple[str, ...]:
        """The templates of charts that make Applications, by the name under which reports know them."""
        found = charts.making_applications(self.tree, filter(self.is_template, self.paths))
        return tuple(map(across, found))

    def is_template(self, path: str) -> bool:
        """Tell whether a file is a template of a chart, so that it is no YAML by itself."""
        return charts.is_template(path, self._charts)


def _namespaces(documents: dict[str, Document], paths: tuple[str, ...]) -> dict[str, str]:
    """Return the folders that Applications deploy as they are, each with its namespace."""
    found: dict[str, set[str]] = {}
    for document in documents.values():
        for root in document.roots:
            namespace = find(root, ("spec", "destination", "namespace"))
            if namespace is None or not isinstance(namespace.value, str):
                continue
            for folder in _folders(root):
                found.setdefault(folder, set()).add(namespace.text)
    folders = {path.rpartition("/")[0] for path in paths}
    return {
        folder: next(iter(several))
        for folder, several in found.items()
        if len(several) == 1 and any((one + "/").startswith(folder + "/") for one in folders)
    }


def _folders(root: Node) -> Iterator[str]:
    single = find(root, ("spec", "source"))
    several = find(root, ("spec", "sources"))
    for source in [*([single] if single is not None else []), *(several.items if several is not None else [])]:
        path = source.mapping.get("path")
        if path is not None and isinstance(path.value, str) and path.text.strip("/"):
            yield path.text.strip("/")

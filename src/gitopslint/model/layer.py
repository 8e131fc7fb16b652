"""Layers, the stacks that they make, and the releases that stacks deploy."""

from __future__ import annotations

from typing import Any, Literal

from gitopslint.model.application import Application
from gitopslint.model.chart import ChartSchema, Gap
from gitopslint.model.contract import Contract, ImageKeys, Role
from gitopslint.model.document import Document, KeyPath, Node
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platform import Links
from gitopslint.model.span import Span, file_start


class Schema(NamedTuple):
    """A JSON Schema and the name under which a reader finds it."""

    name: str
    content: dict[str, Any]


class Templating(NamedTuple):
    """Which values a chart passes to `tpl`. `opaque`: there are calls whose argument is not a plain value."""

    paths: tuple[KeyPath, ...]
    opaque: bool

    def covers(self, path: KeyPath) -> bool:
        """Tell whether the value at `path`, or one around or below it, is rendered as a template."""
        return any(path[: len(known)] == known[: len(path)] for known in self.paths)


LayerRole = Role | Literal["values", "inline", "parameters"]
"""The contract's roles; a values file that the contract does not name; and values written into an Application."""

Wired = Literal["loaded", "unloaded", "unknown"]


class Layer(NamedTuple):
    """Values with a role. A layer shared by environments or apps has none of its own.

    `wired` tells whether an Application loads the file; None where no Application is at hand.
    """

    role: LayerRole
    app: str | None
    environment: str | None
    document: Document
    contract: Contract
    templating: Templating | None = None
    json_schema: Schema | None = None
    wired: Wired | None = None

    @property
    def path(self) -> str:
        """The file, relative to the root."""
        return self.document.path

    @property
    def root(self) -> Node:
        """The values."""
        return self.document.root

    @property
    def readable(self) -> bool:
        """Whether Helm would take the file: one document, a mapping (or nothing) at its top."""
        document = self.document
        if document.problem is not None or any(root.value is not None for root in document.roots[1:]):
            return False
        value = document.roots[0].value if document.roots else None
        return value is None or isinstance(value, dict)

    def __str__(self) -> str:
        return self.path


class Stack(NamedTuple):
    """The layers of one (app, environment) in the order in which Helm gets them, and their merged values.

    `missing` are the layers of the contract that are not there, with their roles. `values` is None when nobody can
    tell what would be deployed: a layer cannot be read, or for the reason in `unknown`. `partial` says why values
    may lack defaults: the chart is not at hand. `schemas` are what Helm holds the values against, each with the key
    path of its part, and `gaps` what charts below the chart leave open that are not at hand.
    """

    app: str
    environment: str
    layers: tuple[Layer, ...]
    missing: tuple[tuple[LayerRole, str], ...]
    values: Node | None
    contract: Contract
    application: Application | None = None
    unknown: str | None = None
    partial: str | None = None
    namespace: str | None = None
    schemas: tuple[tuple[KeyPath, ChartSchema], ...] = ()
    gaps: tuple[Gap, ...] = ()
    links: Links | None = None
    """What is known of Secrets and builds; None where no rule asks for it."""

    @property
    def release_layer(self) -> Layer | None:
        """The layer that says which image runs: the last one with the role `release`."""
        return next((layer for layer in reversed(self.layers) if layer.role == "release"), None)

    @property
    def lacks_release(self) -> bool:
        """Whether the file of the release layer is missing."""
        return any(role == "release" for role, _ in self.missing)

    @property
    def span(self) -> Span:
        """Where to speak of the stack as a whole: its Application, or its first layer."""
        if self.application is not None:
            return self.application.span
        return file_start(self.layers[-1].path) if self.layers else file_start("")

    def __str__(self) -> str:
        return f"{self.app} in {self.environment}"


class Release(NamedTuple):
    """Which image one (app, environment) runs. A part that no layer sets is None."""

    stack: Stack
    keys: ImageKeys
    repository: Node | None
    tag: Node | None
    digest: Node | None
    registry: Node | None = None
    reference: Node | None = None

    @property
    def app(self) -> str:
        """The app that runs the image."""
        return self.stack.app

    @property
    def environment(self) -> str:
        """The environment in which it runs."""
        return self.stack.environment

    def __str__(self) -> str:
        return str(self.stack)


class App(NamedTuple):
    """One app with its stacks, in the order of the environments, and the releases of all of them."""

    name: str
    stacks: tuple[Stack, ...]
    releases: tuple[Release, ...]
    contract: Contract

    @property
    def app(self) -> str:
        """The name, under which findings file it."""
        return self.name

    @property
    def environment(self) -> None:
        """An app as a whole stands in no one environment."""
        return

    def __str__(self) -> str:
        return self.name


class Manifest(NamedTuple):
    """A Kubernetes manifest or other YAML file outside the layers."""

    document: Document
    contract: Contract
    app: None = None
    environment: None = None
    links: Links | None = None
    namespace: str | None = None
    """The namespace that a kustomization gives it."""
    replaced_images: frozenset[str] = frozenset()
    """The images to which a kustomization gives another tag or digest."""

    def __str__(self) -> str:
        return self.document.path

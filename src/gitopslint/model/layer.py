"""Layers, the stacks that they make, and the releases that stacks deploy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gitopslint.model.contract import Contract, ImageKeys, LayerPath, Role
from gitopslint.model.document import Document, KeyPath, Node


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON Schema and the name under which a reader finds it."""

    name: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Templating:
    """Which values a chart passes to `tpl`. `opaque`: there are calls whose argument is not a plain value."""

    paths: tuple[KeyPath, ...]
    opaque: bool

    def covers(self, path: KeyPath) -> bool:
        """Tell whether the value at `path`, or one around or below it, is rendered as a template."""
        return any(path[: len(known)] == known[: len(path)] for known in self.paths)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One values file with its role. A chart layer, or one shared by environments, has no app or environment."""

    place: LayerPath
    app: str | None
    environment: str | None
    document: Document
    contract: Contract
    templating: Templating | None = None
    json_schema: Schema | None = None

    @property
    def role(self) -> Role:
        """What the layer is for."""
        return self.place.role

    @property
    def path(self) -> str:
        """The file, relative to the root."""
        return self.document.path

    @property
    def readable(self) -> bool:
        """Whether Helm would take the file: one document, a mapping (or nothing) at its top."""
        return self.document.problem is None and len(self.document.roots) <= 1 and (
            isinstance(self.document.root.value, dict)
        )  # fmt: skip

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The layers of one (app, environment) in the order in which Helm gets them, and their merged values.

    `values` is None when a layer cannot be read, because then nobody knows what would be deployed.
    """

    app: str
    environment: str
    layers: tuple[Layer, ...]
    missing: tuple[str, ...]
    values: Node | None
    contract: Contract

    @property
    def release_layer(self) -> Layer | None:
        """The layer that says which image runs: the last one with the role `release`."""
        return next((layer for layer in reversed(self.layers) if layer.role == "release"), None)

    def __str__(self) -> str:
        return f"{self.app} in {self.environment}"


@dataclass(frozen=True, slots=True, eq=False)
class Release:
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


@dataclass(frozen=True, slots=True, eq=False)
class App:
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


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """A Kubernetes manifest or other YAML file outside the layers."""

    document: Document
    contract: Contract
    app: None = None
    environment: None = None

    def __str__(self) -> str:
        return self.document.path

"""The product repository: its apps with their layers, and its other YAML files, one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gitopslint.loaders import charts, helm, yaml
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.schemas import load_schema
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.contract import Contract, LayerPath
from gitopslint.model.document import Document, Node, find
from gitopslint.model.finding import Unread
from gitopslint.model.image import split_reference
from gitopslint.model.layer import App, Layer, Manifest, Release, Stack, Templating
from gitopslint.model.span import Span

_YAML = (".yaml", ".yml")
_MENTIONS_IMAGE = re.compile(rb"\b(?:image|images|newTag)\b")


@dataclass(frozen=True, slots=True)
class Unit:
    """What is loaded, checked and forgotten together, so that memory does not grow with the repository."""

    app: App | None
    layers: tuple[Layer, ...]
    manifests: tuple[Manifest, ...] = ()
    unread: tuple[Unread, ...] = ()


class Product:
    """One tree seen through one contract."""

    def __init__(self, tree: Tree, contract: Contract) -> None:
        """Sort the files of a tree. Raises SchemaError."""
        self.tree = tree
        self.contract = contract
        paths = tree.paths
        if contract.exclude:
            # Imported here, because few contracts exclude anything and the import costs as much as PyYAML's.
            from pathspec import GitIgnoreSpec

            spec = GitIgnoreSpec.from_lines(contract.exclude)
            paths = tuple(path for path in paths if not spec.match_file(path))
        self.paths = paths
        self.layout = Layout(contract, paths)
        self._charts = [path.rpartition("/")[0] for path in paths if path.rpartition("/")[2] == "Chart.yaml"]
        self._templating: dict[str, Templating | None] = {}
        self._schemas = {place: load_schema(place, tree) for place in contract.layers}

    def units(self) -> Iterator[Unit]:
        """Yield the shared layers, then every app, then the manifests."""
        shared = [path for path, place in self.layout.layers.items() if place.app is None]
        documents, unread = self._read(sorted(shared))
        yield Unit(None, tuple(self._layer(path, documents[path]) for path in documents), (), unread)
        by_app: dict[str, list[str]] = {}
        for path, place in self.layout.layers.items():
            if place.app is not None:
                by_app.setdefault(place.app, []).append(path)
        stacks = self.layout.stacks()
        for app in sorted(by_app.keys() | stacks.keys()):
            yield self._app(app, stacks.get(app, ()), sorted(by_app.get(app, [])), documents)
        yield from self._manifests()

    def strangers(self) -> dict[str, str]:
        """Return names in the place of an environment that the contract does not know, each with a file."""
        return self.layout.strangers(self.paths)

    def _app(self, app: str, environments: tuple[str, ...], own: list[str], shared: dict[str, Document]) -> Unit:
        documents, unread = self._read(own)
        layers = {path: self._layer(path, document) for path, document in documents.items()}
        known = layers | {path: self._layer(path, document) for path, document in shared.items()}
        stacks = tuple(self._stack(app, environment, known) for environment in environments)
        releases = tuple(
            release for stack in stacks if stack.values is not None for release in self._releases(stack, stack.values)
        )
        return Unit(App(app, stacks, releases, self.contract), tuple(layers.values()), (), unread)

    def _stack(self, app: str, environment: str, known: dict[str, Layer]) -> Stack:
        chart: Layer | None = None
        files: list[Layer] = []
        missing = []
        complete = True
        for place in self.contract.layers:
            path = self.layout.path_of(place, app, environment)
            layer = known.get(path)
            if layer is None:
                if path in self.layout.layers:
                    complete = False  # it is there, but nobody could read it
                elif place.required:
                    missing.append(path)
            elif place.role == "chart":
                chart = layer
            else:
                files.append(layer)
        layers = ((chart,) if chart is not None else ()) + tuple(files)
        values = None
        if complete and all(layer.readable for layer in layers):
            values = helm.merge(
                chart.document.root if chart is not None else None, [layer.document.root for layer in files]
            )
        return Stack(app, environment, layers, tuple(missing), values, self.contract)

    def _releases(self, stack: Stack, values: Node) -> Iterator[Release]:
        for keys in self.contract.images:
            parts = {name: find(values, path) for name, path in keys.paths(stack.environment).items()}
            if (whole := parts.get("reference")) is not None and isinstance(whole.value, str):
                parts |= _parts_of(whole)
            yield Release(stack, keys, parts.get("repository"), parts.get("tag"), parts.get("digest"),
                          parts.get("registry"), parts.get("reference"))  # fmt: skip

    def _layer(self, path: str, document: Document) -> Layer:
        place = self.layout.layers[path]
        return Layer(place.layer, place.app, place.environment, document, self.contract,
                     self._templating_of(place.layer, place.app, path), self._schemas[place.layer])  # fmt: skip

    def _templating_of(self, layer: LayerPath, app: str | None, path: str) -> Templating | None:
        if layer.role == "chart":
            chart = path
        else:
            chart = next((place.path for place in self.contract.layers if place.role == "chart"), "")
            chart = chart.replace("{app}", app or "")
        if chart not in self._templating:
            self._templating[chart] = charts.templating(self.tree, chart)
        return self._templating[chart]

    def _manifests(self) -> Iterator[Unit]:
        candidates = [
            path for path in self.paths
            if path.endswith(_YAML) and path not in self.layout.layers and not charts.is_template(path, self._charts)
        ]  # fmt: skip
        for path, data in self.tree.read_many(candidates):
            if isinstance(data, ReadError):
                yield Unit(None, (), (), (Unread(path, str(data)),))
            elif _MENTIONS_IMAGE.search(data):
                yield Unit(None, (), (Manifest(yaml.parse(path, data), self.contract),))

    def _read(self, paths: list[str]) -> tuple[dict[str, Document], tuple[Unread, ...]]:
        documents: dict[str, Document] = {}
        unread = []
        for path, data in self.tree.read_many(paths):
            if isinstance(data, ReadError):
                unread.append(Unread(path, str(data)))
            else:
                documents[path] = yaml.parse(path, data)
        return documents, tuple(unread)


def _parts_of(whole: Node) -> dict[str, Node | None]:
    """Split a reference that stands in one value, each part with its own span."""
    reference = split_reference(whole.text)
    after_name = len(reference.repository)
    after_tag = after_name + (1 + len(reference.tag) if reference.tag is not None else 0)
    return {
        "repository": _part(whole, 0, after_name),
        "tag": _part(whole, after_name + 1, after_tag) if reference.tag is not None else None,
        "digest": _part(whole, after_tag + 1, len(whole.text)) if reference.digest is not None else None,
    }


def _part(whole: Node, start: int, end: int) -> Node:
    span = whole.span
    quotes = 1 if whole.style in ("single", "double") else 0
    if span.line == span.end_line and span.end_column - span.column == len(whole.text) + 2 * quotes:
        first = span.column + quotes
        span = Span(span.path, span.line, first + start, span.line, first + end)
    text = whole.text[start:end]
    return replace(whole, value=text, text=text, span=span, shadowed=())

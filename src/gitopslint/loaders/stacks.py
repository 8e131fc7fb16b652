"""From layers and Applications to stacks, and from stacks to releases."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from gitopslint.loaders import flux, helm
from gitopslint.loaders.charts import load_chart
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.loaders.valuefiles import told_when_deployed
from gitopslint.model.application import Application, Parameter, Source
from gitopslint.model.chart import Chart
from gitopslint.model.document import Document, Node, Problem, find
from gitopslint.model.image import split_reference
from gitopslint.model.layer import Layer, LayerRole, Release, Stack
from gitopslint.model.span import Span

_CHARTS_KEPT = 32

Load = Callable[[str], Layer | None]
"""Return the layer at a path; None for a file that cannot be read."""


def own_images(releases: Sequence[Release]) -> tuple[Release, ...]:
    """Leave out the images that an app does not have: where there are several, it sets some in some environment."""
    used = [
        one.keys
        for one in releases
        if any(part is not None for part in (one.repository, one.tag, one.digest, one.registry, one.reference))
    ]
    return tuple(one for one in releases if one.keys in used or not used)


class Composer:
    """Puts stacks together."""

    def __init__(self, tree: Tree, layout: Layout, texts: Mapping[str, Document]) -> None:
        """`texts` are the documents of Applications, by path."""
        self._tree = tree
        self._layout = layout
        self._contract = layout.contract
        self._texts = texts
        self._charts: dict[str, Chart | None] = {}
        self._paths = frozenset(tree.paths)

    def by_contract(self, app: str, environment: str, load: Load) -> Stack:
        """Return a stack in the contract's own order, as it holds without any Application."""
        layers: list[Layer] = []
        unreadable = False
        for place in self._contract.layers:
            path = self._layout.path_of(place, app, environment)
            if path in self._layout.layers:
                layer = load(path)
                unreadable = unreadable or layer is None
                layers += [layer] if layer is not None else []
        # The chart's defaults lie below everything, wherever the contract lists them.
        layers.sort(key=lambda layer: layer.role != "chart")
        folder = next((posixpath.dirname(layer.path) for layer in layers if layer.role == "chart"), None)
        stack = Stack(app, environment, tuple(layers), self.missing(app, environment), None, self._contract)
        if unreadable or not all(layer.readable for layer in layers):
            return stack
        composed = self._composed(stack, folder)
        return composed._replace(partial=flux.unknown_defaults(composed.values))

    def by_application(self, app: str, environment: str, application: Application, source: Source, load: Load) -> Stack:
        """Return the stack that one source of an Application loads."""
        layers: list[Layer] = []
        unknown: str | None = None
        chart = self._chart_layer(source, load)
        for file in source.value_files:
            if file.paths is None:
                reason = file.fault or file.elsewhere
                unknown = unknown or f"{application} loads {file.written!r}, and {reason}"
                continue
            for path in file.paths:
                layer = load(path)
                if layer is None:
                    unknown = unknown or f"{path} cannot be read"
                else:
                    layers.append(layer)
        layers += self._written_in(application, source, app, environment)
        if chart is not None:
            layers.insert(0, chart)
        stack = Stack(
            app,
            environment,
            tuple(layers),
            self.missing(app, environment),
            None,
            self._contract,
            application,
            unknown,
            None if source.chart is not None else source.elsewhere,
            application.namespace,
        )
        if unknown is not None or not all(layer.readable for layer in layers):
            return stack
        composed = self._composed(stack, source.chart, lambda node: self._with_parameters(node, source))
        return self._without_open_images(composed) if source.parameters else composed

    def _without_open_images(self, stack: Stack) -> Stack:
        """Forget the values of a stack where only Argo CD knows which image they name."""
        for release in self.releases(stack):
            for node in (release.repository, release.tag, release.digest, release.registry):
                variable = told_when_deployed(node.text) if node is not None and node.is_scalar else None
                if variable is not None:
                    reason = f"its image is named by {variable}, which is only known when Argo CD deploys it"
                    return stack._replace(values=None, schemas=(), gaps=(), unknown=reason)
        return stack

    def missing(self, app: str, environment: str) -> tuple[tuple[LayerRole, str], ...]:
        """Return the layers that the contract demands and nobody wrote."""
        required = [place for place in self._contract.layers if place.required]
        paths = [(place.role, self._layout.path_of(place, app, environment)) for place in required]
        return tuple((role, path) for role, path in paths if path not in self._layout.layers)

    def releases(self, stack: Stack) -> Iterator[Release]:
        """Yield the images of a stack."""
        if stack.values is None:
            return
        for keys in self._contract.images:
            parts = {name: find(stack.values, path) for name, path in keys.paths(stack.environment).items()}
            if (whole := parts.get("reference")) is not None and isinstance(whole.value, str):
                parts |= _parts_of(whole)
            yield Release(
                stack,
                keys,
                parts.get("repository"),
                parts.get("tag"),
                parts.get("digest"),
                parts.get("registry"),
                parts.get("reference"),
            )

    def _composed(self, stack: Stack, folder: str | None, finish: Callable[[Node], Node] = lambda node: node) -> Stack:
        """Return a stack with its values. `folder` is the chart's; `finish` works on the values files laid together."""
        defaults = next((layer.root for layer in stack.layers if layer.role == "chart"), None)
        files = [layer.root for layer in stack.layers if layer.role not in ("chart", "parameters")]
        chart = self._chart(folder, defaults) if folder is not None else None
        try:
            values = finish(helm.overlaid(files))
            found = helm.compose(chart, values) if chart is not None else None
        except ValueError as error:
            return stack._replace(unknown=f"Helm refuses to merge them: {error}")
        if found is None:
            return stack._replace(values=helm.merge(defaults, [values]))
        return stack._replace(values=found.values, schemas=found.schemas, gaps=found.gaps)

    def _chart(self, folder: str, defaults: Node | None) -> Chart | None:
        """Load a chart, or take it from the few that are kept: several apps may share one."""
        if folder not in self._charts:
            if len(self._charts) >= _CHARTS_KEPT:
                self._charts.clear()
            self._charts[folder] = load_chart(self._tree, folder, defaults)
        return self._charts[folder]

    def _chart_layer(self, source: Source, load: Load) -> Layer | None:
        if source.chart is None:
            return None
        path = posixpath.join(source.chart, "values.yaml")
        layer = load(path) if path in self._paths else None
        return layer if layer is None or layer.role == "chart" else layer._replace(role="chart")

    def _written_in(self, application: Application, source: Source, app: str, environment: str) -> list[Layer]:
        """Return the values written into the Application itself as layers."""
        outer = self._texts.get(application.path) or Document(application.path, "")
        layers: list[Layer] = []

        def add(role: LayerRole, root: Node, problem: Problem | None = None) -> None:
            document = Document(application.path, outer.text, (root,), problem)
            layers.append(Layer(role, app, environment, document, self._contract))

        if source.inline is not None:
            fault = source.inline_fault
            problem = Problem("syntax", fault, source.inline.key_span) if fault is not None else None
            add("inline", source.inline, problem)
        if source.parameters:
            from gitopslint.loaders.set_values import SettingsLimitError

            try:
                add("parameters", self._with_parameters(Node({}, source.node.span, "block"), source))
            except ValueError as error:
                empty = Node({}, source.node.span, "block")
                kind: Literal["helm", "limit"] = "limit" if isinstance(error, SettingsLimitError) else "helm"
                add("parameters", empty, Problem(kind, str(error), source.node.key_span))
        return layers

    def _with_parameters(self, values: Node, source: Source) -> Node:
        """Return values with the parameters of a source on top, as `--set`, `--set-string` and `--set-file` do it."""
        if not source.parameters:  # as most: copying their values for nothing took a fiftieth of a run
            return values
        from gitopslint.loaders.set_values import SetKind, Setting, apply_set

        def settings() -> Iterator[Setting]:
            for parameter in source.parameters:
                kind: SetKind = "set-string" if parameter.text else "set"
                node = parameter.value
                if parameter.file is not None:
                    content = self._content(parameter)
                    if content is None:
                        continue
                    node, kind = node.changed(text=content, value=content), "set-file"
                yield Setting(parameter.name, node, kind)

        return apply_set(values, settings())

    def _content(self, parameter: Parameter) -> str | None:
        paths = parameter.file.paths if parameter.file is not None else None
        if not paths:
            return None
        try:
            return self._tree.read(paths[0]).decode("utf-8", "replace")
        except ReadError:
            return None


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
    return whole.changed(value=text, text=text, span=span, shadowed=())

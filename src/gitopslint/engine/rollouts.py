"""What a change deploys anew, judged on merged values: a comment or another order of keys rolls nothing out."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Collection, Iterable, Iterator

from gitopslint.loaders import yaml
from gitopslint.loaders.charts import load_chart
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.affected import Reason, Rollout, RolloutKind
from gitopslint.model.chart import Chart
from gitopslint.model.document import KeyPath, Node, dotted, find, plain
from gitopslint.model.layer import Stack
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.shown import shown
from gitopslint.model.span import file_start

# What of an Application comes to values, which are judged when they are merged.
_VALUES = ("valueFiles", "values", "valuesObject", "parameters", "fileParameters", "ignoreMissingValueFiles")
# What no template renders.
_RENDERED = ("templates/", "crds/", "charts/", "files/")
_SILENT = ("values.yaml", "values.schema.json", "Chart.lock", ".helmignore")


class _Difference(NamedTuple):
    """Two nodes at one key path that are not the same; None where there is no such key."""

    path: KeyPath
    old: Node | None
    new: Node | None
    around: Node
    """What holds the key now, for one that is gone."""


class Rollouts:
    """Compares what two states of a repository deploy."""

    def __init__(self, before: Product, after: Product, changed: Collection[str]) -> None:
        """`changed` are the paths of the files in which the two differ."""
        self._before = before
        self._after = after
        self._changed = frozenset(changed)
        self._parts: dict[str, set[str]] = {}

    def all(self) -> Iterator[Rollout]:
        """Yield every app and environment that is deployed anew, apps by name, environments in their order."""
        old, new = self._before.layout.stacks(), self._after.layout.stacks()
        order = dict.fromkeys((*self._after.contract.environments, *self._before.contract.environments))
        for app in sorted(old.keys() | new.keys()):
            before, after = _by_environment(self._before, app), _by_environment(self._after, app)
            for environment in order:
                reasons = self._reasons(before.get(environment, []), after.get(environment, []))
                if unique := tuple(dict.fromkeys(reasons)):
                    yield Rollout(app, environment, unique)

    def _reasons(self, before: list[Stack], after: list[Stack]) -> Iterator[Reason]:
        if after and not before:
            yield Reason("new", "the app enters the environment", after[0].span)
        elif before and not after:
            yield Reason("removed", "the app leaves the environment", before[0].span, before=True)
        old = {_name(stack): stack for stack in before}
        new = {_name(stack): stack for stack in after}
        if len(old) == len(new) == 1:
            new = dict(zip(old, new.values(), strict=True))
        for name, stack in new.items():
            if name in old:
                yield from self._compared(old[name], stack)
            elif before:
                yield Reason("application", f"{stack.application} is new", stack.span)
        for name, stack in old.items():
            if name not in new and after:
                yield Reason("application", f"{stack.application} is gone", stack.span, before=True)

    def _compared(self, old: Stack, new: Stack) -> Iterator[Reason]:
        yield from self._of_values(old, new)
        yield from self._of_chart(old, new)
        yield from self._of_application(old, new)
        if new.application is None:
            for one in (*self._after.wiring.undecidable, *self._before.wiring.undecidable):
                if one.path in self._changed:
                    yield Reason("undecided", f"what {one.name} deploys is not known here: {one.reason}", one.span)

    def _of_values(self, old: Stack, new: Stack) -> Iterator[Reason]:
        if old.values is None or new.values is None:
            stack = new if new.values is None else old
            files = {layer.path for one in (old, new) for layer in one.layers}
            files |= {one.application.path for one in (old, new) if one.application is not None}
            if touched := sorted(files & self._changed):
                why = stack.unknown or "a layer is not readable"
                yield Reason("undecided", f"the values are not known: {why}", file_start(touched[0]), stack is old)
            return
        images = _image_paths(new, [new.environment])
        # In one file for all environments the images of the others stand beside those of this one.
        foreign = _image_paths(new, new.contract.environments) - images
        for one in _differences(old.values, new.values):
            if one.path in foreign:
                continue
            kind = _kind(new, one.new or one.around) if one.new is not None else _kind(old, one.old or one.around)
            detail = dotted(one.path)
            if one.path in images and one.old is not None and one.new is not None:
                detail += f" {shown(one.path, one.old)} → {shown(one.path, one.new)}"
            elif one.new is None or one.old is None:
                detail += " is gone" if one.new is None else " is new"
            node = one.new or one.old or one.around
            yield Reason(kind, detail, node.key_span if one.new is None else node.span, before=one.new is None)

    def _of_chart(self, old: Stack, new: Stack) -> Iterator[Reason]:
        left, come = _charts(old) - _charts(new), _charts(new) - _charts(old)
        if left and come and self._rendering(self._before, left) != self._rendering(self._after, come):
            folder = min(come)
            detail = f"{folder} takes the place of {min(left)}, and differs"
            yield Reason("chart", detail, file_start(posixpath.join(folder, "Chart.yaml")))
        for folder in sorted(self._with_parts(_charts(old) & _charts(new))):
            start = f"{folder}/" if folder else ""
            for path in sorted(one for one in self._changed if one.startswith(start)):
                inner = path[len(start) :]
                if not _renders(inner, start) or self._after.layout.place(path) is not None:
                    continue
                if posixpath.basename(path) in ("Chart.yaml", "values.yaml") and self._same_yaml(path):
                    continue
                gone = path not in self._after.tree.paths
                yield Reason("chart", f"{inner} is removed" if gone else f"{inner} changes", file_start(path), gone)

    def _with_parts(self, folders: set[str]) -> set[str]:
        """Return charts with those elsewhere in the repository that they depend on (`file://`), in either state."""
        found = set(folders)
        for folder in folders:
            if folder not in self._parts:
                charts = (load_chart(one.tree, folder) for one in (self._before, self._after))
                self._parts[folder] = {part for chart in charts if chart is not None for part in _outside(chart)}
            found |= self._parts[folder]
        return found

    def _rendering(self, product: Product, folders: set[str]) -> dict[str, bytes | None]:
        """Return what charts render values with, by the path inside their folder."""
        starts = [f"{folder}/" if folder else "" for folder in folders]
        inner = {path: path[len(one) :] for path in product.tree.paths for one in starts if path.startswith(one)}
        wanted = [path for path, rest in inner.items() if _renders(rest, path[: -len(rest)])]
        read = product.tree.read_many(wanted)
        return {inner[path]: data if isinstance(data, bytes) else None for path, data in read}

    def _same_yaml(self, path: str) -> bool:
        """Tell whether a file holds the same in both states, whatever its comments and its order say."""
        one, other = _content(self._before.tree, path), _content(self._after.tree, path)
        return one is not None and one == other

    def _of_application(self, old: Stack, new: Stack) -> Iterator[Reason]:
        one, other = old.application, new.application
        if one is None or other is None:
            if one is not None or other is not None:
                stack = new if other is not None else old
                said = "is new" if other is not None else "is gone"
                yield Reason("application", f"{stack.application} {said}", stack.span, before=other is None)
            return
        for part in ("metadata", "spec"):
            before, after = find(one.node, (part,)), find(other.node, (part,))
            if before is None or after is None:
                continue
            for difference in _differences(before, after):
                path = (part, *difference.path)
                if (part == "metadata" and path[1:] not in (("name",), ("namespace",))) or _is_values(path):
                    continue
                node = difference.new or difference.old or difference.around
                span = node.span if difference.new is not None else node.key_span
                yield Reason("application", dotted(path), span, before=difference.new is None)


def _by_environment(product: Product, app: str) -> dict[str, list[Stack]]:
    found: dict[str, list[Stack]] = {}
    for stack in product.stacks(app):
        found.setdefault(stack.environment, []).append(stack)
    return found


def _name(stack: Stack) -> str:
    return "" if stack.application is None else stack.application.name


def _image_paths(stack: Stack, environments: Iterable[str]) -> set[KeyPath]:
    keys = stack.contract.images
    return {path for one in environments for image in keys for path in image.paths(one).values()}


def _kind(stack: Stack, node: Node) -> RolloutKind:
    role = next((layer.role for layer in stack.layers if layer.path == node.span.path), "values")
    if role == "release":
        return "release"
    if role == "env":
        return "env"
    return "chart" if role == "chart" or node.span.path not in {layer.path for layer in stack.layers} else "values"


def _charts(stack: Stack) -> set[str]:
    """Return the folders of the charts that render a stack."""
    if stack.application is not None:
        return {source.chart for source in stack.application.sources if source.chart is not None}
    return {posixpath.dirname(layer.path) for layer in stack.layers if layer.role == "chart"}


def _outside(chart: Chart) -> Iterator[str]:
    """Yield the folders of the charts below one that do not lie in its `charts/`."""
    for part in chart.subcharts:
        if not part.folder.startswith(posixpath.join(chart.folder, "charts/")):
            yield part.folder
        yield from _outside(part)


def _renders(inner: str, start: str) -> bool:
    """Tell whether a file of a chart may be rendered. In a chart at the root, most files are of something else."""
    if inner in _SILENT or inner.endswith(".md"):
        return False
    return bool(start) or inner == "Chart.yaml" or inner.startswith(_RENDERED)


def _is_values(path: KeyPath) -> bool:
    """Tell whether a key path in an Application comes to values: `spec.source.helm.parameters[0].value`."""
    keys = [step for step in path if isinstance(step, str)]
    return keys[1:2] in (["source"], ["sources"]) and (keys[2:3] == ["helm"] and (len(keys) == 3 or keys[3] in _VALUES))


def _differences(old: Node, new: Node, path: KeyPath = ()) -> Iterator[_Difference]:
    """Yield where two values differ, as deep as mappings and lists of the same length lead."""
    if isinstance(old.value, dict) and isinstance(new.value, dict):
        for key in dict.fromkeys((*new.value, *old.value)):
            one, other = old.value.get(key), new.value.get(key)
            if one is not None and other is not None:
                yield from _differences(one, other, (*path, key))
            else:
                yield _Difference((*path, key), one, other, new)
    elif isinstance(old.value, list) and isinstance(new.value, list) and len(old.value) == len(new.value):
        for position, (one, other) in enumerate(zip(old.value, new.value, strict=True)):
            yield from _differences(one, other, (*path, position))
    elif _text(old) != _text(new):
        yield _Difference(path, old, new, new)


def _text(node: Node) -> str:
    return json.dumps(plain(node), sort_keys=True, default=str)


def _content(tree: Tree, path: str) -> str | None:
    try:
        document = yaml.parse(path, tree.read(path))
    except ReadError:
        return None
    return None if document.problem is not None else json.dumps([*map(plain, document.roots)], sort_keys=True)

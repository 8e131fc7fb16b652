"""Charts as they lie in the repository: their defaults, the charts below them, and what templates do with values."""

from __future__ import annotations

import bisect
import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gitopslint.loaders import yaml
from gitopslint.loaders.held import Held
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.chart import Absent, Chart, ChartSchema, Dependency, ImportValues
from gitopslint.model.document import Document, KeyPath, Node, plain
from gitopslint.model.layer import Templating
from gitopslint.model.lazy import lazy

_DEEPEST = 12
_MOST = 100  # charts below one, each counted as often as it is used
_LOCAL = "file://"
_PACKED = lazy(r"^(.+?)(?:-v?[0-9].*)?\.tgz$")
_ACTION = lazy(r"\{\{(?:[^}]|\}(?!\}))*\}\}")
_TPL = lazy(r"(?<![\w.])tpl(?![\w])|tplvalues\.render|tplValue")
_MAKES = lazy(rb"^[ \t-]*kind:[ \t]*[\"']?Application(?:Set)?[\"']?[ \t]*\r?$", re.MULTILINE)
_VALUES = lazy(r"\.Values((?:\.[A-Za-z_]\w*)*)")


def load_chart(tree: Tree, folder: str, values: Node | None = None) -> Chart | None:
    """Return the chart in a folder with all charts below it; None where there is no `Chart.yaml`.

    `values` are the chart's own defaults where they are read already. Never raises: what is missing or broken is told
    in the chart's `absent` and `faults`.
    """
    chart = _Loading(tree).load(folder, values, 0)
    path = posixpath.join(folder, "Chart.yaml")
    if chart is None and _entries(tree, path):
        fault = f"{path} is not readable"
        return Chart("", "", folder, values or Document(path, "").root, faults=(fault,))
    return chart


def templating(tree: Tree, folder: str) -> Templating | None:
    """Return which values a chart renders as templates; None when the chart's templates are not at hand.

    Helm does not template values files, but a chart may pass a value to `tpl`.
    """
    start = f"{folder}/templates/" if folder else "templates/"
    files = [path for path in tree.paths if path.startswith(start)]
    if not files:
        return None
    found: set[KeyPath] = set()
    opaque = False
    for _, data in tree.read_many(files):
        if isinstance(data, ReadError):
            opaque = True
            continue
        if b"tpl" not in data:
            continue
        for paths in _tpl_calls(data.decode("utf-8", "replace")):
            found.update(paths)
            opaque = opaque or not paths
    return Templating(tuple(sorted(found, key=str)), opaque)


def is_template(path: str, charts: Iterable[str]) -> bool:
    """Tell whether a file is a template of one of the charts, given by their folders."""
    return any(path.startswith(f"{folder}/templates/" if folder else "templates/") for folder in charts)


def making_applications(tree: Tree, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the templates among some files that make Applications of Argo CD, as in a chart of apps."""
    return tuple(
        path
        for path, data in tree.read_many(path for path in paths if path.endswith((".yaml", ".yml")))
        if isinstance(data, bytes) and b"argoproj.io/" in data and _MAKES.search(data)
    )


def _tpl_calls(text: str) -> Iterable[list[KeyPath]]:
    for action in _ACTION.findall(text):
        if _TPL.search(action):
            yield [tuple(match[1:].split(".")) if match else () for match in _VALUES.findall(action)]


class _Loading:
    """Loads one chart with those below it. Charts that bring in each other are many more than there are folders."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._count = 0
        self._held = Held()

    @property
    def _too_many(self) -> str | None:
        return f"the charts below it are more than {_MOST}" if self._count > _MOST else None

    def load(self, folder: str, values: Node | None, depth: int) -> Chart | None:
        """Return the chart in a folder; None where there is none, or no more are read."""
        tree = self._tree
        self._count += 1
        if self._count > _MOST:
            return None
        start = f"{folder}/" if folder else ""
        about = _about(tree, start)
        if about is None:
            return None
        faults: list[str] = []
        if values is None:
            path = f"{start}values.yaml"
            document = _parsed(tree, path, self._held.parse) or Document(path, "")
            values = document.root
            if document.problem is not None or len(document.roots) > 1 or not isinstance(values.value, dict):
                values = Document(path, "").root
                faults.append(f"{path} is not readable")
        written = about.get("dependencies")
        dependencies = None
        if isinstance(written, list):
            dependencies = tuple(_dependency(one) for one in written if isinstance(one, dict))
        subcharts, absent = self._below(start, depth)
        for one in dependencies or ():
            if one.name in {*(found.name for found in subcharts), *(found.name for found in absent)}:
                continue
            if (local := self._local(folder, one, depth)) is not None and local.name == one.name:
                subcharts.append(local)
            else:
                absent.append(Absent(one.name, self._too_many or f"the chart {one.name!r} is not in {start}charts/"))
        return Chart(
            _text(about, "name"),
            _text(about, "version"),
            folder,
            values,
            dependencies,
            tuple(subcharts),
            _schema(tree, f"{start}values.schema.json"),
            tuple(absent),
            tuple(faults),
        )

    def _below(self, start: str, depth: int) -> tuple[list[Chart], list[Absent]]:
        """Load what lies in `charts/`, as Helm does: folders, and links to folders."""
        tree = self._tree
        charts, absent = [], []
        for name in _entries(tree, f"{start}charts/"):
            path = f"{start}charts/{name}"
            if name.startswith(("_", ".")) or name.endswith(".prov"):
                continue
            if name.endswith(".tgz"):
                absent.append(Absent(_PACKED.sub(r"\1", name), f"{path} is a packed chart"))
                continue
            chart = self.load(_real(tree, path), None, depth + 1) if depth < _DEEPEST else None
            if chart is not None:
                charts.append(chart)
            elif _entries(tree, f"{path}/") or path in tree.links:
                absent.append(Absent(name, self._too_many or f"{path} has no Chart.yaml that can be read"))
        return charts, absent

    def _local(self, folder: str, dependency: Dependency, depth: int) -> Chart | None:
        """Load a dependency on a chart of the same repository, which Argo CD puts into `charts/` before it renders."""
        tree = self._tree
        if not dependency.repository.startswith(_LOCAL) or depth >= _DEEPEST:
            return None
        path = posixpath.normpath(posixpath.join(folder, dependency.repository.removeprefix(_LOCAL)))
        if path.startswith(("..", "/")):
            return None
        return self.load("" if path == "." else _real(tree, path), None, depth + 1)


def _entries(tree: Tree, start: str) -> list[str]:
    """Return the names of what stands directly in a folder, given with the slash behind it."""
    found: dict[str, None] = {}
    for at in range(bisect.bisect_left(tree.paths, start), len(tree.paths)):
        if not tree.paths[at].startswith(start):
            break
        found[tree.paths[at][len(start) :].partition("/")[0]] = None
    return list(found)


def _real(tree: Tree, path: str) -> str:
    """Follow a symbolic link to a folder below the root; one that leaves it leads nowhere."""
    target = tree.links.get(path)
    return path if target is None else posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _about(tree: Tree, start: str) -> dict[str, Any] | None:
    """Return `Chart.yaml` as plain data, with what older charts keep in `requirements.yaml`."""
    document = _parsed(tree, f"{start}Chart.yaml")
    if document is None or document.problem is not None or not isinstance(document.root.value, dict):
        return None
    about: dict[str, Any] = plain(document.root)
    older = _parsed(tree, f"{start}requirements.yaml")
    if older is not None and older.problem is None and "dependencies" in older.root.mapping:
        about["dependencies"] = plain(older.root)["dependencies"]
    return about


def _parsed(tree: Tree, path: str, parse: Callable[[str, bytes], Document] = yaml.parse) -> Document | None:
    try:
        return parse(path, tree.read(path))
    except ReadError:
        return None


def _dependency(about: dict[str, Any]) -> Dependency:
    tags, imports = about.get("tags"), about.get("import-values")
    return Dependency(
        _text(about, "name"),
        _text(about, "alias"),
        _text(about, "version"),
        _text(about, "repository"),
        _text(about, "condition"),
        tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        tuple(_imports(imports)) if isinstance(imports, list) else (),
    )


def _imports(written: list[Any]) -> Iterator[ImportValues]:
    for one in written:
        if isinstance(one, str):
            yield ImportValues(f"exports.{one}", ".")
        elif isinstance(one, dict):
            yield ImportValues(_text(one, "child"), _text(one, "parent"))


def _text(about: dict[str, Any], key: str) -> str:
    value = about.get(key)
    return value if isinstance(value, str) else ""


def _schema(tree: Tree, path: str) -> ChartSchema | None:
    try:
        data = tree.read(path)
    except ReadError:
        return None
    try:
        return ChartSchema(path, json.loads(data))
    except (ValueError, RecursionError):
        return ChartSchema(path, None, "is not JSON")

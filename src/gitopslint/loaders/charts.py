"""What a chart's templates do with the values, as far as layers depend on it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.document import KeyPath
from gitopslint.model.layer import Templating

_ACTION = re.compile(r"\{\{(?:[^}]|\}(?!\}))*\}\}")
_TPL = re.compile(r"(?<![\w.])tpl(?![\w])|tplvalues\.render|tplValue")
_VALUES = re.compile(r"\.Values((?:\.[A-Za-z_]\w*)*)")


def templating(tree: Tree, values_path: str) -> Templating | None:
    """Return which values a chart renders as templates; None when the chart's templates are not at hand.

    Helm does not template values files, but a chart may pass a value to `tpl`.
    """
    folder = values_path.rpartition("/")[0]
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


def _tpl_calls(text: str) -> Iterable[list[KeyPath]]:
    for action in _ACTION.findall(text):
        if _TPL.search(action):
            yield [tuple(match[1:].split(".")) if match else () for match in _VALUES.findall(action)]

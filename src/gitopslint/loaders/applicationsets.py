"""ApplicationSets, as far as they can be decided offline: list, git files and directories, and their matrix.

Everything else is named with the reason. Sources: argo-cd `applicationset/generators/*.go`, `applicationset/utils`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from gitopslint.loaders import yaml
from gitopslint.loaders.tree import ReadError
from gitopslint.loaders.valuefiles import Files
from gitopslint.model.document import Node, find, plain
from gitopslint.model.glob import GlobError, name_matches
from gitopslint.model.lazy import lazy
from gitopslint.model.scalars import printed

MOST_APPLICATIONS = 1000
_MOST_NODES = 500_000  # in all Applications of one set, as in one file
_MOST_TEXT = 5_000_000  # characters of all texts that are filled in, as in one file
_MOST_GENERATED = 10_000  # runs of generators inside each other

Parameters = dict[str, Any]
Reason = tuple[Node, str]

_FAST = lazy(r"\{\{([^{}]*)\}\}")
_FIELD = lazy(r"\{\{-?\s*((?:\.[A-Za-z_][A-Za-z0-9_]*)+)\s*-?\}\}")
_INDEX = lazy(r"\{\{-?\s*index\s+((?:\.[A-Za-z_][A-Za-z0-9_]*)+)\s+([0-9]+)\s*-?\}\}")
_DECIDED = frozenset({"list", "git", "matrix"})


class _Undecided(Exception):  # noqa: N818 - an answer, not an error
    def __init__(self, node: Node, reason: str) -> None:
        self.node = node
        self.reason = reason


class _Filling:
    """Fills in templates. What a set makes of them is bounded as a file is: a few kilobytes could become terabytes."""

    def __init__(self, *, go: bool) -> None:
        self.go = go
        self._render: Callable[[Node, Parameters], str] = _go_text if go else _fast_text
        self._nodes = _MOST_NODES
        self._text = _MOST_TEXT
        self._generated = _MOST_GENERATED

    def count(self, generator: Node) -> None:
        """Note that a generator runs. Raises _Undecided beyond the bound."""
        self._generated -= 1
        if self._generated < 0:
            raise _Undecided(generator, f"its generators run more than {_MOST_GENERATED:,} times")

    def filled(self, node: Node, parameters: Parameters) -> Node:
        """Return a template with every text filled in. Raises _Undecided beyond the bounds."""
        self._nodes -= 1
        if self._nodes < 0:
            raise _Undecided(node, f"it makes more than {_MOST_NODES:,} values")
        if isinstance(node.value, dict):
            return node.changed(value={key: self.filled(below, parameters) for key, below in node.value.items()})
        if isinstance(node.value, list):
            return node.changed(value=[self.filled(item, parameters) for item in node.value])
        if "{{" not in node.text:
            return node
        text = self._render(node, parameters)
        self._text -= len(text)
        if self._text < 0:
            raise _too_long(node)
        return node.changed(text=text, value=text)


def _too_long(node: Node) -> _Undecided:
    return _Undecided(node, f"it makes more than {_MOST_TEXT:,} characters")


def generate(root: Node, files: Files) -> tuple[list[Node], list[Reason]]:
    """Return the Applications that an ApplicationSet makes, and why others cannot be known."""
    spec = find(root, ("spec",)) or root
    template = spec.mapping.get("template")
    if template is None or not template.mapping:
        return [], [(spec, "it has no template")]
    if "templatePatch" in spec.mapping:
        return [], [(spec.mapping["templatePatch"], "a templatePatch may change what is loaded")]
    go = find(spec, ("goTemplate",))
    filling = _Filling(go=go is not None and go.value is True)
    made: list[Node] = []
    reasons: list[Reason] = []
    generators = spec.mapping.get("generators")
    for generator in generators.items if generators is not None else []:
        try:
            for parameters in _generated(generator, files, filling, {}):
                if len(made) >= MOST_APPLICATIONS:
                    reasons.append((generator, f"it makes more than {MOST_APPLICATIONS} Applications"))
                    break
                made.append(filling.filled(template, parameters))
        except _Undecided as undecided:
            reasons.append((undecided.node, undecided.reason))
    return made, reasons


def _generated(generator: Node, files: Files, filling: _Filling, outer: Parameters) -> Iterator[Parameters]:
    filling.count(generator)
    for key in generator.mapping:
        if key not in (*_DECIDED, "template"):
            why = (
                "a selector filters what it makes"
                if key == "selector"
                else f"the generator {key!r} asks a cluster or a server"
            )
            raise _Undecided(generator.mapping[key], why)
        if key == "template":
            raise _Undecided(generator.mapping[key], "a generator with a template of its own is not read")
    if (listed := generator.mapping.get("list")) is not None:
        yield from _from_list(listed)
    elif (git := generator.mapping.get("git")) is not None:
        yield from _from_git(filling.filled(git, outer) if outer else git, files, filling)
    elif (matrix := generator.mapping.get("matrix")) is not None:
        yield from _from_matrix(matrix, files, filling, outer)


def _from_list(listed: Node) -> Iterator[Parameters]:
    if "elementsYaml" in listed.mapping:
        raise _Undecided(listed.mapping["elementsYaml"], "elementsYaml is a template")
    elements = listed.mapping.get("elements")
    for element in elements.items if elements is not None else []:
        yield {key: _value(node) for key, node in element.mapping.items()}


def _from_matrix(matrix: Node, files: Files, filling: _Filling, outer: Parameters) -> Iterator[Parameters]:
    generators = matrix.mapping.get("generators")
    both = generators.items if generators is not None else []
    if len(both) != 2:
        raise _Undecided(matrix, "a matrix has exactly two generators")
    for first in _generated(both[0], files, filling, outer):
        for second in _generated(both[1], files, filling, outer | first):
            yield first | second


def _from_git(git: Node, files: Files, filling: _Filling) -> Iterator[Parameters]:
    prefix = _text(git, "pathParamPrefix")
    extra = _mapping(git, "values")
    if "directories" in git.mapping:
        for folder in _directories(git.mapping["directories"].items, files):
            yield _with_values(_path_parameters(folder, None, prefix), extra, filling)
    elif "files" in git.mapping:
        for path in _matching_files(git.mapping["files"].items, files):
            about = _path_parameters(posixpath.dirname(path), posixpath.basename(path), prefix)
            for content in _contents(path, git, files):
                yield _with_values(content | about, extra, filling)
    else:
        raise _Undecided(git, "a git generator needs directories or files")


def _with_values(parameters: Parameters, extra: dict[str, Node], filling: _Filling) -> Parameters:
    """Add the `values` of a generator: templates over its parameters, which do not see each other."""
    values = {key: _value(filling.filled(node, parameters)) for key, node in extra.items()}
    if filling.go:
        return parameters | {"values": values} if values else parameters
    return parameters | {f"values.{key}": value for key, value in values.items()}


def _directories(entries: list[Node], files: Files) -> list[str]:
    """Return the folders that fit; an excluding entry wins wherever it stands. Hidden folders never fit."""
    folders = sorted(
        {
            "/".join(parts[:length])
            for parts in (path.split("/")[:-1] for path in files.paths)
            for length in range(1, len(parts) + 1)
        }
    )
    wanted = [_text(entry, "path") for entry in entries if not _true(entry, "exclude")]
    excluded = [_text(entry, "path") for entry in entries if _true(entry, "exclude")]
    return [
        folder
        for folder in folders
        if not any(part.startswith(".") for part in folder.split("/"))
        and any(_path_match(pattern, folder, entries[0]) for pattern in wanted)
        and not any(_path_match(pattern, folder, entries[0]) for pattern in excluded)
    ]


def _matching_files(entries: list[Node], files: Files) -> list[str]:
    """Return the files that fit. By default Argo CD lets `*` run over `/` here."""
    found: set[str] = set()
    excluded: set[str] = set()
    for entry in entries:
        pattern = _text(entry, "path")
        try:
            matching = {path for path in files.paths if name_matches(pattern, path)}
        except GlobError as error:
            raise _Undecided(entry, str(error)) from None
        (excluded if _true(entry, "exclude") else found).update(matching)
    return sorted(found - excluded)


def _contents(path: str, git: Node, files: Files) -> Iterator[Parameters]:
    try:
        document = yaml.parse(path, files.tree.read(path))
    except ReadError as error:
        raise _Undecided(git, f"{path} cannot be read: {error}") from None
    if document.problem is not None:
        raise _Undecided(git, f"{path} is not readable: {document.problem.message}")
    items = document.root.items if isinstance(document.root.value, list) else [document.root]
    for item in items:
        yield {key: _value(node) for key, node in item.mapping.items()}


def _path_parameters(folder: str, name: str | None, prefix: str) -> Parameters:
    base = posixpath.basename(folder)
    segments = folder.split("/")
    path = {
        "path": folder,
        "basename": base,
        "basenameNormalized": _normalized(base),
        "segments": segments,
        **({"filename": name, "filenameNormalized": _normalized(name)} if name is not None else {}),
    }
    return {prefix: {"path": path}} if prefix else {"path": path}


def _fast_text(node: Node, parameters: Parameters) -> str:
    """Fill in `{{path.basename}}`; a name that is not known stays, as fasttemplate leaves it."""

    length = 0

    def fill(match: re.Match[str]) -> str:
        nonlocal length
        found = _fast_lookup(match[1].strip(), parameters)
        length += len(found or "")
        if length > _MOST_TEXT:
            raise _too_long(node)
        return match[0] if found is None else found

    return _FAST.sub(fill, node.text)


def _fast_lookup(name: str, parameters: Parameters) -> str | None:
    if (direct := parameters.get(name)) is not None and not isinstance(direct, dict | list):
        return str(direct)
    if (index := re.fullmatch(r"(.*)path\[([0-9]+)\]", name)) is not None:
        segments = _walk(parameters, [*index[1].split(".")[:-1], "path", "segments"])
        position = int(index[2])
        return segments[position] if isinstance(segments, list) and position < len(segments) else None
    found = _walk(parameters, name.split("."))
    if isinstance(found, dict) and isinstance(found.get("path"), str) and name.split(".")[-1] == "path":
        found = found["path"]
    return None if found is None or isinstance(found, dict | list) else str(found)


def _go_text(node: Node, parameters: Parameters) -> str:
    """Fill in plain fields of a Go template; anything that computes is not decided here."""

    length = 0

    def field(match: re.Match[str]) -> str:
        found = _walk(parameters, match[1].split(".")[1:])
        if found is None:
            raise _Undecided(node, f"{match[1]} is not among its parameters")
        if isinstance(found, dict | list):
            raise _Undecided(node, f"{match[1]} is no single value")
        return bounded(str(found))

    def bounded(text: str) -> str:
        nonlocal length
        length += len(text)
        if length > _MOST_TEXT:
            raise _too_long(node)
        return text

    def index(match: re.Match[str]) -> str:
        found = _walk(parameters, match[1].split(".")[1:])
        position = int(match[2])
        if not isinstance(found, list) or position >= len(found):
            raise _Undecided(node, f"{match[1]} has no item {position}")
        return bounded(str(found[position]))

    text = _FIELD.sub(field, _INDEX.sub(index, node.text))
    if "{{" in text:
        raise _Undecided(node, "its template computes more than plain fields")
    return text


def _walk(parameters: Any, steps: list[str]) -> Any:
    for step in steps:
        if not isinstance(parameters, dict):
            return None
        parameters = parameters.get(step)
    return parameters


def _path_match(pattern: str, path: str, node: Node) -> bool:
    """Match folder names one by one: here `*` stays within one name."""
    parts, names = pattern.strip("/").split("/"), path.split("/")
    try:
        return len(parts) == len(names) and all(
            name_matches(part, name) for part, name in zip(parts, names, strict=True)
        )
    except GlobError as error:
        raise _Undecided(node, str(error)) from None


def _value(node: Node) -> Any:
    if node.is_scalar:
        return node.text if isinstance(node.value, str) else printed(node.value)  # type: ignore[arg-type]
    return plain(node)


def _normalized(name: str) -> str:
    """Make a name fit for Kubernetes, as `basenameNormalized` does."""
    return re.sub(r"[^-a-z0-9.]", "-", name.lower())[:253].strip("-.")


def _text(node: Node, key: str) -> str:
    found = node.mapping.get(key)
    return found.text if found is not None and found.is_scalar else ""


def _true(node: Node, key: str) -> bool:
    found = node.mapping.get(key)
    return found is not None and found.value is True


def _mapping(node: Node, key: str) -> dict[str, Node]:
    found = node.mapping.get(key)
    return found.mapping if found is not None else {}

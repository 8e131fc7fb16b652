"""ApplicationSets, as far as they can be decided offline: list, git files and directories, their matrix and merge.

Everything else is named with the reason. Sources: argo-cd `applicationset/generators/*.go`, `applicationset/utils`.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Set
from functools import partial
from typing import Any

from gitopslint.loaders import yaml
from gitopslint.loaders.generated_parameters import combined, selected
from gitopslint.loaders.gotemplate import TemplateError, as_text, render, sanitized
from gitopslint.loaders.own_repository import normal_url
from gitopslint.loaders.tree import ReadError
from gitopslint.loaders.valuefiles import Files
from gitopslint.model.document import Node, find, items_at, plain, text_at
from gitopslint.model.glob import GlobError, name_matches
from gitopslint.model.lazy import lazy

MOST_APPLICATIONS = 1000
_MOST_NODES = 500_000  # in all Applications of one set, as in one file
_MOST_TEXT = 5_000_000  # characters of all texts that are filled in, as in one file
_MOST_GENERATED = 10_000  # runs of generators inside each other

Parameters = dict[str, Any]
Reason = tuple[Node, str]

_FAST = lazy(r"\{\{([^{}]*)\}\}")
_DECIDED = ("list", "git", "matrix", "merge")


class _Undecided(Exception):  # noqa: N818 - an answer, not an error
    def __init__(self, node: Node, reason: str) -> None:
        self.node = node
        self.reason = reason


class _Filling:
    """Fills in templates. What a set makes of them is bounded as a file is: a few kilobytes could become terabytes."""

    def __init__(self, *, go: bool, strict: bool, own: Set[str]) -> None:
        self.go = go
        self.own = own
        self._strict = strict
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
        text = self._go_text(node, parameters) if self.go else _fast_text(node, parameters)
        self._spend(node, len(text))
        return node.changed(text=text, value=text)

    def value(self, node: Node) -> Any:
        """Return the value of a parameter: for Go as it came from JSON, where numbers are no integers, else a text."""
        if node.is_scalar and not self.go:
            return as_text(node.value) or ""
        return _numbers(plain(node)) if self.go else plain(node)

    def _go_text(self, node: Node, parameters: Parameters) -> str:
        try:
            return render(node.text, parameters, strict=self._strict, spend=lambda amount: self._spend(node, amount))
        except TemplateError as error:
            raise _Undecided(node, str(error)) from None

    def _spend(self, node: Node, amount: int) -> None:
        self._text -= amount
        if self._text < 0:
            raise _too_long(node)


def _too_long(node: Node) -> _Undecided:
    return _Undecided(node, f"it makes more than {_MOST_TEXT:,} characters")


def generate(root: Node, files: Files, own: Set[str] = frozenset()) -> tuple[list[Node], list[Reason]]:
    """Return the Applications that an ApplicationSet makes, and why others cannot be known.

    `own` are the URLs by which this repository is known; with none, every git generator is taken to read it.
    """
    spec = find(root, ("spec",)) or root
    template = spec.mapping.get("template")
    if template is None or not template.mapping:
        return [], [(spec, "it has no template")]
    template = _without_notes(template)
    if "templatePatch" in spec.mapping:
        return [], [(spec.mapping["templatePatch"], "a templatePatch may change what is loaded")]
    strict = any(item.text == "missingkey=error" for item in items_at(spec, "goTemplateOptions"))
    filling = _Filling(go=_true(spec, "goTemplate"), strict=strict, own=own)
    made: list[Node] = []
    reasons: list[Reason] = []
    for generator in items_at(spec, "generators"):
        template_here = template
        for kind in generator.mapping.values():
            template_here = _overlaid(template, kind.mapping.get("template"))
        try:
            for parameters in _generated(generator, files, filling, {}):
                if len(made) >= MOST_APPLICATIONS:
                    reasons.append((generator, f"it makes more than {MOST_APPLICATIONS} Applications"))
                    break
                made.append(filling.filled(template_here, parameters))
        except _Undecided as undecided:
            reasons.append((undecided.node, undecided.reason))
    return made, reasons


def _without_notes(template: Node) -> Node:
    """Leave out what tells nothing of what is loaded, and is often computed."""
    metadata = template.mapping.get("metadata")
    if metadata is None or not metadata.mapping:
        return template
    kept = {key: below for key, below in metadata.mapping.items() if key not in ("annotations", "labels")}
    return template.changed(value={**template.mapping, "metadata": metadata.changed(value=kept)})


def _overlaid(template: Node, own: Node | None) -> Node:
    """Lay the template of a generator over that of the set: what is empty there does not count."""
    if own is None or own.value in (None, "", [], {}):
        return template
    if not (isinstance(template.value, dict) and isinstance(own.value, dict)):
        return own
    merged = {key: _overlaid(below, own.value.get(key)) for key, below in template.value.items()}
    return template.changed(value={**own.value, **merged})


def _generated(generator: Node, files: Files, filling: _Filling, outer: Parameters) -> Iterator[Parameters]:
    filling.count(generator)
    for key in generator.mapping:
        if key not in (*_DECIDED, "selector"):
            raise _Undecided(generator.mapping[key], f"the generator {key!r} asks a cluster or a server")
    found: Iterator[Parameters] = iter(())
    if (listed := generator.mapping.get("list")) is not None:
        found = _from_list(filling.filled(listed, outer) if outer else listed, filling)
    elif (git := generator.mapping.get("git")) is not None:
        found = _from_git(filling.filled(git, outer) if outer else git, files, filling)
    elif (matrix := generator.mapping.get("matrix")) is not None:
        found = _from_matrix(matrix, files, filling, outer)
    elif (merge := generator.mapping.get("merge")) is not None:
        found = _from_merge(merge, files, filling, outer)
    selector = generator.mapping.get("selector")
    if selector is None:
        yield from found
        return
    for parameters in found:
        filling.count(generator)
        if selected(selector, parameters):
            yield parameters


def _from_list(listed: Node, filling: _Filling) -> Iterator[Parameters]:
    if "elementsYaml" in listed.mapping:
        raise _Undecided(listed.mapping["elementsYaml"], "elementsYaml is a template")
    for element in items_at(listed, "elements"):
        yield {key: filling.value(node) for key, node in element.mapping.items()}


def _from_matrix(matrix: Node, files: Files, filling: _Filling, outer: Parameters) -> Iterator[Parameters]:
    both = items_at(matrix, "generators")
    if len(both) != 2:
        raise _Undecided(matrix, "a matrix has exactly two generators")
    for first in _generated(both[0], files, filling, outer):
        for second in _generated(both[1], files, filling, outer | first):
            yield first | second


def _from_merge(merge: Node, files: Files, filling: _Filling, outer: Parameters) -> Iterator[Parameters]:
    """Yield what the first generator makes, each with what the others say under the same keys."""
    keys = [item.text for item in items_at(merge, "mergeKeys")]
    several = items_at(merge, "generators")
    if len(several) < 2 or not keys:
        raise _Undecided(merge, "a merge has mergeKeys, and two generators or more")

    def by_key(generator: Node) -> dict[str, Parameters]:
        found: dict[str, Parameters] = {}
        for parameters in _generated(generator, files, filling, outer):
            filling.count(generator)
            get = parameters.get if filling.go else partial(_fast_lookup, parameters=parameters)
            name = json.dumps([get(key) for key in keys], sort_keys=True)
            if name in found:
                raise _Undecided(merge, "Argo CD refuses it: two of its parameters have the same mergeKeys")
            found[name] = parameters
        return found

    merged = by_key(several[0])
    for other in several[1:]:
        for name, parameters in by_key(other).items():
            if name in merged:
                merged[name] = combined(merged[name], parameters, keep_empty=not filling.go)
    yield from merged.values()


def _from_git(git: Node, files: Files, filling: _Filling) -> Iterator[Parameters]:
    url = normal_url(text_at(git, "repoURL"))
    if filling.own and url not in filling.own:
        raise _Undecided(git, f"its git generator reads {url!r}, which is not known to be this repository")
    prefix = text_at(git, "pathParamPrefix")
    extra = _mapping(git, "values")
    if "directories" in git.mapping:
        for folder in _directories(git.mapping["directories"].items, files):
            yield _with_values(_path_parameters(folder, None, prefix), extra, filling)
    elif "files" in git.mapping:
        for path in _matching_files(git.mapping["files"].items, files):
            about = _path_parameters(posixpath.dirname(path), posixpath.basename(path), prefix)
            for content in _contents(path, git, files, filling):
                yield _with_values(content | about, extra, filling)
    else:
        raise _Undecided(git, "a git generator needs directories or files")


def _with_values(parameters: Parameters, extra: dict[str, Node], filling: _Filling) -> Parameters:
    """Add the `values` of a generator: templates over its parameters, which do not see each other."""
    values = {key: filling.value(filling.filled(node, parameters)) for key, node in extra.items()}
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
    wanted = [text_at(entry, "path") for entry in entries if not _true(entry, "exclude")]
    excluded = [text_at(entry, "path") for entry in entries if _true(entry, "exclude")]
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
        pattern = text_at(entry, "path")
        try:
            matching = {path for path in files.paths if name_matches(pattern, path)}
        except GlobError as error:
            raise _Undecided(entry, str(error)) from None
        (excluded if _true(entry, "exclude") else found).update(matching)
    return sorted(found - excluded)


def _contents(path: str, git: Node, files: Files, filling: _Filling) -> Iterator[Parameters]:
    try:
        document = yaml.parse(path, files.tree.read(path))
    except ReadError as error:
        raise _Undecided(git, f"{path} cannot be read: {error}") from None
    if document.problem is not None:
        raise _Undecided(git, f"{path} is not readable: {document.problem.message}")
    items = document.root.items if isinstance(document.root.value, list) else [document.root]
    for item in items:
        yield {key: filling.value(node) for key, node in item.mapping.items()}


def _path_parameters(folder: str, name: str | None, prefix: str) -> Parameters:
    base = posixpath.basename(folder)
    segments = folder.split("/")
    path = {
        "path": folder,
        "basename": base,
        "basenameNormalized": sanitized(base),
        "segments": segments,
        **({"filename": name, "filenameNormalized": sanitized(name)} if name is not None else {}),
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
        return as_text(direct)
    if (index := re.fullmatch(r"(.*)path\[([0-9]+)\]", name)) is not None:
        segments = _walk(parameters, [*index[1].split(".")[:-1], "path", "segments"])
        position = int(index[2])
        return segments[position] if isinstance(segments, list) and position < len(segments) else None
    found = _walk(parameters, name.split("."))
    if isinstance(found, dict) and isinstance(found.get("path"), str) and name.split(".")[-1] == "path":
        found = found["path"]
    return as_text(found)


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


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _true(node: Node, key: str) -> bool:
    found = node.mapping.get(key)
    return found is not None and found.value is True


def _mapping(node: Node, key: str) -> dict[str, Node]:
    found = node.mapping.get(key)
    return found.mapping if found is not None else {}

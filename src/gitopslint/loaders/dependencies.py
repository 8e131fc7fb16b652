"""Which subcharts are on, under which names, and what their parents import from them.

Source: Helm `pkg/chart/v2/util/dependencies.go`.
"""

from __future__ import annotations

from gitopslint.loaders.coalesce import Part, coalesced, copied, lay_over
from gitopslint.model.chart import Dependency
from gitopslint.model.document import Node
from gitopslint.model.span import Span


def settle(part: Part, values: Node) -> None:
    """Drop the charts below that these values switch off, rename the aliased ones and import what parents ask for.

    Raises MergeError.
    """
    _enable(part, values, "")
    _import(part)


def _enable(part: Part, values: Node, way: str) -> None:
    if part.dependencies is None:
        return
    absent = {
        one.alias or one.name: part.absent.pop(one.name, f"no version of {one.name!r} at hand is {one.version}")
        for one in part.dependencies
        if not any(_is_meant(below, one) for below in part.parts)
    }
    part.parts = [
        *(below for below in part.parts if not any(_is_meant(below, one) for one in part.dependencies)),
        *(found for one in part.dependencies if (found := _aliased(part.parts, one)) is not None),
    ]
    part.dependencies = [one._replace(name=one.alias or one.name) for one in part.dependencies]
    # Helm does take the values of the outermost chart at every level, and lays them over this chart's defaults.
    merged = coalesced(part, values)
    off = {one.name for one in part.dependencies if not _is_on(one, merged, way)}
    part.absent |= {name: reason for name, reason in absent.items() if name not in off}
    part.parts = [below for below in part.parts if below.name not in off]
    for below in part.parts:
        _enable(below, merged, f"{way}{below.name}.")
    part.dependencies = [one for one in part.dependencies if one.name not in off] or None


def _is_meant(below: Part, dependency: Dependency) -> bool:
    from gitopslint.model.semver import satisfies  # few charts have dependencies

    return below.name == dependency.name and satisfies(below.version, dependency.version)


def _aliased(parts: list[Part], dependency: Dependency) -> Part | None:
    """Return a copy of the chart that a dependency means, under its alias."""
    found = next((below for below in parts if _is_meant(below, dependency)), None)
    return None if found is None else _copy(found, dependency.alias or found.name)


def _copy(part: Part, name: str) -> Part:
    parts = [_copy(below, below.name) for below in part.parts]
    return Part(
        name, part.version, part.values, part.dependencies, parts, part.json_schema, dict(part.absent), part.faults
    )


def _is_on(dependency: Dependency, merged: Node, way: str) -> bool:
    for path in dependency.condition.strip().split(","):
        found = _lookup(merged, way + path) if path else None
        if found is not None and isinstance(found.value, bool):
            return found.value
    tags = merged.mapping.get("tags")
    told = [tags.mapping[tag].value for tag in dependency.tags if tag in tags.mapping] if tags is not None else []
    return any(value is True for value in told) or not any(value is False for value in told)


def _import(part: Part) -> None:
    for below in part.parts:
        _import(below)
    if part.dependencies is None:
        return
    top = part.values.span
    merged = coalesced(part, _mapping({}, top), keep_nulls=True)
    imported = _mapping({}, top)
    for dependency in part.dependencies:
        for one in dependency.import_values:
            table = _lookup(merged, f"{dependency.name}.{one.child}")
            if table is not None and isinstance(table.value, dict):
                if not table.value:
                    table = _mapping({}, table.span)  # what is empty is not shared
                lay_over(imported, _below(table, one.parent), keep_nulls=True)
    # What the chart itself says goes before what it imports.
    part.values = copied(merged)
    lay_over(part.values, imported, keep_nulls=True)


def _below(table: Node, path: str) -> Node:
    if path == ".":
        return table
    for step in reversed(path.split(".")):
        table = _mapping({step: table}, table.span)
    return table


def _lookup(node: Node, path: str) -> Node | None:
    """Find a value by a path with dots, as Helm does: without a way to write a dot in a key."""
    found: Node | None = node
    for step in path.split("."):
        found = found.mapping.get(step) if found is not None else None
    return found


def _mapping(entries: dict[str, Node], span: Span) -> Node:
    return Node(entries, span, "block")

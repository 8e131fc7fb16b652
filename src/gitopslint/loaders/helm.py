"""Helm's two merges, as folds that keep where every value came from.

They treat null differently. Sources: Helm `pkg/chart/v2/loader/load.go` (`MergeMaps`) and
`pkg/chart/common/util/coalesce.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitopslint.model.document import Node
from gitopslint.model.span import file_start


def merge(chart: Node | None, layers: Sequence[Node]) -> Node:
    """Return the values that Helm renders with: the layers over each other, then onto the chart's defaults.

    `layers` stand in the order of `--values`, the last one wins. Without any layer or chart the result is empty.
    """
    values: Node | None = None
    for layer in layers:
        values = layer if values is None else overlay(values, layer)
    if chart is None:
        return values if values is not None else _empty()
    return onto_defaults(chart, values if values is not None else _empty())


def overlay(base: Node, over: Node) -> Node:
    """Lay one values file over another. Mappings merge, all else is replaced, and a null stays a null."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return replace(over, shadowed=(*over.shadowed, base, *base.shadowed))
    joined = dict(base.value)
    for key, node in over.value.items():
        joined[key] = overlay(joined[key], node) if key in joined else node
    return replace(over, value=joined)


def onto_defaults(chart: Node, values: Node) -> Node:
    """Lay values onto the chart's defaults. Here a null deletes what the chart sets, and the chart's own nulls
    do not count.
    """
    return _coalesce(chart, values, top=True)


def _coalesce(chart: Node, values: Node, *, top: bool) -> Node:
    joined: dict[str, Node] = {}
    given = dict(values.mapping)
    for key, default in chart.mapping.items():
        node = given.pop(key, None)
        if node is None:
            if default.value is not None:
                joined[key] = _without_nulls(default)
        elif isinstance(node.value, dict) and isinstance(default.value, dict):
            joined[key] = _coalesce(default, node, top=False)
        # Helm drops a null over a null at the top, and keeps it further down.
        elif node.value is not None or (default.value is None and not top):
            joined[key] = replace(node, shadowed=(*node.shadowed, default))
    return replace(values, value=joined | given)


def _without_nulls(default: Node) -> Node:
    if not isinstance(default.value, dict):
        return default
    return replace(default, value={
        key: _without_nulls(node) for key, node in default.value.items() if node.value is not None
    })  # fmt: skip


def _empty() -> Node:
    return Node({}, file_start(""), "block")

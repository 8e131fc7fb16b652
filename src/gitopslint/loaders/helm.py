"""Helm's two merges, as folds that keep where every value came from: file over file, and onto a chart's defaults.

They treat null differently. Source of the first: Helm `pkg/chart/v2/loader/load.go` (`MergeMaps`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitopslint.loaders.coalesce import MergeError, Part, coalesced, laid_onto, part_of
from gitopslint.loaders.dependencies import settle
from gitopslint.model.chart import Chart, ChartSchema, ChartValues, Gap
from gitopslint.model.document import KeyPath, Node
from gitopslint.model.span import file_start


def merge(chart: Chart | Node | None, layers: Sequence[Node]) -> Node:
    """Return the values that Helm renders with: the layers over each other, then onto the chart's defaults.

    `layers` stand in the order of `--values`, the last one wins. Without any layer or chart the result is empty.
    Instead of a chart, the defaults of one without subcharts will do. Raises MergeError.
    """
    values = overlaid(layers)
    if chart is None:
        return values
    return compose(chart, values).values if isinstance(chart, Chart) else onto_defaults(chart, values)


def compose(chart: Chart, values: Node) -> ChartValues:
    """Return the values that Helm renders a chart with, and what it holds them against. Raises MergeError."""
    part = part_of(chart)
    if not chart.subcharts and chart.dependencies is None:
        return ChartValues(laid_onto(chart.values, values), tuple(_schemas(part, ())), tuple(_gaps(part, ())))
    try:
        settle(part, values)
        merged = coalesced(part, values)
    except RecursionError:  # Helm itself crashes here
        raise MergeError("import-values put a table into itself") from None
    return ChartValues(merged, tuple(_schemas(part, ())), tuple(_gaps(part, ())))


def overlaid(layers: Sequence[Node]) -> Node:
    """Lay values files over each other, the last one on top."""
    values = layers[0] if layers else Node({}, file_start(""), "block")
    for layer in layers[1:]:
        values = overlay(values, layer)
    return values


def overlay(base: Node, over: Node) -> Node:
    """Lay one values file over another. Mappings merge, all else is replaced, and a null stays a null."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over.changed(shadowed=(*over.shadowed, base, *base.shadowed))
    joined = dict(base.value)
    for key, node in over.value.items():
        joined[key] = overlay(joined[key], node) if key in joined else node
    return over.changed(value=joined, shadowed=(*over.shadowed, *base.shadowed))


def onto_defaults(chart: Node, values: Node) -> Node:
    """Lay values onto the defaults of a chart without subcharts. Here a null deletes what the chart sets, and the
    chart's own nulls do not count.
    """
    return laid_onto(chart, values)


def _schemas(part: Part, way: KeyPath) -> Iterator[tuple[KeyPath, ChartSchema]]:
    if part.json_schema is not None:
        yield way, part.json_schema
    for below in part.parts:
        yield from _schemas(below, (*way, below.name))


def _gaps(part: Part, way: KeyPath) -> Iterator[Gap]:
    importing = {one.name for one in part.dependencies or () if one.import_values}
    for reason in part.faults:
        yield Gap(way, reason)
    for name, reason in part.absent.items():
        yield Gap(way if name in importing else (*way, name), reason)
    for below in part.parts:
        yield from _gaps(below, (*way, below.name))

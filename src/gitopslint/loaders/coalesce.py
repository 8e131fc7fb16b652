"""How Helm lays values onto the defaults of a chart and of all charts below it.

Helm changes its maps in place and shares some of them, so that a subchart's `global.a.b` can reach its parent. This
module does the same on copies: the dicts of mappings change until they are returned. Source: Helm
`pkg/chart/common/util/coalesce.go`; the tests compare with a real Helm.
"""

from __future__ import annotations

from gitopslint.model.chart import Chart, ChartSchema, Dependency
from gitopslint.model.document import KeyPath, Node, dotted

_GLOBAL = "global"


class MergeError(ValueError):
    """Helm refuses to merge these values; the message says why."""


class Part:
    """A chart while its values are worked out. Its name may be an alias.

    `absent` says why charts below it are not at hand: first by their names, later by their aliases.
    """

    def __init__(
        self,
        name: str,
        version: str,
        values: Node,
        dependencies: list[Dependency] | None = None,
        parts: list[Part] | None = None,
        json_schema: ChartSchema | None = None,
        absent: dict[str, str] | None = None,
        faults: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.version = version
        self.values = values
        self.dependencies = dependencies
        self.parts = parts or []
        self.json_schema = json_schema
        self.absent = absent or {}
        self.faults = faults


def part_of(chart: Chart) -> Part:
    """Return a chart as a part that may change."""
    return Part(
        chart.name,
        chart.version,
        chart.values,
        None if chart.dependencies is None else list(chart.dependencies),
        [part_of(below) for below in chart.subcharts],
        chart.json_schema,
        {one.name: one.reason for one in chart.absent},
        chart.faults,
    )


def coalesced(part: Part, values: Node, *, keep_nulls: bool = False) -> Node:
    """Return values laid onto the defaults of a chart and those below it. Raises MergeError.

    A null deletes what the chart sets, unless nulls are kept for a later merge.
    """
    given = copied(values)
    _coalesce(part, given, (), keep_nulls=keep_nulls)
    return given


def laid_onto(defaults: Node, values: Node) -> Node:
    """Return values laid onto the defaults of a chart that has no charts below it.

    It is what `coalesced` says of such a chart. Since nobody shares its tables, nothing has to be copied: most charts
    are of this kind, and copying their defaults for each app took two thirds of the time of merging.
    """
    if not isinstance(values.value, dict):
        return values
    entries = dict(values.value)
    for key, default in defaults.mapping.items():
        node = entries.get(key)
        if node is None:
            if default.value is not None:
                entries[key] = _without_nulls(default)
        elif node.value is None:
            del entries[key]
        elif isinstance(node.value, dict) and isinstance(default.value, dict):
            entries[key] = _with_defaults(node, node.value, default.value)
        else:
            _hide(entries, key, default)
    return values.with_value(entries)


def _with_defaults(node: Node, own: dict[str, Node], defaults: dict[str, Node]) -> Node:
    """Return a mapping below the top with what it lacks; a null of the chart is nothing here."""
    entries = dict(own)
    for key, default in defaults.items():
        if default.value is None:
            continue
        known = entries.get(key)
        if known is None:
            entries[key] = _without_nulls(default)
        elif known.value is None:
            del entries[key]
        elif isinstance(known.value, dict) and isinstance(default.value, dict):
            entries[key] = _with_defaults(known, known.value, default.value)
        else:
            _hide(entries, key, _without_nulls(default))
    return node.with_value(entries)


def copied(node: Node) -> Node:
    """Copy a mapping and the mappings in it."""
    if not isinstance(node.value, dict):
        return node
    return node.with_value({key: copied(below) for key, below in node.value.items()})


def lay_over(given: Node, base: Node, *, keep_nulls: bool) -> None:
    """Fill the mapping `given` with what it lacks and `base` has, all the way down. Both may change."""
    entries, defaults = given.mapping, base.mapping
    nulls = {key: node for key, node in entries.items() if node.value is None}
    for key, default in defaults.items():
        node = entries.get(key)
        if node is None:
            entries[key] = default
        elif isinstance(node.value, dict) and isinstance(default.value, dict):
            lay_over(node, default, keep_nulls=keep_nulls)
        elif node.value is None and default.value is not None and not keep_nulls:
            del entries[key]
        else:
            _hide(entries, key, default)
    defaults.update(nulls)


def _coalesce(part: Part, given: Node, way: KeyPath, *, keep_nulls: bool) -> None:
    _lay_over_chart(part, given, keep_nulls=keep_nulls)
    entries = given.mapping
    for below in part.parts:
        own = entries.setdefault(below.name, Node({}, below.values.span, "block"))
        if not isinstance(own.value, dict):
            name = dotted((*way, below.name))
            raise MergeError(f"{name!r} belongs to a subchart, so it must be a mapping")
        _copy_globals(own, given)
        _coalesce(below, own, (*way, below.name), keep_nulls=keep_nulls)


def _lay_over_chart(part: Part, given: Node, *, keep_nulls: bool) -> None:
    entries = given.mapping
    names = {below.name for below in part.parts}
    for key, default in copied(part.values).mapping.items():
        node = entries.get(key)
        if node is None:
            if keep_nulls or default.value is not None:
                entries[key] = default if keep_nulls else _without_nulls(default)
        elif node.value is None and not keep_nulls:
            del entries[key]
        elif isinstance(node.value, dict) and isinstance(default.value, dict):
            keep = keep_nulls or key in names
            lay_over(node, default if keep else _without_nulls(default), keep_nulls=keep)
        else:
            _hide(entries, key, default)


def _copy_globals(own: Node, around: Node) -> None:
    """Give a subchart the `global` of the chart around it, which wins over its own."""
    source = around.mapping.get(_GLOBAL)
    target = own.mapping.get(_GLOBAL)
    if (source is not None and not isinstance(source.value, dict)) or (
        target is not None and not isinstance(target.value, dict)
    ):
        return
    if target is None:
        target = Node({}, (source or around).span, "block", key=source.key if source is not None else None)
        own.mapping[_GLOBAL] = target
    entries = target.mapping
    for key, node in source.mapping.items() if source is not None else ():
        known = entries.get(key)
        if isinstance(node.value, dict):
            table = node.with_value(dict(node.value))
            if known is None:
                entries[key] = table
            elif isinstance(known.value, dict):
                lay_over(table, known, keep_nulls=True)
                entries[key] = table
        elif known is None:
            entries[key] = node
        elif not isinstance(known.value, dict):
            entries[key] = _hiding(node, known)


def _without_nulls(default: Node) -> Node:
    if not isinstance(default.value, dict):
        return default
    return default.with_value(
        {key: _without_nulls(node) for key, node in default.value.items() if node.value is not None}
    )


def _hide(entries: dict[str, Node], key: str, hidden: Node) -> None:
    entries[key] = _hiding(entries[key], hidden)


def _hiding(node: Node, hidden: Node) -> Node:
    """Return a node that hides another one. Helm meets a default more than once; it is told only once."""
    if not (node.shadowed or hidden.shadowed):  # the common case
        # A default has one text wherever it is met, so two texts stand in two places: no span has to be worked out.
        return node if node.text == hidden.text and node.stands_where(hidden) else node.over((hidden,))
    known = [node, *node.shadowed]
    more = []
    for one in (hidden, *hidden.shadowed):
        if not any(map(one.stands_where, known)):
            known.append(one)
            more.append(one.changed(shadowed=()) if one.shadowed else one)
    return node.changed(shadowed=(*node.shadowed, *more)) if more else node

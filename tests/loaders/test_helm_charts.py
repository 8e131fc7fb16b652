"""Charts with subcharts: Helm's merge of their values, compared with a real Helm, and where every value comes from."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.loaders import yaml
from gitopslint.loaders.charts import load_chart
from gitopslint.loaders.coalesce import MergeError
from gitopslint.loaders.helm import compose, merge
from gitopslint.model.chart import Chart
from gitopslint.model.document import Node, find, walk
from gitopslint.model.span import file_start
from tests.support.charts import SUBCHARTS, Random, rendered_values
from tests.support.helm import Refused, same
from tests.support.nodes import values
from tests.support.runs import MemoryTree

seeds = st.integers(0, 2**32)
BATCH = 10


def chart_of(files: dict[str, str]) -> Chart:
    chart = load_chart(MemoryTree(files), "")
    assert chart is not None
    return chart


def given_values(text: str) -> Node:
    return yaml.parse("given.yaml", text.encode()).root


def umbrella(dependency: str, parent: str = "{}", child: str = "{}", name: str = "sub") -> dict[str, str]:
    """Return a chart with one subchart. `dependency` is what `Chart.yaml` says of it besides its name."""
    listed = f", dependencies: [{{name: {name}, {dependency}}}]" if dependency else ""
    return {
        "Chart.yaml": f"{{apiVersion: v2, name: top, version: 1.0.0{listed}}}",
        "values.yaml": parent,
        f"charts/{name}/Chart.yaml": f"{{apiVersion: v2, name: {name}, version: 1.2.3}}",
        f"charts/{name}/values.yaml": child,
    }


ANY = 'version: "*"'
# The chart, what is given, and what the templates of the top chart see; a text is why Helm refuses.
CASES: dict[str, tuple[dict[str, str], str, Any]] = {
    "defaults stand under the name": (umbrella(ANY, "a: 1", "b: 2"), "", {"a": 1, "sub": {"b": 2, "global": {}}}),
    "under the alias": (umbrella(f"{ANY}, alias: web", "", "b: 2"), "", {"web": {"b": 2, "global": {}}}),
    "without an entry in Chart.yaml": (umbrella("", "", "b: 2"), "", {"sub": {"b": 2, "global": {}}}),
    "the parent's defaults win": (
        umbrella(ANY, "sub: {b: 1}", "b: 2\nc: 3"),
        "",
        {"sub": {"b": 1, "c": 3, "global": {}}},
    ),
    "what is given wins": (umbrella(ANY, "sub: {b: 1}", "b: 2"), "sub: {b: 0}", {"sub": {"b": 0, "global": {}}}),
    "a null takes the parent's default away, and the child's": (
        umbrella(ANY, "sub: {b: 1}", "b: 2"),
        "sub: {b: ~}",
        {"sub": {"global": {}}},
    ),
    "a null for the child as a whole": (
        umbrella(ANY, "sub: {b: 1}", "b: 2"),
        "sub: ~",
        {"sub": {"b": 2, "global": {}}},
    ),
    "no mapping for the child": (umbrella(ANY, "", "b: 2"), "sub: text", "'sub' belongs to a subchart"),
    "global goes down": (
        umbrella(ANY, "global: {a: 1}", "global: {a: 2, b: 2}"),
        "global: {c: {d: 3}}",
        {"global": {"a": 1, "c": {"d": 3}}, "sub": {"global": {"a": 1, "b": 2, "c": {"d": 3}}}},
    ),
    "and a mapping two levels down in it comes back up": (
        umbrella(ANY, "global: {a: {b: {c: 1}}}", "global: {a: {b: {d: 2}}}"),
        "",
        {"global": {"a": {"b": {"c": 1, "d": 2}}}, "sub": {"global": {"a": {"b": {"c": 1, "d": 2}}}}},
    ),
    "a condition switches off": (
        umbrella(f"{ANY}, condition: sub.use", "", "b: 2"),
        "sub: {use: false}",
        {"sub": {"use": False}},
    ),
    "a condition of the child's own default": (umbrella(f"{ANY}, condition: sub.use", "", "use: false"), "", {}),
    "the first condition that is there decides": (
        umbrella(f"{ANY}, condition: 'x.z,sub.use'", "x: {z: true}", "use: false"),
        "",
        {"x": {"z": True}, "sub": {"use": False, "global": {}}},
    ),
    "a condition that is no boolean": (
        umbrella(f"{ANY}, condition: sub.use", "sub: {use: 'no'}"),
        "",
        {"sub": {"use": "no", "global": {}}},
    ),
    "a tag switches off": (umbrella(f"{ANY}, tags: [x]", "", "b: 2"), "tags: {x: false}", {"tags": {"x": False}}),
    "another tag keeps it on": (
        umbrella(f"{ANY}, tags: [x, z]"),
        "tags: {x: false, z: true}",
        {"tags": {"x": False, "z": True}, "sub": {"global": {}}},
    ),
    "a condition goes before tags": (
        umbrella(f"{ANY}, tags: [x], condition: use"),
        "tags: {x: false}\nuse: true",
        {"tags": {"x": False}, "use": True, "sub": {"global": {}}},
    ),
    "what is exported is imported": (
        umbrella(f"{ANY}, import-values: [data]", "a: 1", "exports: {data: {a: 2, b: 3}}"),
        "",
        {"a": 1, "b": 3, "sub": {"exports": {"data": {"a": 2, "b": 3}}, "global": {}}},
    ),
    "a table is imported to another place": (
        umbrella(f"{ANY}, import-values: [{{child: x.w, parent: p.q}}]", "p: {r: 1}", "x: {w: {z: 2}}"),
        "",
        {"p": {"r": 1, "q": {"z": 2}}, "sub": {"x": {"w": {"z": 2}}, "global": {}}},
    ),
    "what is given wins over what is imported": (
        umbrella(f"{ANY}, import-values: [data]", "", "exports: {data: {a: 2}}"),
        "a: 0",
        {"a": 0, "sub": {"exports": {"data": {"a": 2}}, "global": {}}},
    ),
    "a chart that is off exports nothing": (
        umbrella(f"{ANY}, condition: use, import-values: [data]", "use: false", "exports: {data: {a: 2}}"),
        "",
        {"use": False},
    ),
    "a version that does not fit takes the entry away, not the chart": (
        umbrella("version: 2.x, alias: web, condition: use", "use: false", "b: 2"),
        "",
        {"use": False, "sub": {"b": 2, "global": {}}},
    ),
}


@pytest.mark.parametrize(("files", "over", "expected"), CASES.values(), ids=CASES)
def test_merge(files: dict[str, str], over: str, expected: Any, tmp_path: Path) -> None:
    """Values of subcharts come together as Helm documents it, and a real Helm agrees with the table."""
    if isinstance(expected, str):
        with pytest.raises(MergeError, match=expected):
            merge(chart_of(files), [given_values(over)])
        with pytest.raises(Refused):
            rendered_values(tmp_path / "chart", files, values(given_values(over)))
        return
    assert values(merge(chart_of(files), [given_values(over)])) == expected
    assert same(rendered_values(tmp_path / "chart", files, values(given_values(over))), expected)


@given(seed=seeds)
@settings(max_examples=25)
def test_merge_as_helm_does(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Random charts, two levels deep, with globals, nulls, aliases, conditions, tags and imports: Helm says the same."""
    folder = tmp_path_factory.getbasetemp() / "random-chart"
    for number in range(BATCH):
        make = Random(random.Random(f"{seed}.{number}"))
        files, over = make.chart(), make.values(list(SUBCHARTS))
        ours: object
        try:
            ours = values(merge(chart_of(files), [given_values(json.dumps(over))]))
        except MergeError as error:
            ours = None
            if "itself" in str(error):
                continue  # Helm would take this process down with it
        try:
            theirs = rendered_values(folder, files, over)
        except Refused:
            assert ours is None, (files, over)
        else:
            assert same(ours, theirs), (files, over)


@given(seed=seeds)
@settings(max_examples=20)
def test_merging_changes_nothing_it_was_given(seed: int) -> None:
    """A chart serves many stacks: the second merge of the same input gives the same values, places and shadows."""
    make = Random(random.Random(seed))
    chart, layer = chart_of(make.chart()), given_values(json.dumps(make.values(list(SUBCHARTS))))
    before = told(layer), told(chart.values)
    try:
        first = told(merge(chart, [layer]))
    except MergeError:
        return
    assert told(merge(chart, [layer])) == first
    assert (told(layer), told(chart.values)) == before


@given(seed=seeds)
@settings(max_examples=40)
def test_every_value_stands_where_it_says(seed: int) -> None:
    """Each merged scalar has the value that is written at its place, and hides only values of lower layers, once each."""
    make = Random(random.Random(seed))
    files, over = make.chart(), json.dumps(make.values(list(SUBCHARTS)))
    roots = {path: yaml.parse(path, text.encode()).root for path, text in files.items()}
    roots["given.yaml"] = given_values(over)
    written = {(node.span, repr(node.value)) for root in roots.values() for _, node in walk(root) if node.is_scalar}
    try:
        merged = merge(chart_of(files), [given_values(over)])
    except MergeError:
        return
    for path, node in walk(merged):
        assert not node.is_scalar or (node.span, repr(node.value)) in written
        places = [node.span, *(old.span for old in node.shadowed)]
        assert len(places) == len(set(places))
        # Only a parent's `global` goes before what is given to its subchart.
        assert "global" in path or "given.yaml" not in [place.path for place in places[1:]]


def test_provenance_through_three_layers() -> None:
    """A value of a grandchild tells the file that sets it and, nearest first, what that overrides."""
    files = umbrella(ANY, "sub: {leaf: {a: 2}}", "leaf: {a: 3, b: 3}") | {
        "charts/sub/charts/leaf/Chart.yaml": "{apiVersion: v2, name: leaf, version: 1.0.0}",
        "charts/sub/charts/leaf/values.yaml": "a: 4\nb: 4\nc: 4",
    }
    merged = merge(chart_of(files), [given_values("sub: {leaf: {a: 1}}")])
    assert {
        path[-1]: [str(one.span) for one in (node, *node.shadowed)]
        for path, node in walk(merged)
        if path[:2] == ("sub", "leaf") and node.is_scalar
    } == {
        "a": [
            "given.yaml:1:17",
            "values.yaml:1:17",
            "charts/sub/values.yaml:1:11",
            "charts/sub/charts/leaf/values.yaml:1:4",
        ],
        "b": ["charts/sub/values.yaml:1:17", "charts/sub/charts/leaf/values.yaml:2:4"],
        "c": ["charts/sub/charts/leaf/values.yaml:3:4"],
    }


def test_a_global_stands_where_it_is_written() -> None:
    """What comes down from above, or up by an import, keeps its own place."""
    files = umbrella(f"{ANY}, import-values: [data]", "global: {a: 1}", "exports: {data: {b: 2}}\nglobal: {a: 3}")
    merged = merge(chart_of(files), [])
    inherited, imported = find(merged, ("sub", "global", "a")), find(merged, ("b",))
    assert inherited is not None
    assert imported is not None
    assert str(inherited.span) == "values.yaml:1:13"
    assert [str(old.span) for old in inherited.shadowed] == ["charts/sub/values.yaml:2:13"]
    assert str(imported.span) == "charts/sub/values.yaml:1:21"


GAPS: dict[str, tuple[dict[str, str], str, list[tuple[tuple[str, ...], str]]]] = {
    "not vendored": (
        {"Chart.yaml": f"{{name: top, version: 1.0.0, dependencies: [{{name: db, {ANY}}}]}}"},
        "",
        [(("db",), "the chart 'db' is not in charts/")],
    ),
    "under its alias": (
        {"Chart.yaml": f"{{name: top, version: 1.0.0, dependencies: [{{name: db, {ANY}, alias: store}}]}}"},
        "",
        [(("store",), "the chart 'db' is not in charts/")],
    ),
    "off": (
        {"Chart.yaml": f"{{name: top, version: 1.0.0, dependencies: [{{name: db, {ANY}, condition: db.use}}]}}"},
        "db: {use: false}",
        [],
    ),
    "on, although it has a condition": (
        {"Chart.yaml": f"{{name: top, version: 1.0.0, dependencies: [{{name: db, {ANY}, condition: db.use}}]}}"},
        "",
        [(("db",), "the chart 'db' is not in charts/")],
    ),
    "values may come from it to anywhere": (
        {"Chart.yaml": f"{{name: top, version: 1.0.0, dependencies: [{{name: db, {ANY}, import-values: [x]}}]}}"},
        "",
        [((), "the chart 'db' is not in charts/")],
    ),
    "no version at hand fits": (umbrella("version: 2.x"), "", [(("sub",), "no version of 'sub' at hand is 2.x")]),
    "packed": (
        {"Chart.yaml": "{name: top, version: 1.0.0}", "charts/db-1.2.3.tgz": "x"},
        "",
        [(("db",), "charts/db-1.2.3.tgz is a packed chart")],
    ),
    "broken defaults": (umbrella(ANY, "", "a: ["), "", [(("sub",), "charts/sub/values.yaml is not readable")]),
}


@pytest.mark.parametrize(("files", "over", "expected"), GAPS.values(), ids=GAPS)
def test_gaps(files: dict[str, str], over: str, expected: list[tuple[tuple[str, ...], str]]) -> None:
    """What is switched on and not at hand leaves a gap with its path and reason."""
    assert [(gap.path, gap.reason) for gap in compose(chart_of(files), given_values(over)).gaps] == expected


def test_schemas_belong_to_their_part() -> None:
    """Each enabled chart brings its schema, with the path of its part of the values."""
    files = umbrella(f"{ANY}, alias: web", "", "") | {
        "values.schema.json": "{}",
        "charts/sub/values.schema.json": "true",
        "charts/idle/Chart.yaml": "{name: idle, version: 1.0.0}",
        "charts/idle/values.schema.json": "{}",
    }
    files["Chart.yaml"] = files["Chart.yaml"].replace("]}", f", {{name: idle, {ANY}, condition: use}}]}}")
    found = compose(chart_of(files), given_values("use: false")).schemas
    assert [(way, schema.path) for way, schema in found] == [
        ((), "values.schema.json"),
        (("web",), "charts/sub/values.schema.json"),
    ]


def test_an_import_into_itself_is_refused() -> None:
    """Imports that put a table into itself take Helm down; here they are an error that a caller can tell."""
    imports = "import-values: [{child: a, parent: .}, {child: a, parent: x}]"
    with pytest.raises(MergeError, match="into itself"):
        merge(chart_of(umbrella(f"{ANY}, {imports}", "", "a: {x: {z: 1}}")), [])


def told(node: Node) -> list[tuple[object, ...]]:
    """Return all that a merge could change."""
    return [
        (path, repr(one.value) if one.is_scalar else list(one.mapping), one.span, [old.span for old in one.shadowed])
        for path, one in walk(node)
    ]


def test_without_a_chart() -> None:
    """Without a chart and layers there are no values."""
    assert merge(None, []).value == {}
    assert merge(None, []).span == file_start("")

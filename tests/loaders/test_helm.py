"""Helm's two merges, compared with a real Helm, and where every merged value comes from."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.loaders import yaml
from gitopslint.loaders.coalesce import Part, coalesced, laid_onto
from gitopslint.loaders.helm import merge, onto_defaults, overlaid, overlay
from gitopslint.model.document import KeyPath, Node, find, walk
from tests.support import helm
from tests.support.nodes import everything, values

seeds = st.integers(0, 2**32)
BATCH = 10


def layer(text: str, path: str = "f") -> Node:
    """Return the top of a values file."""
    document = yaml.parse(path, text.encode())
    assert document.problem is None
    return document.root


# The files from the lowest to the highest, and what Helm makes of them.
FILES: dict[str, tuple[list[str], object]] = {
    "one file": (["a: 1"], {"a": 1}),
    "the last one wins": (["a: 1", "a: 2", "a: 3"], {"a": 3}),
    "keys come together": (["a: 1", "b: 2"], {"a": 1, "b": 2}),
    "mappings merge all the way down": (
        ["a: {b: {c: 1, d: 1}}", "a: {b: {d: 2, e: 2}}"],
        {"a": {"b": {"c": 1, "d": 2, "e": 2}}},
    ),
    "lists replace each other": (["a: [1, 2]", "a: [3]"], {"a": [3]}),
    "mappings in lists do not merge": (["a: [{b: 1}]", "a: [{c: 2}]"], {"a": [{"c": 2}]}),
    "a list over a mapping": (["a: {b: 1}", "a: [2]"], {"a": [2]}),
    "a scalar over a mapping": (["a: {b: 1}", "a: 2"], {"a": 2}),
    "a mapping over a scalar": (["a: 1", "a: {b: 2}"], {"a": {"b": 2}}),
    "an empty mapping over a mapping": (["a: {b: 1}", "a: {}"], {"a": {"b": 1}}),
    "an empty list over a list": (["a: [1]", "a: []"], {"a": []}),
    "an empty text over a text": (["a: b", "a: ''"], {"a": ""}),
    "a null stays a null": (["a: {b: 1}", "a: ~"], {"a": None}),
    "a null below": (["a: {b: 1, c: 1}", "a: {b: ~}"], {"a": {"b": None, "c": 1}}),
    "a null takes away what is below it": (["a: {b: 1}", "a: ~", "a: {c: 2}"], {"a": {"c": 2}}),
    "so does a scalar: the order of merging matters": (["a: {b: 1}", "a: x", "a: {c: 2}"], {"a": {"c": 2}}),
    "keys as Helm types them": (["on: 1", "true: 2", "'true': 3"], {"true": 3}),
    "an empty file": (["a: 1", "", "b: 2"], {"a": 1, "b": 2}),
    "no files": ([], {}),
}


@pytest.mark.parametrize(("files", "expected"), FILES.values(), ids=FILES)
def test_files_over_files(files: list[str], expected: object) -> None:
    """Values files lie over each other as with `helm install -f one -f other`."""
    assert values(merge(None, [layer(text) for text in files])) == expected


# The chart's defaults, the values given, and what a template sees.
CHARTS = {
    "nothing given": ("a: {b: 1}", "", {"a": {"b": 1}}),
    "no defaults": ("", "a: {b: 1}", {"a": {"b": 1}}),
    "what is given wins": ("a: {b: 1, c: 1}", "a: {b: 2}", {"a": {"b": 2, "c": 1}}),
    "a null takes a default away": ("a: 1\nb: 1", "a: ~", {"b": 1}),
    "a null takes a mapping away": ("a: {b: 1}\nc: 1", "a: ~", {"c": 1}),
    "a null below takes a default away": ("a: {b: 1, c: 1}", "a: {b: ~}", {"a": {"c": 1}}),
    "a null for what the chart does not have": ("a: 1", "b: ~", {"a": 1, "b": None}),
    "a null below for what it does not have": ("a: {b: 1}", "a: {c: ~}", {"a": {"b": 1, "c": None}}),
    "the chart's own nulls": ("a: ~\nb: {c: ~, d: 1}", "", {"b": {"d": 1}}),
    "a null over the chart's null": ("a: ~", "a: ~", {}),
    "a null over the chart's null below": ("a: {b: ~}", "a: {b: ~}", {"a": {"b": None}}),
    "a value over the chart's null": ("a: ~\nb: {c: ~}", "a: 1\nb: {c: 2}", {"a": 1, "b": {"c": 2}}),
    "a scalar over a mapping": ("a: {b: 1}", "a: 2", {"a": 2}),
    "a mapping over a scalar": ("a: 1", "a: {b: 2, c: ~}", {"a": {"b": 2, "c": None}}),
    "an empty mapping": ("a: {b: 1}", "a: {}", {"a": {"b": 1}}),
    "lists replace each other": ("a: [1, 2]", "a: [3]", {"a": [3]}),
    "nulls in lists": ("a: [~, {b: ~}]", "c: [~, {d: ~}]", {"a": [None, {"b": None}], "c": [None, {"d": None}]}),
    "an empty text": ("a: b", "a: ''", {"a": ""}),
}


@pytest.mark.parametrize(("chart", "given", "expected"), CHARTS.values(), ids=CHARTS)
def test_files_onto_defaults(
    chart: str, given: str, expected: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The chart's defaults fill what is not given; here a null deletes. A real Helm agrees with the table."""
    assert values(onto_defaults(layer(chart), layer(given))) == expected
    assert helm.coalesced(helm.read(chart), helm.read(given), tmp_path_factory.getbasetemp() / "chart") == expected


NULLS = {
    "a file's null deletes a default": ("a: {b: 1, c: 1}", ["a: {b: ~}"], {"a": {"c": 1}}),
    "a later value undoes it": ("a: {b: 1, c: 1}", ["a: {b: ~}", "a: {b: 2}"], {"a": {"b": 2, "c": 1}}),
    "a null over a mapping, then a mapping: the defaults are back": (
        "a: {b: 1, c: 1}",
        ["a: ~", "a: {b: 2}"],
        {"a": {"b": 2, "c": 1}},
    ),
    "a null of the first file": ("a: 1", ["a: ~", "b: 1"], {"b": 1}),
}


@pytest.mark.parametrize(("chart", "files", "expected"), NULLS.values(), ids=NULLS)
def test_both_merges(chart: str, files: list[str], expected: object) -> None:
    """The files come together first, and only their result meets the defaults."""
    assert values(merge(layer(chart), [layer(text) for text in files])) == expected


def merge_maps(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Merge as Helm's `MergeMaps`, of which its Python binding shows nothing."""
    joined = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(joined.get(key), dict)
        joined[key] = merge_maps(joined[key], value) if both else value
    return joined


class Stack:
    """A chart's defaults and the values files over them."""

    def __init__(self, chart: dict[str, Any], files: list[dict[str, Any]]) -> None:
        self.chart, self.files = chart, files
        self.names = ["chart", *(f"f{number}" for number in range(1, len(files) + 1))]
        self.layers = [
            layer(json.dumps(content), name) for content, name in zip((chart, *files), self.names, strict=True)
        ]


def _mapping(chance: random.Random, depth: int) -> dict[str, Any]:
    return {chance.choice("abc"): _value(chance, depth) for _ in range(chance.randint(0, 3))}


def _value(chance: random.Random, depth: int) -> Any:
    if depth and chance.random() < 0.55:
        return _mapping(chance, depth - 1)
    return chance.choice((None, None, 1, 2.5, "x", "", True, [], [1], [{"a": None}]))


def stacks(seed: int) -> list[Stack]:
    """Return random stacks in which the same few keys meet again and again."""
    chance = random.Random(seed)
    return [
        Stack(_mapping(chance, 3), [_mapping(chance, 3) for _ in range(chance.randint(0, 4))]) for _ in range(BATCH)
    ]


def one_below_the_other(some: list[Stack]) -> Stack:
    """Return one stack that holds all these under keys of their own: rendering takes longer than merging."""
    most = max(len(stack.files) for stack in some)
    return Stack(
        {f"s{number}": stack.chart for number, stack in enumerate(some)},
        [
            {f"s{number}": stack.files[level] for number, stack in enumerate(some) if level < len(stack.files)}
            for level in range(most)
        ],
    )


@given(seeds)
@settings(max_examples=100)
def test_merged_values_are_those_of_helm(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """For any files over any defaults, the templates of a real chart see the values that we see."""
    folder = tmp_path_factory.getbasetemp() / "chart"
    some = stacks(seed)
    for stack in (some[0], some[1], one_below_the_other(some)):
        given: dict[str, Any] = {}
        for content in stack.files:
            given = merge_maps(given, content)
        assert helm.same(values(merge(None, stack.layers[1:])), given), stack.files
        expected = helm.coalesced(stack.chart, given, folder)
        assert helm.same(values(merge(stack.layers[0], stack.layers[1:])), expected), (stack.chart, stack.files)


@given(seeds)
@settings(max_examples=60)
def test_every_value_knows_its_layer(seed: int) -> None:
    """A leaf stands in the last layer that sets it, and hides what lower layers set there, the nearest first."""
    for stack in stacks(seed):
        merged = merge(stack.layers[0], stack.layers[1:])
        for path, node in walk(merged):
            if isinstance(node.value, dict) or not all(isinstance(step, str) for step in path):
                continue  # a list is set as a whole
            found = [node, *(one for one in node.shadowed if not _is_null_default(one))]
            assert [one.span.path for one in found] == _history(stack, path), (path, stack.chart, stack.files)
            for one in found:
                if not isinstance(one.value, dict):
                    assert values(one) == values(_at(stack, one.span.path, path))


def _is_null_default(node: Node) -> bool:
    return node.value is None and node.span.path == "chart"


def _at(stack: Stack, name: str, path: KeyPath) -> Node:
    node = find(stack.layers[stack.names.index(name)], path)
    assert node is not None
    return node


def _history(stack: Stack, path: KeyPath) -> list[str]:
    """Return the layers that set the value at a path, the one that counts first."""
    found: list[str] = []
    mapping = replaced = False
    for name, top in zip(reversed(stack.names), reversed(stack.layers), strict=True):
        node = find(top, path)
        if name != "chart" and replaced:
            continue
        if node is not None and not _is_null_default(node):
            # Mappings of several files are hidden as the one that they make together.
            if not (mapping and isinstance(node.value, dict) and name != "chart"):
                found.append(name)
            mapping = isinstance(node.value, dict)
        else:  # a file that replaces a mapping above hides by that what lower files set in it
            above = (find(top, path[:length]) for length in range(len(path)))
            replaced = any(one is not None and not isinstance(one.value, dict) for one in above)
    return found


@given(seeds)
@settings(max_examples=25)
def test_merging_changes_no_layer(seed: int) -> None:
    """Layers are shared by stacks: a merge leaves them as they were, and says the same a second time."""
    for stack in stacks(seed):
        before = [everything(top) for top in stack.layers]
        first = everything(merge(stack.layers[0], stack.layers[1:]))
        assert everything(merge(stack.layers[0], stack.layers[1:])) == first
        assert [everything(top) for top in stack.layers] == before


@given(seeds)
@settings(max_examples=25)
def test_a_chart_alone_is_merged_as_one_among_others(seed: int) -> None:
    """The way without copies for charts without subcharts says the same as the one for all, hidden values included."""
    for stack in stacks(seed):
        over = overlaid(stack.layers[1:])
        one, other = laid_onto(stack.layers[0], over), coalesced(Part("", "", stack.layers[0]), over)
        assert everything(one) == everything(other)
        for (_, node), (_, same) in zip(walk(one), walk(other), strict=True):
            assert [everything(hidden) for hidden in node.shadowed] == [everything(hidden) for hidden in same.shadowed]


@given(seeds)
@settings(max_examples=25)
def test_nothing_over_something_is_something(seed: int) -> None:
    """An empty file on either side changes no value."""
    for stack in stacks(seed):
        for top in stack.layers:
            assert values(overlay(layer(""), top)) == values(overlay(top, layer(""))) == values(top)


def test_shadowed_values_of_any_kind() -> None:
    """A mapping over a scalar hides it, whatever merges into the mapping later; and so does a scalar over a mapping."""
    files = [layer(text, f"f{number}") for number, text in enumerate(["a: 1", "a: {b: 2}", "a: {b: 3, c: 3}", "a: 4"])]

    def chain(top: Node, *path: str) -> list[str]:
        node = find(top, path)
        assert node is not None
        return [f"{one.span.path} {values(one)}" for one in (node, *node.shadowed)]

    mapping = merge(None, files[:3])
    assert chain(mapping, "a") == ["f2 {'b': 3.0, 'c': 3.0}", "f0 1.0"]
    assert chain(mapping, "a", "b") == ["f2 3.0", "f1 2.0"]
    assert chain(mapping, "a", "c") == ["f2 3.0"]
    assert chain(merge(None, files), "a") == ["f3 4.0", "f2 {'b': 3.0, 'c': 3.0}", "f0 1.0"]


def test_uses_survive_a_merge() -> None:
    """A value that an alias brings into a layer still knows both places when a chart lies below it."""
    merged = merge(layer("b: {c: 0}", "chart"), [layer("a: &x {c: 1}\nb: *x\n", "f1")])
    node = find(merged, ("b", "c"))
    assert node is not None
    assert (str(node.span), [str(use) for use in node.uses]) == ("f1:1:11", ["f1:2:4"])
    assert [str(one.span) for one in node.shadowed] == ["chart:1:8"]


def test_keys_of_a_merge_stand_in_their_layers() -> None:
    """The key of a merged value is the one of the layer that set it."""
    merged = merge(layer("a: {b: 1, c: 1}", "chart"), [layer("x: 0\na: {b: 2}", "f1")])
    assert {".".join(map(str, path)): str(node.key_span) for path, node in walk(merged) if path} == {
        "x": "f1:1:1",
        "a": "f1:2:1",
        "a.b": "f1:2:5",
        "a.c": "chart:1:11",
    }

"""Paths over values: what they lead to, and what they cannot be."""

from __future__ import annotations

import time

import pytest

from gitopslint.loaders import yaml
from gitopslint.model.document import Node, dotted
from gitopslint.model.valuepath import demanded, parse_value_path, select, written

VALUES = """
a: {b: 1, "b.c": 2, "*": 3}
hosts: [{host: x, port: 1}, {host: y}, {}]
jobs:
  one: {image: i, steps: [{image: j}]}
  two: {image: k}
base: &base {deep: 1}
copy: *base
empty: {text: "", nil: ~, map: {}, list: [], off_: false, zero: 0}
"""

FOUND = {
    "a key": ("a.b", ["a.b"]),
    "a key with a dot": (r"a.b\.c", ['a."b.c"']),
    "a key that is a star": (r"a.\*", ["a.*"]),
    "any key": ("jobs.*.image", ["jobs.one.image", "jobs.two.image"]),
    "any item": ("hosts[*].host", ["hosts[0].host", "hosts[1].host"]),
    "one item": ("hosts[1].host", ["hosts[1].host"]),
    "any depth": ("jobs.**.image", ["jobs.one.image", "jobs.one.steps[0].image", "jobs.two.image"]),
    "any depth is also none": ("**.hosts[0]", ["hosts[0]"]),
    "each once": ("**.**.image", ["jobs.one.image", "jobs.one.steps[0].image", "jobs.two.image"]),
    "a star is no item": ("hosts.*", []),
    "an item is no key": ("jobs[*]", []),
    "nothing": ("a.x.y", []),
    "below a scalar": ("a.b.c", []),
    "through an alias": ("copy.deep", ["copy.deep"]),
}


def root(text: str = VALUES) -> Node:
    return yaml.parse("v.yaml", text.encode()).root


@pytest.mark.parametrize(("path", "expected"), FOUND.values(), ids=FOUND)
def test_select(path: str, expected: list[str]) -> None:
    """Each path leads to these values, in file order."""
    assert [dotted(where) for where, _ in select(root(), parse_value_path(path))] == expected


def test_uses_of_aliases_are_kept() -> None:
    """A value below an alias knows where it is brought in."""
    ((_, node),) = select(root(), parse_value_path("copy.deep"))
    assert [str(use) for use in node.uses] == ["v.yaml:8:7"]


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", "[0]", "a[", "a[x]", "a[*]b", "a.[0]", "a]", "a[-1]"])
def test_what_is_no_path(path: str) -> None:
    """A text that is no path is refused with an example of one."""
    with pytest.raises(ValueError, match="is not a path over values such as"):
        parse_value_path(path)


@pytest.mark.parametrize("path", [r"a.b\.c", "hosts[*].host", "a.**.b[3]", r"a.\[x\]"])
def test_written_as_it_was(path: str) -> None:
    """A path is shown as it is written."""
    assert written(parse_value_path(path)) == path


DEMANDED = {
    "there": ("a.b", [("a.b", True)]),
    "not there": ("a.x", [("a.x", False)]),
    "empty text": ("empty.text", [("empty.text", False)]),
    "null": ("empty.nil", [("empty.nil", False)]),
    "empty mapping": ("empty.map", [("empty.map", False)]),
    "empty list": ("empty.list", [("empty.list", False)]),
    "false is something": ("empty.off_", [("empty.off_", True)]),
    "zero is something": ("empty.zero", [("empty.zero", True)]),
    "in every item": ("hosts[*].port", [("hosts[0].port", True), ("hosts[1].port", False), ("hosts[2].port", False)]),
    "in no item": ("none[*].port", []),
    "any item at all": ("hosts[*]", [("hosts[*]", True)]),
    "no item at all": ("empty.list[*]", [("empty.list[*]", False)]),
    "anywhere": ("**.port", [("**.port", True)]),
}


@pytest.mark.parametrize(("path", "expected"), DEMANDED.values(), ids=DEMANDED)
def test_demanded(path: str, expected: list[tuple[str, bool]]) -> None:
    """Each place where a value should be is told, with whether one is there."""
    assert [(written(steps), there) for steps, there in demanded(root(), parse_value_path(path))] == expected


def test_no_path_takes_exponential_time() -> None:
    """Many `**` over deep values stay quick."""
    deep = root("a: " * 0 + "".join(f"{'  ' * level}a:\n" for level in range(60)) + "  " * 60 + "b: 1\n")
    start = time.perf_counter()
    assert not list(select(deep, parse_value_path(".".join(["**", "a"] * 20) + ".x")))
    assert time.perf_counter() - start < 1

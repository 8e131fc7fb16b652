"""Nodes and key paths: finding, walking, reading and matching them."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.loaders import yaml
from gitopslint.model.document import (
    Document,
    KeyPath,
    Node,
    dotted,
    find,
    leads_to,
    leaves,
    matches,
    parse_key_path,
    plain,
    walk,
)
from gitopslint.model.span import Span, file_start

EXAMPLE = "a:\n  b: [1, {c: x}]\n  d: {}\n  e: []\n  f:\ng: 2.5\n"


def root(text: str) -> Node:
    return yaml.parse("f", text.encode()).root


PATHS = {
    "one key": ("image", ("image",)),
    "several": ("image.tag", ("image", "tag")),
    "a dot in a key": (r"annotations.example\.com/name", ("annotations", "example.com/name")),
    "only dots": (r"\.\.", ("..",)),
    "another backslash": (r"a\b.c", (r"a\b", "c")),
    "wildcards": ("jobs.*.**", ("jobs", "*", "**")),
    "digits are a key": ("a.0", ("a", "0")),
    "blanks": (" a . b ", (" a ", " b ")),
}


@pytest.mark.parametrize(("text", "expected"), PATHS.values(), ids=PATHS)
def test_parse_key_path(text: str, expected: KeyPath) -> None:
    """Dots divide, and a backslash takes that away from the next one."""
    assert parse_key_path(text) == expected


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b"])
def test_empty_parts_are_refused(text: str) -> None:
    """A key path without a key in one of its places is a slip of the pen."""
    with pytest.raises(ValueError, match="is not a key path"):
        parse_key_path(text)


@given(st.lists(st.text(st.characters(exclude_characters="\\\0"), min_size=1), min_size=1))
def test_parse_key_path_reads_any_key(keys: list[str]) -> None:
    """Every key can be written, whatever dots it holds."""
    assert parse_key_path(".".join(key.replace(".", r"\.") for key in keys)) == tuple(keys)


DOTTED: dict[str, tuple[KeyPath, str]] = {
    "the top": ((), ""),
    "keys": (("a", "b"), "a.b"),
    "list positions": (("a", 0, "b", 1, 2), "a[0].b[1][2]"),
    "a list at the top": ((0, "a"), "[0].a"),
    "a dot in a key": (("a", "b.c", "d"), 'a."b.c".d'),
    "an empty key": (("", "a"), '"".a'),
}


@pytest.mark.parametrize(("path", "expected"), DOTTED.values(), ids=DOTTED)
def test_dotted(path: KeyPath, expected: str) -> None:
    """A key path reads as people write it."""
    assert dotted(path) == expected


FOUND: dict[str, tuple[KeyPath, object]] = {
    "the top": ((), {"a": {"b": [1, {"c": "x"}], "d": {}, "e": [], "f": None}, "g": 2.5}),
    "a scalar": (("g",), 2.5),
    "below": (("a", "b", 1, "c"), "x"),
    "null": (("a", "f"), None),
    "an empty mapping": (("a", "d"), {}),
}
MISSING: dict[str, KeyPath] = {
    "another key": ("b",),
    "below a scalar": ("g", "h"),
    "below null": ("a", "f", "g"),
    "behind the list": ("a", "b", 2),
    "a key in a list": ("a", "b", "0"),
    "a position in a mapping": ("a", 0),
    "a position in a scalar": ("g", 0),
}


@pytest.mark.parametrize(("path", "expected"), FOUND.values(), ids=FOUND)
def test_find(path: KeyPath, expected: object) -> None:
    """A value is found by its key path, and `plain` turns it into what a library takes: whole numbers as ints."""
    node = find(root(EXAMPLE), path)
    assert node is not None
    assert plain(node) == expected
    assert repr(plain(node)) == repr(expected)


@pytest.mark.parametrize("path", MISSING.values(), ids=MISSING)
def test_find_nothing(path: KeyPath) -> None:
    """A path that leads nowhere gives None, whatever stands on the way."""
    assert find(root(EXAMPLE), path) is None


def test_find_keeps_the_uses_on_the_way() -> None:
    """A value below an alias knows where the alias stands; the node of the document itself stays as it was."""
    top = root("x: &x {a: &y {b: 1}}\nc: *x\nd: {e: *y}\n")
    for path, places in ((("c", "a", "b"), ["2:4"]), (("d", "e", "b"), ["3:8"]), (("x", "a", "b"), [])):
        node = find(top, path)
        assert node is not None
        assert [f"{use.line}:{use.column}" for use in node.uses] == places
    assert top.mapping["c"].mapping["a"].mapping["b"].uses == ()


def test_walk_and_leaves() -> None:
    """A walk sees everything once, from the top; leaves are what a layer really sets."""
    top = root(EXAMPLE)
    paths = [dotted(path) for path, _ in walk(top)]
    assert paths == ["", "a", "a.b", "a.b[0]", "a.b[1]", "a.b[1].c", "a.d", "a.e", "a.f", "g"]
    assert [dotted(path) for path, _ in leaves(top)] == ["a.b[0]", "a.b[1].c", "a.d", "a.e", "a.f", "g"]
    assert [dotted(path) for path, _ in leaves(root("{}"))] == [""]
    assert all(find(top, path) is not None for path, _ in walk(top))


def test_node_shapes() -> None:
    """A node of any kind answers every question: what it does not have is empty."""
    scalar, mapping, items = root("a: 1").mapping["a"], root("a: 1"), root("a: [1]").mapping["a"]
    assert (scalar.mapping, scalar.items, scalar.is_scalar) == ({}, [], True)
    assert (list(mapping.mapping), mapping.items, mapping.is_scalar) == (["a"], [], False)
    assert (items.mapping, len(items.items), items.is_scalar) == ({}, 1, False)
    assert (mapping.key_span, items.key_span) == (mapping.span, Span("f", 1, 1, 1, 2))


@pytest.mark.parametrize("text", ["", "# x\n", "~\n", "---\n...\n", "\n\n"])
def test_a_file_without_values_is_an_empty_mapping(text: str) -> None:
    """Helm takes nothing, and null, for no values at all."""
    document = yaml.parse("f", text.encode())
    assert (document.root.value, document.problem) == ({}, None)
    assert document.root.span.path == "f"
    assert Document("f", "").root.span == file_start("f")


MATCHES = {
    "itself": ("a.b", "a.b", True),
    "another key": ("a.b", "a.c", False),
    "shorter": ("a.b", "a", False),
    "longer": ("a.b", "a.b.c", False),
    "one step": ("a.*.c", "a.b.c", True),
    "one step is not none": ("a.*", "a", False),
    "one step is not two": ("a.*", "a.b.c", False),
    "a list position": ("jobs.*.image", "jobs.0.image", True),
    "any steps: none": ("a.**", "a", True),
    "any steps: many": ("a.**", "a.b.c.d", True),
    "any steps between": ("**.image.**", "x.y.image.tag", True),
    "any steps in front: none": ("**.tag", "tag", True),
    "everything": ("**", "", True),
    "any steps and then one": ("**.*", "", False),
    "the second chance of any steps": ("**.a.b", "a.a.b", True),
    "nothing but nothing": ("", "", True),
    "a key that looks like a pattern": ("a", "*", False),
}


@pytest.mark.parametrize(("pattern", "path", "expected"), MATCHES.values(), ids=MATCHES)
def test_matches(pattern: str, path: str, expected: bool) -> None:
    """`*` is one step, `**` any number of them, and all else is itself."""
    steps = tuple(int(step) if step.isdigit() else step for step in path.split(".")) if path else ()
    assert matches(tuple(pattern.split(".")) if pattern else (), steps) is expected


def paths(steps: tuple[str | int, ...], longest: int) -> list[KeyPath]:
    """Return every path of these steps."""
    return [path for length in range(longest + 1) for path in itertools.product(steps, repeat=length)]


PATTERNS = paths(("a", "b", "*", "**"), 4)


def test_matches_like_a_regular_expression() -> None:
    """For all short patterns and paths, a regular expression over the steps says the same."""
    as_regex = {"a": "a", "b": "b", "*": ".", "**": ".*"}
    for pattern in PATTERNS:
        regex = re.compile("".join(as_regex[str(step)] for step in pattern))
        for path in paths(("a", "b", 0), 4):
            assert matches(pattern, path) == bool(regex.fullmatch("".join(map(str, path)))), (pattern, path)


def test_leads_to_what_could_match() -> None:
    """A path leads to a pattern if and only if some path below it fits the pattern."""
    below = [path for path in paths(("a", "b", "z"), 4) if path]
    for pattern in PATTERNS[: len(paths(("a", "b", "*", "**"), 3))]:
        fitting = {path for path in below if matches(pattern, path)}
        reaching = {path[:length] for path in fitting for length in range(len(path))}
        for path in paths(("a", "b", "z"), 3):
            if "**" not in pattern or len(path) < 3:  # with `**`, what fits may be longer than what was tried
                assert leads_to(path, pattern) == (path in reaching), (pattern, path)


def test_patterns_of_many_stars_take_no_time() -> None:
    """A contract comes with the repository: its patterns must not make a check run for ever."""
    pattern = ("**", "a") * 40 + ("b",)
    start = time.perf_counter()
    assert not matches(pattern, ("a",) * 150)
    assert leads_to(("a",) * 150, pattern)
    assert time.perf_counter() - start < 2


def test_a_place_below_other_lines() -> None:
    """Nodes of many files share one place: each counts it from its own lines, whatever it is first asked for."""
    place, key = Span("mould", 2, 3, 2, 5), Node("tag", Span("mould", 2, 1, 2, 4), "plain", "tag")

    def made(path: str, above: int) -> Node:
        return Node("v1", place, "plain", "v1", None, key, (), (), (), (path, above, ()))

    node = made("f", 10)
    assert made("f", 10).key_span == node.key_span == Span("f", 12, 1, 12, 4)
    assert (node.span, node.span) == (Span("f", 12, 3, 12, 5),) * 2
    assert made("f", 10).changed(value="v2").span == node.span
    moved = made("f", 10).changed(span=file_start("f"))
    assert (moved.span, moved.key_span) == (file_start("f"), node.key_span)
    for other, same in ((made("f", 10), True), (made("f", 11), False), (made("g", 10), False)):
        assert (made("f", 10).stands_where(other), node.stands_where(other)) == (same, same)
    assert (place, key.span) == (Span("mould", 2, 3, 2, 5), Span("mould", 2, 1, 2, 4))


def test_a_place_that_what_fills_a_gap_ends() -> None:
    """A place that is made later is told the file, the lines above and what fills the gaps."""

    def ended(path: str, above: int, gaps: Sequence[str], line: int) -> Span:
        return Span(path, above + line, 1, above + line, 1 + len(gaps[0]))

    def made(text: str) -> Node:
        return Node(text, (ended, 2), "plain", text, None, None, (), (), (), ("f", 10, [text]))

    assert made("v1").span == Span("f", 12, 1, 12, 3)
    assert made("v1.10").changed(text="v2").span == Span("f", 12, 1, 12, 6)
    assert made("v1").stands_where(made("v1"))
    assert not made("v1").stands_where(made("v10"))

"""Parameters of Argo CD Applications, set as Helm's `--set` does it, with a real Helm as the witness."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import helm_python
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitopslint.loaders import yaml
from gitopslint.loaders.helm import merge
from gitopslint.loaders.set_values import SetError, SetKind, Setting, apply_set
from gitopslint.model.document import Node, find
from gitopslint.model.scalars import printed
from gitopslint.model.span import Span, file_start
from tests.support.helm import Chart, quiet
from tests.support.nodes import values

BATCH = 100
PIECES = (
    "a",
    "b",
    "a",
    "b",
    ".",
    "[",
    "]",
    "=",
    "=",
    ",",
    "{",
    "}",
    "\\",
    "0",
    "1",
    "-",
    "+",
    "a[0]",
    "a.b=",
    "a[1].b=1",
    "=x,",
    "={a,1}",
    "true",
    "null",
    "9505540",
    "1.10",
    "é",
    "b=c",
    " ",
)


def parameter(text: str) -> Node:
    return Node(text, Span("app.yaml", 9, 5, 9, 5 + len(text)), "plain", text)


def base(text: str) -> Node:
    return yaml.parse("values.yaml", text.encode()).root


def empty() -> Node:
    return Node({}, file_start("app.yaml"), "block")


# What is there, the name, the value, and what Helm makes of them; None where it refuses.
SET: dict[str, tuple[str, str, str, Any]] = {
    "a key": ("", "a", "x", {"a": "x"}),
    "below": ("a: {b: 1}", "a.c", "x", {"a": {"b": 1, "c": "x"}}),
    "a dot in a key": ("", r"a.b\.c/d", "x", {"a": {"b.c/d": "x"}}),
    "a new list": ("", "a[0]", "x", {"a": ["x"]}),
    "a place in a list": ("a: [1, 2]", "a[1]", "x", {"a": [1, "x"]}),
    "further than the list goes": ("a: [1]", "a[3]", "x", {"a": [1, None, None, "x"]}),
    "a key in an item": ("a: [{b: 1}]", "a[0].c", "x", {"a": [{"b": 1, "c": "x"}]}),
    "lists in lists": ("", "a[0][1]", "x", {"a": [[None, "x"]]}),
    "a list": ("", "a", "{x,2,true}", {"a": ["x", 2, True]}),
    "an empty list has one empty text": ("", "a", "{}", {"a": [""]}),
    "a comma": ("", "a", "x,y=1", {"a": "x,y=1"}),
    "a comma that is escaped already": ("", "a", r"x\,y", {"a": "x,y"}),
    "a backslash": ("", "a", r"C:\dir", {"a": "C:dir"}),
    "nothing": ("a: 1", "a", "", {"a": ""}),
    "an equals sign": ("", "a", "b=c", {"a": "b=c"}),
    "blanks stay": ("", "a", " x ", {"a": " x "}),
    "a null over a value": ("a: 1", "a", "null", {"a": None}),
    "a name with a comma": ("", "a=1,b", "2", {"a": 1, "b": 2}),
    "no name": ("b: 1", "", "x", {"b": 1}),
    "into a scalar": ("a: 1", "a.b", "x", None),
    "into a null": ("a: ~", "a.b", "x", None),
    "an index into a mapping": ("a: {b: 1}", "a[0]", "x", None),
    "an index that is none": ("", "a[x]", "x", None),
    "a negative index": ("", "a[-1]", "x", None),
    "an index out of reason": ("", "a[65537]", "x", None),
    "text behind an index": ("", "a[0]b", "x", None),
    "an empty step": ("", "a..b", "x", None),
    "a step too many": ("", "a.", "x", None),
    "too many steps": ("", ".".join("a" * 32), "x", None),
}


@pytest.mark.parametrize(("there", "name", "text", "expected"), SET.values(), ids=SET)
def test_set(there: str, name: str, text: str, expected: Any) -> None:
    """A parameter reaches the key that its name leads to, or is refused with its name and never with its value."""
    if expected is not None:
        assert values(apply_set(base(there), [Setting(name, parameter(text), "set")])) == expected
        return
    with pytest.raises(SetError) as error:
        apply_set(base(there), [Setting(name, parameter("s3cr3t"), "set")])
    assert str(error.value).startswith(repr(name))
    assert "s3cr3t" not in str(error.value)


def test_a_value_that_looks_like_more_is_not_quoted() -> None:
    """Helm takes what follows a list for another name: it may be a secret all the same."""
    with pytest.raises(SetError) as error:
        apply_set(empty(), [Setting("a", parameter("{x}s3cr3t}"), "set")])
    assert "s3cr3t" not in str(error.value)


# A text, what `--set` makes of it, and what a template then prints.
TYPES = {
    "1.10": ("1.10", "1.10"),
    "0123": ("0123", "0123"),
    "1e3": ("1e3", "1e3"),
    "on": ("on", "on"),
    "1_000": ("1_000", "1_000"),
    "9505540": (9505540, "9505540"),
    "0": (0, "0"),
    "-5": (-5, "-5"),
    "+5": (5, "5"),
    "-0": (0, "0"),
    "9223372036854775807": (2**63 - 1, "9223372036854775807"),
    "9223372036854775808": ("9223372036854775808",) * 2,
    "-9223372036854775808": (-(2**63), "-9223372036854775808"),
    "true": (True, "true"),
    "TRUE": (True, "true"),
    "False": (False, "false"),
    "null": (None, ""),
    "Null": (None, ""),
    "~": ("~", "~"),
    "fal\u017fe": (False, "false"),
    "1٣": ("1٣", "1٣"),
}


@pytest.mark.parametrize(("text", "expected"), TYPES.items(), ids=TYPES)
def test_types(text: str, expected: tuple[object, str], tmp_path: Path) -> None:
    """Whole numbers are exact and print all their digits; true, false and null are typed; all else stays a text."""
    value, shown = expected
    node = apply_set(empty(), [Setting("a", parameter(text), "set")]).mapping["a"]
    assert (node.value, type(node.value)) == (value, type(value))
    assert not isinstance(node.value, dict | list)
    assert printed(node.value) == shown
    with quiet():
        assert repr(helm_python.parse_set_string(f"a={text}")) == repr({"a": value})
    if len(text) < 7:  # the Python binding hands values on as JSON, where larger numbers lose what makes them exact
        assert Chart(tmp_path, "{{ .Values.a }}").rendered(helm_python.parse_set_string(f"a={text}")) == shown


def test_forced_text() -> None:
    """`forceString` keeps a text, in lists as well, and knows no null."""
    for text in ("true", "9505540", "null"):
        assert values(apply_set(empty(), [Setting("a", parameter(text), "set-string")])) == {"a": text}
    assert values(apply_set(empty(), [Setting("a", parameter("{1,true}"), "set-string")])) == {"a": ["1", "true"]}


def test_file() -> None:
    """The content of a file is taken as it is, whatever stands in it."""
    content = "{a,b\\,c}=\n"
    assert values(apply_set(base("x: {y: 1}"), [Setting("x.y", parameter(content), "set-file")])) == {
        "x": {"true": 1, "y": content}
    }


def test_provenance() -> None:
    """What is set stands where the parameter is written, and shadows what it hides; the rest keeps its place."""
    layer = base("a: {b: 1, c: 2}\nd: [1]")
    merged = apply_set(layer, [Setting("a.b", parameter("x"), "set")])
    merged = apply_set(merged, [Setting("a.b", parameter("y"), "set-string")])
    merged = apply_set(merged, [Setting("d[0]", parameter("z"), "set")])
    places = {path: find(merged, path) for path in (("a", "b"), ("a", "c"), ("d", 0))}
    assert {path: [str(one.span) for one in (node, *node.shadowed)] for path, node in places.items() if node} == {
        ("a", "b"): ["app.yaml:9:5", "app.yaml:9:5", "values.yaml:1:8"],
        ("a", "c"): ["values.yaml:1:14"],
        ("d", 0): ["app.yaml:9:5", "values.yaml:2:5"],
    }
    assert values(layer) == {"a": {"b": 1.0, "c": 2.0}, "d": [1.0]}  # as it was


def test_a_null_takes_a_default_away() -> None:
    """A parameter `null` deletes what the chart sets, as a null in a values file does."""
    over = apply_set(empty(), [Setting("a.b", parameter("null"), "set")])
    assert values(merge(base("a: {b: 1, c: 2}"), [over])) == {"a": {"c": 2}}


def expressions(seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["a" * chance.randint(0, 1) + "".join(chance.choices(PIECES, k=chance.randint(1, 9))) for _ in range(BATCH)]


@given(seed=st.integers(0, 2**32), kind=st.sampled_from(("set", "set-string")))
@example(seed=0, kind="set")
@settings(max_examples=30)
def test_names_as_helm_reads_them(seed: int, kind: SetKind) -> None:
    """Any text as a name, with nothing behind it: Helm says the same, or refuses the same."""
    read = helm_python.parse_set_string if kind == "set" else helm_python.parse_set_string_values
    for name in expressions(seed):
        try:
            with quiet():
                theirs = read(f"{name}=end")
        except helm_python.HelmError:
            with pytest.raises(SetError):
                apply_set(empty(), [Setting(name, parameter("end"), kind)])
        else:
            ours = values(apply_set(empty(), [Setting(name, parameter("end"), kind)]))
            assert repr(ours) == repr(theirs) or ours == theirs, name

"""Merged values on paper: every leaf with its place, what it overrides, and no secret in any format."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.loaders import yaml
from gitopslint.loaders.helm import merge
from gitopslint.model.chart import Gap
from gitopslint.model.contract import Contract
from gitopslint.model.document import KeyPath, find
from gitopslint.model.layer import Stack
from gitopslint.model.redaction import judged_path
from gitopslint.reporters.values import View, render_json, render_text, render_yaml
from tests.support.nodes import values

CHART = "image: {repository: REPLACE_ME, tag: REPLACE_ME}\nports: [80]\nlimits: {cpu: 1}\ndb: old\n"
OVER = """\
image:
  repository: registry.example.com/shop
  tag: "1.10"
ports:
- {name: web, port: 8080}
- name: metrics
db: {host: "db\\u202e", password: hunter2}
limits: ~
empty: {}
"""


def view(*texts: str, path: KeyPath = (), gaps: tuple[Gap, ...] = ()) -> View:
    """Return the view of files over each other, the first one as the chart: f0.yaml, f1.yaml, …"""
    chart, *layers = (yaml.parse(f"f{number}.yaml", text.encode()).root for number, text in enumerate(texts))
    merged = merge(chart, layers)
    node = find(merged, path)
    assert node is not None
    stack = Stack("shop", "dev", (), (), merged, Contract(), gaps=gaps)
    return View(stack, path, judged_path(merged, path), node)


def test_text() -> None:
    """A tree of YAML, with the places of all leaves in one column."""
    assert (
        render_text([view(CHART, OVER)], "top/")
        == """\
image:
  repository: registry.example.com/shop  # top/f1.yaml:2, over top/f0.yaml:1 'REPLACE_ME'
  tag: "1.10"                            # top/f1.yaml:3, over top/f0.yaml:1 'REPLACE_ME'
ports:                                   # over top/f0.yaml:2 a list
  - name: web                            # top/f1.yaml:5
    port: 8080                           # top/f1.yaml:5
  - name: metrics                        # top/f1.yaml:6
db:                                      # over top/f0.yaml:4 'old'
  host: "db\\u202e"                       # top/f1.yaml:7
  password: "<redacted, 7 characters>"   # top/f1.yaml:7
empty: {}                                # top/f1.yaml:9
"""
    )


def test_yaml() -> None:
    """The plain values, and nothing else."""
    assert (
        render_yaml([view(CHART, OVER)])
        == """\
image:
  repository: registry.example.com/shop
  tag: "1.10"
ports:
  - name: web
    port: 8080
  - name: metrics
db:
  host: "db\\u202e"
  password: "<redacted, 7 characters>"
empty: {}
"""
    )


def test_json() -> None:
    """One entry for each leaf, with its place and the chain of what it overrides."""
    found = json.loads(render_json([view(CHART, OVER, gaps=(Gap(("db",), "packed"),))], ""))
    assert found["version"] == 1
    (stack,) = found["stacks"]
    assert (stack["app"], stack["environment"], stack["application"]) == ("shop", "dev", None)
    assert stack["gaps"] == [{"key_path": ["db"], "reason": "packed"}]
    leaves = {tuple(leaf["key_path"]): leaf for leaf in stack["values"]}
    tag = leaves["image", "tag"]
    assert (tag["value"], tag["redacted"]) == ("1.10", False)
    assert tag["place"] == {"path": "f1.yaml", "line": 3, "column": 8, "end_line": 3, "end_column": 14}
    assert [(old["value"], old["place"]["path"]) for old in tag["overrides"]] == [("REPLACE_ME", "f0.yaml")]
    assert leaves["ports", 0, "port"]["value"] == 8080
    assert leaves["empty",]["value"] == {}
    password = leaves["db", "password"]
    assert (password["value"], password["redacted"]) == ("<redacted, 7 characters>", True)


def formats(one: View) -> list[str]:
    return [render_text([one], ""), render_yaml([one]), render_json([one], "")]


LEAKS: dict[str, tuple[list[str], KeyPath]] = {
    "by its key": (["{}", "password: s3cr3t"], ()),
    "overridden by another": (["password: s3cr3t", "password: other"], ()),
    "overridden by nothing": (["password: s3cr3t", "password: ''"], ()),
    "overridden by a mapping": (["password: s3cr3t", "password: {from: vault}"], ()),
    "overridden twice": (["password: s3cr3t", "password: a", "password: b"], ()),
    "asked for alone": (["password: s3cr3t", "password: s3cr3t2"], ("password",)),
    "by the name beside it, asked for alone": (
        ["{}", "env: [{name: DB_PASSWORD, value: s3cr3t}]"],
        ("env", 0, "value"),
    ),
    "below an alias": (["{}", "a: &x {password: s3cr3t}\nb: *x"], ("b",)),
    "in an address": (["{}", "url: postgres://app:s3cr3t@db/app"], ()),
}


@pytest.mark.parametrize(("texts", "path"), LEAKS.values(), ids=LEAKS)
def test_no_leak(texts: list[str], path: KeyPath) -> None:
    """A secret is in no format, neither as a value nor as what one overrides."""
    for written in formats(view(*texts, path=path)):
        assert "s3cr3t" not in written
    assert "redacted" in render_json([view(*texts, path=path)], "")


def test_one_value() -> None:
    """One scalar is one line."""
    one = view(CHART, OVER, path=("image", "tag"))
    assert render_text([one], "") == "\"1.10\"  # f1.yaml:3, over f0.yaml:1 'REPLACE_ME'\n"
    assert render_yaml([one]) == '"1.10"\n'
    assert json.loads(render_json([one], ""))["stacks"][0]["values"][0]["key_path"] == ["image", "tag"]


def test_an_alias() -> None:
    """What an alias brings in stands at its anchor, and tells where it is used."""
    one = view("{}", "a: &x 1\nb: *x")
    assert render_text([one], "").splitlines()[1] == "b: 1  # f1.yaml:1, used on line 2"
    assert json.loads(render_json([one], ""))["stacks"][0]["values"][1]["used_at"][0]["line"] == 2


def test_long_values_are_cut_in_text_only() -> None:
    """A tree for people stays readable; programs get everything."""
    one = view("a: " + "x" * 500, "a: " + "z" * 500)
    first = render_text([one], "")
    assert "…" in first
    assert len(first) < 250
    assert "z" * 500 in render_yaml([one])
    assert "x" * 500 in render_json([one], "")


def test_several_stacks() -> None:
    """Several Applications of one app in one environment are several documents."""
    both = [view("a: 1"), view("a: 2")]
    assert render_yaml(both) == "a: 1\n---\na: 2\n"
    assert len(json.loads(render_json(both, ""))["stacks"]) == 2


words = st.text(st.characters(codec="utf-8"), max_size=6)
scalars = st.none() | st.booleans() | words | st.floats(allow_nan=False, allow_infinity=False)
keys = st.text(st.characters(codec="utf-8", exclude_categories=("Ll", "Lu")), max_size=6)  # nothing that is a secret
data = st.recursive(scalars, lambda below: st.lists(below, max_size=3) | st.dictionaries(keys, below, max_size=3))


@given(st.dictionaries(keys, data, max_size=4))
@settings(max_examples=50)
def test_yaml_reads_back(written: dict[str, Any]) -> None:
    """Both readers get the same values from the YAML and from the text with its comments, cut values aside."""
    one = view("{}", pyyaml.safe_dump(written, default_style=chr(34)))
    for text in (render_yaml([one]), render_text([one], "")):
        assert pyyaml.safe_load(text) == written
        assert repr(values(yaml.parse("f", text.encode()).root)) == repr(values(one.node))

"""A chart's own schema on merged values: what breaks it, where that is set, and what cannot be decided."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.checks.chart_schema import schema_violation_of_chart
from gitopslint.cli.output import render
from gitopslint.loaders import yaml
from gitopslint.loaders.charts import load_chart
from gitopslint.loaders.coalesce import MergeError
from gitopslint.loaders.helm import compose
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Doubt, Offence, Report
from gitopslint.model.layer import Stack
from tests.support.argocd import application, chart_source
from tests.support.charts import SUBCHARTS, Random, rendered_values
from tests.support.helm import Refused
from tests.support.runs import CLEAN, MemoryTree, check_files, places

CHART, DEV, PROD = "deploy/charts/web-app", "deploy/env/dev/shop.yaml", "deploy/env/prod/shop.yaml"
ABOUT = "{apiVersion: v2, name: web-app, version: 1.0.0}"
SEVENTH = "http://json-schema.org/draft-07/schema#"
BATCH = 10


def checked(schema: Any, prod: str, more: dict[str, str] | None = None) -> Report:
    """Check the clean repository with a schema in its chart and another layer for prod."""
    text = schema if isinstance(schema, str) else json.dumps(schema)
    files = CLEAN | {f"{CHART}/Chart.yaml": ABOUT, f"{CHART}/values.schema.json": text, PROD: prod} | (more or {})
    report = check_files(files, ["schema-violation"])
    assert report.faults == ()
    return report


def key(schema: Any, **more: Any) -> dict[str, Any]:
    return {"properties": {"worker": {"properties": {"x": schema}}}} | more


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels):
        schema = {"not": schema}
    return schema


# The schema, the layer of prod, and the findings with what they say.
BROKEN: dict[str, tuple[Any, str, list[str]]] = {
    "a type": (key({"type": "integer"}), "worker: {x: '8'}", [f"{PROD}:1:13 must be a whole number"]),
    "a mapping": (key({"type": "string"}), "worker:\n  x:\n    y: 1", [f"{PROD}:2:3 must be a text"]),
    "one of": (key({"enum": ["a", "b"]}), "worker: {x: c}", [f"{PROD}:1:13 must be one of 'a', 'b'"]),
    "a constant": (key({"const": 1}), "worker: {x: 2}", [f"{PROD}:1:13 must be 1"]),
    "too much": (key({"maximum": 9}), "worker: {x: 10}", [f"{PROD}:1:13 must be at most 9"]),
    "a pattern": (key({"pattern": "^[a-z]+$"}), "worker: {x: A}", [f"{PROD}:1:13 must match '^[a-z]+$'"]),
    "too short": (key({"minLength": 3}), "worker: {x: ab}", [f"{PROD}:1:13 must have at least 3 characters"]),
    "too few": (key({"minItems": 1}), "worker: {x: []}", [f"{PROD}:1:10 must have at least 1 items"]),
    "something is missing": (
        {"properties": {"worker": {"required": ["x", "z"]}}},
        "worker: {a: 1}",
        [f"{PROD}:1:1 needs the key x", f"{PROD}:1:1 needs the key z"],
    ),
    "a key too many": (
        {"properties": {"worker": {"properties": {"x": {}}, "additionalProperties": False}}},
        "worker: {x: 1, xx: 2}",
        [f"{PROD}:1:20 is not allowed here"],
    ),
    "a name of a key": (
        {"properties": {"worker": {"propertyNames": {"maxLength": 2}}}},
        "worker: {abc: 1}",
        [f"{PROD}:1:15 must have at most 2 characters in its name"],
    ),
    "no shape fits": (
        key({"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "worker: {x: 1}",
        [f"{PROD}:1:13 fits none of the shapes that its schema allows, or more than it may"],
    ),
    "through a reference": (
        key({"$ref": "#/definitions/n"}, definitions={"n": {"type": "integer"}}),
        "worker: {x: a}",
        [f"{PROD}:1:13 must be a whole number"],
    ),
    "a format, where the dialect asserts it": (
        key({"format": "ipv4"}, **{"$schema": SEVENTH}),
        "worker: {x: 1.2.3}",
        [f"{PROD}:1:13 must have the format 'ipv4'"],
    ),
    "an item of a list": (
        key({"items": {"type": "integer"}}),
        "worker:\n  x:\n  - 1\n  - a",
        [f"{PROD}:4:5 must be a whole number"],
    ),
}


@pytest.mark.parametrize(("schema", "prod", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken(schema: Any, prod: str, expected: list[str]) -> None:
    """Each error stands on the line that sets the value, and says what the schema wants."""
    found = checked(schema, prod).findings
    told = [f"{one.span} {one.message.partition(' of shop in prod ')[2].rpartition(' (')[0]}" for one in found]
    assert sorted(told) == sorted(expected)
    assert all(one.message.endswith(f"({CHART}/values.schema.json)") for one in found)
    assert {(one.app, one.environment) for one in found} == {("shop", "prod")}


FITTING: dict[str, tuple[Any, str]] = {
    "everything": (True, "worker: {x: 1}"),
    "a format that is not asserted": (key({"format": "ipv4"}), "worker: {x: 1.2.3}"),
    "a number that Helm makes whole": (key({"type": "integer"}), "worker: {x: 1.0}"),
    "a null that takes a default away": ({"properties": {"replicas": {"type": "integer"}}}, "replicas: ~"),
    "a default that satisfies": ({"required": ["replicas"]}, "worker: 1"),
    "a name that Helm does not resolve": (key({"$ref": "urn:example:x"}), "worker: {x: 1}"),
}


@pytest.mark.parametrize(("schema", "prod"), FITTING.values(), ids=FITTING)
def test_fitting(schema: Any, prod: str) -> None:
    """What Helm accepts is accepted."""
    report = checked(schema, prod)
    assert places(report) == []
    assert report.undecided == ()


REFUSED = {
    "no JSON": ("{", "is not JSON"),
    "no schema": ("[]", "is no JSON Schema"),
    "a type that is none": ({"properties": {"a": {"type": "text"}}}, "is no valid JSON Schema at properties.a.type"),
    "properties that are none": ({"properties": 5}, "is no valid JSON Schema at properties"),
    "a number as type": ({"type": 5}, "is no valid JSON Schema at type"),
    "types that are no texts": ({"type": [["object"]]}, "is no valid JSON Schema at type"),
    "a limit that is none": (
        {"properties": {"a": {"minimum": "x"}}},
        "is no valid JSON Schema at properties.a.minimum",
    ),
    "a reference to nothing": ({"$ref": "#/definitions/x"}, "refers to '/definitions/x', which is not there"),
}


@pytest.mark.parametrize(("schema", "message"), REFUSED.values(), ids=REFUSED)
def test_a_schema_that_helm_refuses(schema: Any, message: str) -> None:
    """A schema that is broken itself stops every deployment, so it is a finding in its file, in every report."""
    report = checked(schema, "a: 1")
    assert {str(one.span) for one in report.findings} == {f"{CHART}/values.schema.json:1:1"}
    assert message in report.findings[0].message
    for name in ("text", "json", "sarif", "gitlab"):
        assert "values.schema.json" in render(name, report, colour=False)


DOUBTFUL: dict[str, tuple[Any, str]] = {
    "a reference elsewhere": (
        {"$ref": "https://example.com/x.json"},
        "refers to 'https://example.com/x.json', and nothing is fetched",
    ),
    "another dialect": ({"$schema": "https://example.com/mine"}, "declares a dialect of JSON Schema"),
    "a pattern that is not known": (key({"pattern": r"^\p{L}"}), "has a pattern that is not understood"),
    "a circle": ({"$ref": "#"}, "refers to itself without end"),
    "a larger circle": (
        key({"$ref": "#/$defs/a"}, **{"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}}),
        "refers to itself without end",
    ),
    "a circle behind many references": (
        {
            "$defs": {"any": {}, "circle": {"$ref": "#/$defs/circle"}},
            "allOf": [*[{"$ref": "#/$defs/any"}] * 300, {"$ref": "#/$defs/circle"}],
        },
        "refers to itself without end",
    ),
    "too deep": (deep(200), "is nested too deeply"),
    "so that circles and depth come together": (
        deep(90) | {"$defs": {"a": {"allOf": [{"allOf": [{"allOf": [{"$ref": "#/$defs/a"}]}]}]}}, "$ref": "#/$defs/a"},
        "refers to itself without end",
    ),
}


@pytest.mark.parametrize(("schema", "reason"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_undecided(schema: Any, reason: str) -> None:
    """What would need the network, or is not understood, is undecided and never clean."""
    report = checked(schema, "worker: {x: abc}")
    assert report.findings == ()
    (doubt,) = report.undecided
    assert reason in doubt.reason


def test_a_pattern_that_would_backtrack() -> None:
    """A pattern that takes Python's own expressions for ever is matched in time."""
    report = checked(key({"pattern": "^(a+)+$"}), f"worker: {{x: {'a' * 60}b}}")
    assert places(report) == [f"{PROD}:1:13 schema-violation"]


def test_what_it_overrides_is_told_without_values() -> None:
    """The chain of layers below the value is related; no message or note quotes a value, which may be a secret."""
    report = checked(
        key({"type": "integer"}),
        "worker: {x: s3cr3t}",
        {f"{CHART}/values.yaml": "worker: {x: s3cr3t0}"},
    )
    prod = next(one for one in report.findings if one.environment == "prod")
    assert [(str(one.span), one.note) for one in prod.related] == [
        (f"{CHART}/values.yaml:1:13", "overrides the value here")
    ]
    assert all(
        "s3cr3t" not in text for one in report.findings for text in (one.message, *(r.note for r in one.related))
    )


def test_a_default_that_breaks_it_is_found_in_the_chart() -> None:
    """Where nobody overrides it, the chart's own file is the place."""
    report = checked(key({"type": "integer"}), "a: 1", {f"{CHART}/values.yaml": "worker: {x: a}"})
    assert {str(one.span) for one in report.findings} == {f"{CHART}/values.yaml:1:13"}


@pytest.mark.parametrize(("skips", "told"), [("true", []), ("false", [f"{PROD}:1:13 schema-violation"])])
def test_an_application_that_skips_schemas(skips: str, told: list[str]) -> None:
    """Where Argo CD is told not to look at schemas nothing is reported; where it is told to look, everything is."""
    files = ("../../env/release-prod/shop.yaml", "../../env/prod/shop.yaml")
    source = chart_source(*files, extra=f"  skipSchemaValidation: {skips}\n")
    argo = {"deploy/argocd/apps/prod/shop.yaml": application(source, "shop-prod")}
    assert places(checked(key({"type": "integer"}), "worker: {x: a}", argo)) == told


DB = {
    f"{CHART}/Chart.yaml": ABOUT.replace("}", ", dependencies: [{name: db, version: '*', condition: db.use}]}"),
    f"{CHART}/charts/db/Chart.yaml": "{apiVersion: v2, name: db, version: 1.0.0}",
    f"{CHART}/charts/db/values.yaml": "size: 5",
    f"{CHART}/charts/db/values.schema.json": '{"properties": {"size": {"type": "integer"}}}',
}


def test_a_subchart_that_is_off_is_not_judged() -> None:
    """Its schema counts only where it is switched on."""
    assert places(checked(True, "db: {size: a}", DB)) == [f"{PROD}:1:12 schema-violation"]
    assert places(checked(True, "db: {size: a, use: false}", DB)) == []


def test_a_subchart_that_is_not_at_hand() -> None:
    """It leaves a doubt, once for all stacks, and no errors that its defaults could mend."""
    schema = {"required": ["db"], "properties": {"db": {"required": ["size"]}, "replicas": {"type": "string"}}}
    report = checked(schema, "db: {}", {f"{CHART}/Chart.yaml": DB[f"{CHART}/Chart.yaml"]})
    assert {one.key_path for one in report.findings} == {("replicas",)}
    (doubt,) = report.undecided
    assert doubt.reason == f"the chart 'db' is not in {CHART}/charts/, so its values and its schema are not known"


DRAFTS = (
    None,
    None,
    SEVENTH,
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema#",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
)
TYPES = ("string", "integer", "number", "object", "array", "boolean", "null", ["string", "null"], ["object", "null"])


class Schemas:
    """Random schemas over the keys of random charts."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.draft = chance.choice(DRAFTS)

    def top(self) -> str:
        """Return the text of a schema file."""
        schema = self.schema(3) | {"definitions": {"x": self.schema(1)}}
        return json.dumps(schema | ({"$schema": self.draft} if self.draft else {}))

    def schema(self, depth: int) -> dict[str, Any]:
        """Return a schema with this many levels."""
        pick = self._chance.choice
        deep: list[dict[str, Any]] = [{}]
        if depth:
            one, other = self.schema(depth - 1), self.schema(depth - 1)
            deep = [
                *(
                    {
                        "type": "object",
                        "properties": dict(
                            zip(self._chance.sample(("a", "b", "c", "global", "sub"), 2), (one, other), strict=True)
                        ),
                    },
                )
                * 4,
                {"additionalProperties": pick((False, one)), "properties": {"a": {}}},
                {"anyOf": [one, other]},
                {"oneOf": [one, other]},
                {"not": one},
                {"items": one},
                {"patternProperties": {"^[ab]": one}},
            ]
        flat: list[dict[str, Any]] = [
            {"type": pick(TYPES)},
            {"type": pick(TYPES)},
            {"enum": self._chance.sample((1, 2.5, True, "", "text", None), 3)},
            {"required": self._chance.sample("abc", 2)},
            {"pattern": pick(("^t", "x$", "^[a-z]+$", "^$"))},
            {pick(("minimum", "maximum")): pick((0, 1, 2))},
            {"$ref": "#/definitions/x"},
            {"minProperties": 1},
            {"format": pick(("ipv4", "email", "hostname", "uri", "date-time"))},
        ]
        return pick(deep) if self._chance.random() < 0.6 else pick(flat)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30)
def test_as_helm(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Random charts with subcharts, each with a random schema: what Helm refuses is found, and nothing else is."""
    folder = tmp_path_factory.getbasetemp() / "schema"
    for number in range(BATCH):
        chance = random.Random(f"{seed}.{number}")
        make, schemas = Random(chance), Schemas(chance)
        files, over = make.chart(depth=1), make.values(list(SUBCHARTS))
        files |= {
            f"{path.removesuffix('Chart.yaml')}values.schema.json": schemas.top()
            for path in files
            if path.endswith("Chart.yaml") and chance.random() < 0.6
        }
        chart = load_chart(MemoryTree(files), "")
        assert chart is not None
        try:
            found = compose(chart, yaml.parse("v", json.dumps(over).encode()).root)
        except MergeError:
            continue
        try:
            rendered_values(folder, files, over)
            fits = True
        except Refused as refused:
            if "specifications of the schema" not in str(refused):
                continue
            fits = False
        stack = Stack("shop", "dev", (), (), found.values, Contract(), schemas=found.schemas)
        outcomes = list(schema_violation_of_chart(stack, None))
        if not any(isinstance(one, Doubt) for one in outcomes):
            assert any(isinstance(one, Offence) for one in outcomes) is not fits, (files, over)


LAYER_SCHEMAS: dict[str, tuple[Any, str | None]] = {
    "a pattern that would backtrack": (key({"pattern": "^(a+)+$"}), None),
    "a reference elsewhere": ({"$ref": "https://example.com/x.json"}, "nothing is fetched"),
    "a reference to nothing": ({"$ref": "#/$defs/x"}, "which is not there"),
    "a circle": ({"$ref": "#"}, "refers to itself without end"),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "doubt"), LAYER_SCHEMAS.values(), ids=LAYER_SCHEMAS)
def test_a_layer_schema_of_the_repository(schema: Any, doubt: str | None) -> None:
    """A schema that the contract names is held against its layer with the same care as a chart's."""
    contract = "layers: [{role: env, path: 'deploy/env/{env}/{app}.yaml', json_schema: env.json}]\n"
    layer = f"worker: {{x: {'a' * 60}b}}"
    report = check_files(
        {".gitopslint.yaml": contract, "env.json": json.dumps(schema), PROD: layer}, ["schema-violation"]
    )
    assert report.faults == ()
    assert places(report) == ([] if doubt else [f"{PROD}:1:13 schema-violation"])
    assert [doubt in one.reason for one in report.undecided if doubt] == [True] * bool(doubt)

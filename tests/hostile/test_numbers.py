"""Numbers that Python refuses to read, and patterns and addresses that a library fails on instead of refusing."""

from __future__ import annotations

import pytest

from tests.support.attempts import CONTRACT, ENV, Attempt, Scene, application

HUGE = "9" * 5000
_CHART = "deploy/charts/web-app/"
_ABOUT = {f"{_CHART}Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", ENV: "a: 5\n"}
_OWN = 'layers:\n- {role: release, path: "deploy/env/release-{env}/{app}.yaml"}\n'
_LAYER = CONTRACT + _OWN + '- {role: env, path: "deploy/env/{env}/{app}.yaml", json_schema: s.json}\n'


def policy(schema: str) -> str:
    """Return a contract with a policy that is a JSON Schema."""
    return f"{CONTRACT}policies:\n- {{name: own, level: error, summary: x, schema: {schema}}}\n"


ATTEMPTS = {
    "a version of the contract beyond 64 bits": Attempt(
        dict, 2, "1:10: version must be a number that is not that large", "version: 288880000000000000000000000\n"
    ),
    "a version of the contract of thousands of digits": Attempt(dict, 2, "version must be 1", f"version: {HUGE}\n"),
    "a number of thousands of digits in a baseline": Attempt(
        lambda: {"b.json": f'{{"version": {HUGE}}}'},
        2,
        "holds a number that is far too large",
        CONTRACT + "baseline: b.json\n",
    ),
    "a number of thousands of digits in a configuration of gitleaks": Attempt(
        lambda: {"g.toml": f"a = {HUGE}\n"},
        2,
        "a number that is far too large",
        CONTRACT + "secrets: {gitleaks: g.toml}\n",
    ),
    "a configuration of gitleaks nested five thousand deep": Attempt(
        lambda: {"g.toml": "a = " + "[" * 5000},
        2,
        "it is nested too deeply",
        CONTRACT + "secrets: {gitleaks: g.toml}\n",
    ),
    "a number of thousands of digits in package.json": Attempt(
        lambda: {"package.json": f'{{"workspaces": ["apps/*"], "version": {HUGE}}}', "apps/shop/a.ts": ""},
        0,
        "no findings",
    ),
    "a number of thousands of digits in the schema of a chart": Attempt(
        lambda: {**_ABOUT, f"{_CHART}values.schema.json": f'{{"maximum": {HUGE}}}'}, 1, "is not JSON"
    ),
    "a number beyond all numbers in the schema of a layer": Attempt(
        lambda: {**_ABOUT, "s.json": '{"properties": {"a": {"minimum": 1e999}}}'}, 1, "'a' must be at least inf", _LAYER
    ),
    "a divisor next to nothing": Attempt(
        lambda: {**_ABOUT, "s.json": '{"properties": {"a": {"multipleOf": 1e-308}}}'}, 1, "'multipleOf'", _LAYER
    ),
    "a repetition of thousands of digits": Attempt(
        dict, 2, "the pattern cannot be used: it is too large", policy(f'{{pattern: "a{{{HUGE}}}"}}')
    ),
    "a repetition that Python cannot count": Attempt(
        dict, 2, "the pattern cannot be used: it is too large", policy('{pattern: "a{99999999999}"}')
    ),
    "a repetition that Python cannot count in the schema of a layer": Attempt(
        lambda: {**_ABOUT, "s.json": '{"properties": {"a": {"type": "string", "pattern": "a{99999999999}"}}}'},
        1,
        "'a' must be a text",
        _LAYER,
    ),
    "a place in a list of thousands of digits": Attempt(
        dict, 2, "$ref must lead to a place in the same schema", policy(f'{{$ref: "#/allOf/{HUGE}"}}')
    ),
    "a place that has only a name": Attempt(
        dict, 2, "$ref must lead to a place in the same schema", policy('{properties: {a: {$ref: "#none"}}}')
    ),
    "a reference into another part of the schema": Attempt(
        lambda: _ABOUT,
        0,
        "its schema refers to '/$defs/whole', which is not there",
        policy(
            '{properties: {a: {$id: "http://x/", allOf: [{$ref: "#/$defs/whole"}]}}, $defs: {whole: {type: string}}}'
        ),
    ),
    "a schema of a chart whose address is none": Attempt(
        lambda: {**_ABOUT, f"{_CHART}values.schema.json": '{"$id": "http://[", "properties": {"a": {"$ref": "x"}}}'},
        1,
        "has a '$id' that is no address",
    ),
    "a schema of a layer whose address is none": Attempt(
        lambda: {**_ABOUT, "s.json": '{"$id": "http://[", "properties": {"a": {"$ref": "x"}}}'},
        0,
        "has a '$id' that is no address",
        _LAYER,
    ),
    "three thousand images of an app": Attempt(
        dict,
        2,
        "`images` has 3000 entries, and 100 are the most",
        CONTRACT + "images: [" + ", ".join(f"{{tag: a{n}.tag}}" for n in range(3000)) + "]\n",
    ),
    "a values file with a NUL byte in its name": Attempt(
        lambda: {"deploy/argocd/apps/dev/shop.yaml": application('["../../env/dev/shop.yaml\\0"]')},
        1,
        "missing-value-file",
    ),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_number(attempt: Attempt, scene: Scene) -> None:
    """None of them is a fault of ours: it is said what is wrong, and where."""
    scene.write({".gitopslint.yaml": attempt.contract, **attempt.files()})
    code, out, err = scene.run("check")
    assert attempt.says in out + err
    assert code == attempt.code

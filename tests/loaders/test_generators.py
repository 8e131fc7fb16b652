"""Generators of ApplicationSets that combine, filter and override what others make."""

from __future__ import annotations

import pytest

from tests.loaders.test_applicationsets import NAMED, made, names

ENVS = "list: {elements: [{env: dev, rev: a}, {env: stage, rev: a}, {env: prod, rev: a}]}"
GO = "goTemplate: true\n"

# Generators, what stands beside them, the name, and the names that are made.
MADE = {
    "a merge": (
        f"- merge: {{mergeKeys: [env], generators: [{{{ENVS}}}, {{list: {{elements: [{{env: prod, rev: b}}, {{env: x}}]}}}}]}}",
        "",
        "{{env}}-{{rev}}",
        ["dev-a", "stage-a", "prod-b"],
    ),
    "a merge of nested values": (
        """
- merge:
    mergeKeys: [k]
    generators: [{list: {elements: [{k: 1, v: {a: x, b: y}}]}}, {list: {elements: [{k: 1, v: {b: z}}]}}]
""",
        GO,
        "{{ .v.a }}{{ .v.b }}",
        ["xz"],
    ),
    "labels that match": (f"- {ENVS}\n  selector: {{matchLabels: {{env: prod}}}}", "", "{{env}}", ["prod"]),
    "one of several": (
        f"- {ENVS}\n  selector: {{matchExpressions: [{{key: env, operator: In, values: [dev, prod]}}]}}",
        "",
        "{{env}}",
        ["dev", "prod"],
    ),
    "none of several": (
        f"- {ENVS}\n  selector: {{matchExpressions: [{{key: env, operator: NotIn, values: [dev]}}]}}",
        "",
        "{{env}}",
        ["stage", "prod"],
    ),
    "a label that is there": (
        "- list: {elements: [{a: 1, v: {x: 1}}, {a: 2}]}\n  selector: {matchExpressions: [{key: v.x, operator: Exists}]}",
        GO,
        "n{{ .a }}",
        ["n1"],
    ),
    "a template of its own": (
        """
- list: {elements: [{env: dev}], template: {metadata: {name: 'own-{{env}}'}, spec: {}}}
- list: {elements: [{env: prod}]}
""",
        "",
        "{{env}}",
        ["own-dev", "prod"],
    ),
    "functions": (f"- {ENVS}", GO, "{{ .env | upper }}{{ if eq .env `prod` }}!{{ end }}", ["DEV", "STAGE", "PROD!"]),
    "a list over what came before": (
        "- matrix: {generators: [{list: {elements: [{a: x}]}}, {list: {elements: [{b: '{{a}}y'}]}}]}",
        "",
        "{{b}}",
        ["xy"],
    ),
    "booleans of nested values": ("- list: {elements: [{v: {ok: true, c: 2}}]}", "", "{{v.ok}}{{v.c}}", ["true2"]),
    "the same for Go": ("- list: {elements: [{v: {ok: true, c: 2}}]}", GO, "{{.v.ok}}{{.v.c}}", ["true2"]),
}


@pytest.mark.parametrize(("generators", "more", "name", "expected"), MADE.values(), ids=MADE)
def test_made(generators: str, more: str, name: str, expected: list[str]) -> None:
    """Each makes these Applications, and leaves nothing open."""
    wiring = made(generators, NAMED.replace("NAME", name.replace("'", "''")), more)
    assert names(wiring) == expected
    assert wiring.undecidable == ()


def test_another_repository() -> None:
    """What a git generator finds elsewhere, nobody knows here."""
    wiring = made(
        "- git: {repoURL: 'https://x/other.git', directories: [{path: 'teams/*'}]}", NAMED.replace("NAME", "x")
    )
    assert names(wiring) == []
    (one,) = wiring.undecidable
    assert one.reason == "its git generator reads 'x/other', which is not known to be this repository"

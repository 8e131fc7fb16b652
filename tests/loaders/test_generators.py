"""Generators of ApplicationSets that combine, filter and override what others make."""

from __future__ import annotations

import pytest

from gitopslint.loaders.survey import survey
from tests.loaders.test_applicationsets import NAMED, made, names
from tests.support.runs import MemoryTree

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


def test_annotations_are_left_out() -> None:
    """What is computed there says nothing of what is loaded."""
    template = NAMED.replace(
        "{name: 'NAME'}", "{name: x, annotations: {a: '{{ .a | sha256sum }}'}, labels: {b: '{{ .z }}'}}"
    )
    wiring = made("- list: {elements: [{a: b}]}", template, GO)
    assert (names(wiring), wiring.undecidable) == (["x"], ())


def test_another_repository() -> None:
    """What a git generator finds elsewhere, nobody knows here."""
    wiring = made(
        "- git: {repoURL: 'https://x/other.git', directories: [{path: 'teams/*'}]}", NAMED.replace("NAME", "x")
    )
    assert names(wiring) == []
    (one,) = wiring.undecidable
    assert one.reason == "its git generator reads 'x/other', which is not known to be this repository"


def test_init_takes_no_file_of_a_generator_for_values() -> None:
    """It says which Applications there are."""
    files = {
        f"apps/{app}/{env}/{file}.yaml": text
        for app in ("shop", "blog")
        for env in ("dev", "prod")
        for file, text in (("values", "image: {repository: r, tag: '1'}\n"), ("config", f"app: {app}\n"))
    }
    files["argo/apps.yaml"] = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: apps}\nspec:\n  generators:\n"
        "  - matrix: {generators: [{git: {files: [{path: 'apps/*/config.yaml'}]}}, {clusters: {}}]}\n"
    )
    found = survey(MemoryTree(files), None, "", "app")
    assert [layer.path for layer in found.layers] == ["apps/{app}/{env}/values.yaml"]
    assert found.exclude == ()


def test_init_says_what_it_could_not_follow() -> None:
    """What only the cluster knows is named, with its file and the reason, so that nobody takes the proposal for whole."""
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: apps}\nspec:\n"
        "  generators: [{clusters: {}}]\n  template: {metadata: {name: x}, spec: {source: {repoURL: r, path: a}}}\n"
    )
    (note,) = survey(MemoryTree({"argo/apps.yaml": text}), None, "", "app").notes
    assert note.startswith("apps in argo/apps.yaml could not be followed: ")

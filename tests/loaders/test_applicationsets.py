"""ApplicationSets: what can be decided offline is made, everything else is named with its reason."""

from __future__ import annotations

import textwrap

import pytest

from gitopslint.loaders.wiring import Wiring
from tests.support.argocd import URL, loads, wiring_of
from tests.support.runs import CLEAN, check_files

FILES = {path: text for path, text in CLEAN.items() if isinstance(text, str)} | {
    "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 0.1.0\n",
    "teams/a/.hidden/x.yaml": "x: 1\n",
    "teams/a/one/config.yaml": "env: dev\nchart: {name: web-app}\n",
    "teams/b/two/config.yaml": "- {env: prod}\n- {env: dev}\n",
}
TEMPLATE = (
    """
metadata: {name: 'shop-{{env}}'}
spec:
  source:
    repoURL: URL
    path: deploy/charts/web-app
    helm:
      valueFiles: ['../../env/release-{{env}}/shop.yaml', '../../env/{{env}}/shop.yaml']
  syncPolicy: {automated: {selfHeal: HEAL}}
""".replace("URL", URL)
    .replace("    ", "    ")
    .replace("{selfHeal: HEAL}", "{}")
)


def made(generators: str, template: str = TEMPLATE, more: str = "") -> Wiring:
    """Return what an ApplicationSet makes."""
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: apps}\nspec:\n"
        + textwrap.indent(textwrap.dedent(more), "  ")
        + "  generators:\n"
        + textwrap.indent(textwrap.dedent(generators).strip("\n"), "  ")
        + "\n  template:\n"
        + textwrap.indent(template, "    ")
    )
    return wiring_of(FILES | {"argo/apps.yaml": text})


def names(wiring: Wiring) -> list[str]:
    """Return the names of the Applications."""
    return [one.name for one in wiring.applications]


NAMED = "metadata: {name: 'NAME'}\nspec: {source: {repoURL: r, path: deploy/charts/web-app}}\n"

# Generators, the name in the template, and the names that are made.
MADE = {
    "a list": ("- list: {elements: [{env: dev}, {env: prod}]}", "x-{{env}}", ["x-dev", "x-prod"]),
    "numbers and booleans as text": ("- list: {elements: [{k: 1, b: true}]}", "{{k}}-{{b}}", ["1-true"]),
    "nested values": ("- list: {elements: [{values: {a: b}}]}", "{{values.a}}", ["b"]),
    "an unknown name stays": ("- list: {elements: [{env: dev}]}", "{{nope}}", ["{{nope}}"]),
    "two generators": ("- list: {elements: [{env: a}]}\n- list: {elements: [{env: b}]}", "{{env}}", ["a", "b"]),
    "folders": (
        "- git: {repoURL: r, directories: [{path: 'teams/*/*'}]}",
        "{{path}} {{path.basename}} {{path[1]}}",
        ["teams/a/one one a", "teams/b/two two b"],
    ),
    "folders but one, wherever it is excluded": (
        "- git: {repoURL: r, directories: [{path: teams/a/one, exclude: true}, {path: 'teams/*/*'}]}",
        "{{path.basename}}",
        ["two"],
    ),
    "a star stays in one folder": (
        "- git: {repoURL: r, directories: [{path: 'teams/*'}]}",
        "{{path}}",
        ["teams/a", "teams/b"],
    ),
    "files and their content": (
        "- git: {repoURL: r, files: [{path: 'teams/*/config.yaml'}]}",
        "{{path.basename}}-{{env}}-{{path.filename}}",
        ["one-dev-config.yaml", "two-prod-config.yaml", "two-dev-config.yaml"],
    ),
    "with a prefix": (
        "- git: {repoURL: r, pathParamPrefix: my, directories: [{path: 'teams/a/*'}]}",
        "{{my.path.basename}} {{my.path[0]}}",
        ["one teams"],
    ),
    "with null for a prefix, which is none": (
        "- git: {repoURL: r, pathParamPrefix: null, directories: [{path: 'teams/a/*'}]}",
        "{{path.basename}}",
        ["one"],
    ),
    "null for a path is no path": (
        "- git: {repoURL: r, directories: [{path: null}, {path: 'teams/a/*'}]}",
        "{{path.basename}}",
        ["one"],
    ),
    "extra values": ("- git: {repoURL: r, values: {k: v}, directories: [{path: 'teams/a/*'}]}", "{{values.k}}", ["v"]),
    "extra values that are templates": (
        "- git: {repoURL: r, values: {k: 'x-{{path.basename}}'}, directories: [{path: 'teams/*/*'}]}",
        "{{values.k}}",
        ["x-one", "x-two"],
    ),
    "a matrix": (
        "- matrix:\n    generators:\n    - list: {elements: [{env: dev}, {env: prod}]}\n    - list: {elements: [{k: 1}, {k: 2}]}",
        "{{env}}{{k}}",
        ["dev1", "dev2", "prod1", "prod2"],
    ),
    "a matrix whose second part uses the first": (
        "- matrix:\n    generators:\n    - list: {elements: [{team: a}, {team: b}]}\n    - git: {repoURL: r, directories: [{path: 'teams/{{team}}/*'}]}",
        "{{team}}-{{path.basename}}",
        ["a-one", "b-two"],
    ),
}


@pytest.mark.parametrize(("generators", "name", "expected"), MADE.values(), ids=MADE)
def test_made(generators: str, name: str, expected: list[str]) -> None:
    """Each set of generators makes these Applications, and leaves nothing open."""
    wiring = made(generators, NAMED.replace("NAME", name))
    assert names(wiring) == expected
    assert wiring.undecidable == ()


GO = {
    "a field": ("{{ .env }}", ["dev"]),
    "trimmed": ("{{- .env -}}", ["dev"]),
    "a field further down": ("{{ .chart.name }}", ["web-app"]),
    "the path": ("{{.path.basename}} {{ .path.path }}", ["one teams/a/one"]),
    "a segment": ("{{ index .path.segments 1 }}", ["a"]),
}


@pytest.mark.parametrize(("name", "expected"), GO.values(), ids=GO)
def test_go_templates(name: str, expected: list[str]) -> None:
    """Plain fields of a Go template are filled in."""
    wiring = made(
        "- git: {repoURL: r, files: [{path: teams/a/one/config.yaml}]}",
        NAMED.replace("NAME", name),
        "goTemplate: true\n",
    )
    assert names(wiring) == expected


def test_values_in_go_templates() -> None:
    """What a generator adds under `values` is a template over what it found, and a field of the next one."""
    wiring = made(
        "- git: {repoURL: r, directories: [{path: 'teams/*/*'}], values: {app: '{{ index .path.segments 1 }}', k: v}}",
        NAMED.replace("NAME", "{{ .values.app }}-{{ .values.k }}-{{ .path.basename }}"),
        "goTemplate: true\n",
    )
    assert names(wiring) == ["a-v-one", "b-v-two"]
    assert wiring.undecidable == ()


# Generators, what stands beside them, the name, and the reason.
OPEN = {
    "clusters": ("- clusters: {}", "", "x", "the generator 'clusters' asks a cluster or a server"),
    "pull requests": ("- pullRequest: {github: {}}", "", "x", "the generator 'pullRequest' asks"),
    "a merge of one": ("- merge: {mergeKeys: [a], generators: [{list: {}}]}", "", "x", "two generators or more"),
    "a merge of twins": (
        "- merge: {mergeKeys: [a], generators: [{list: {elements: [{a: b}, {a: b}]}}, {list: {}}]}",
        "",
        "x",
        "two of its parameters have the same mergeKeys",
    ),
    "a patch": ("- list: {elements: [{a: b}]}", "templatePatch: '{}'\n", "x", "a templatePatch may change"),
    "a template as elements": ("- list: {elementsYaml: '{{ x }}'}", "", "x", "elementsYaml is a template"),
    "a computed name": (
        "- list: {elements: [{a: b}]}",
        "goTemplate: true\n",
        "{{ .a | sha256sum }}",
        "calls 'sha256sum', which is not known here",
    ),
    "an unknown field": (
        "- list: {elements: [{a: b}]}",
        "goTemplate: true\n",
        "{{ .z }}",
        ".z is not among its parameters",
    ),
    "extra values that see each other": (
        "- git: {repoURL: r, values: {a: b, c: '{{ .values.a }}'}, directories: [{path: 'teams/a/*'}]}",
        "goTemplate: true\n",
        "x",
        ".values.a is not among its parameters",
    ),
    "half a matrix": ("- matrix: {generators: [{list: {elements: []}}]}", "", "x", "exactly two generators"),
    "a broken file": ("- git: {repoURL: r, files: [{path: 'bro*'}]}", "", "x", "broken.yaml is not readable"),
    "too many": ("- list: {elements: [" + "{a: b}, " * 1001 + "]}", "", "x", "more than 1000 Applications"),
}


@pytest.mark.parametrize(("generators", "more", "name", "reason"), OPEN.values(), ids=OPEN)
def test_left_open(generators: str, more: str, name: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody can know offline is undecided, with the reason and its place."""
    monkeypatch.setitem(FILES, "broken.yaml", "a: [\n")
    wiring = made(generators, NAMED.replace("NAME", name), more)
    (one,) = wiring.undecidable
    assert reason in one.reason
    assert one.span.path == "argo/apps.yaml"


def test_made_applications_are_like_written_ones() -> None:
    """They load layers, know app and environment, and their values have places in the ApplicationSet."""
    wiring = made("- list: {elements: [{env: dev}, {env: prod}]}")
    assert [(one.name, one.app, one.environment, one.ours) for one in wiring.applications] == [
        ("shop-dev", "shop", "dev", True),
        ("shop-prod", "shop", "prod", True),
    ]
    assert loads(wiring.applications[0]) == ["deploy/env/release-dev/shop.yaml", "deploy/env/dev/shop.yaml"]
    assert wiring.applications[0].generator == "apps"


def test_open_sets_are_undecided_in_the_report() -> None:
    """An ApplicationSet that asks a cluster leaves the rules about Applications, and unwired layers, undecided."""
    text = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: apps}\nspec:\n"
        "  generators: [{clusters: {}}]\n  template: {spec: {}, metadata: {name: x}}\n"
    )
    report = check_files(CLEAN | {"argo/apps.yaml": text})
    assert report.findings == ()
    rules = {rule for one in report.undecided for rule in one.rules}
    assert {"unwired-layer", "missing-value-file", "crossed-layers"} <= rules

"""Applications that are not here as Argo CD gets them are undecided, and so is what they may load."""

from __future__ import annotations

import pytest

from gitopslint.loaders.survey import survey
from tests.support.argocd import URL, application, chart_source, loads, only, wiring_of
from tests.support.runs import MemoryTree

CHART = "apiVersion: v2\nname: apps\nversion: 0.1.0\n"
WHOLE = application(chart_source(), name="shop")
PART = application("helm: {valueFiles: [dev.yaml]}", name="shop")
BASE = {"base/shop.yaml": WHOLE, "base/kustomization.yaml": "resources: [shop.yaml]\n"}


def overlay(patches: str) -> dict[str, str]:
    """Return a base with an overlay that patches it."""
    return BASE | {"over/kustomization.yaml": f"resources: [../base]\npatches:\n{patches}"}


# Files, and why each Application in them is not known.
PARTS = {
    "a template of a chart": (
        {"apps/Chart.yaml": CHART, "apps/templates/shop.yaml": WHOLE.replace("shop", "{{ .Release.Name }}")},
        ["a template of a chart makes Applications, and what they load is not known before it is rendered"],
    ),
    "a patch, and what it patches": (
        BASE | {"over/shop.yaml": PART},
        ["over/shop.yaml patches it", "it has no repoURL, so it is a patch of kustomize"],
    ),
    "a patch by kind": (
        overlay("- {target: {kind: Application}, path: p.yaml}\n"),
        ["over/kustomization.yaml patches it"],
    ),
    "a patch by name": (
        overlay("- {target: {kind: Application, name: shop}, patch: '[]'}\n"),
        ["over/kustomization.yaml patches it"],
    ),
    "a patch that is written there": (
        overlay("- patch: |-\n    kind: Application\n    metadata:\n      name: shop\n"),
        ["over/kustomization.yaml patches it"],
    ),
}


@pytest.mark.parametrize(("files", "expected"), PARTS.values(), ids=PARTS)
def test_not_known(files: dict[str, str], expected: list[str]) -> None:
    """Nothing is made of them, and each says why."""
    wiring = wiring_of(files)
    assert wiring.applications == ()
    assert [one.reason for one in wiring.undecidable] == expected


WHOLES = {
    "another one is patched": overlay("- {target: {kind: Application, name: blog}, path: p.yaml}\n"),
    "another kind is patched": overlay("- {target: {kind: AppProject}, patch: 'Application'}\n"),
    "others are patched": {
        "else/shop.yaml": WHOLE,
        "over/kustomization.yaml": "resources: [../base]\npatches: [{target: {kind: Application}}]\n",
    },
    "no Application in a template": {
        "argo/shop.yaml": WHOLE,
        "c/Chart.yaml": CHART,
        "c/templates/x.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\n# Application\n",
    },
}


@pytest.mark.parametrize("files", WHOLES.values(), ids=WHOLES)
def test_known(files: dict[str, str]) -> None:
    """What does not concern an Application leaves it as it is."""
    wiring = wiring_of(files)
    assert [one.name for one in wiring.applications] == ["shop"]
    assert wiring.undecidable == ()


def test_a_list() -> None:
    """Applications in a `List`, as `kubectl get -o yaml` writes them, are read one by one."""
    items = "\n".join("- " + application(chart_source(), name=name).replace("\n", "\n  ") for name in ("a", "b"))
    wiring = wiring_of({"argo/all.yaml": f"apiVersion: v1\nkind: List\nitems:\n{items}\n"})
    assert [one.name for one in wiring.applications] == ["a", "b"]


def test_a_dry_source() -> None:
    """What the hydrator renders is loaded from its dry source."""
    text = application(chart_source("/values.yaml")).replace("  source:", "  sourceHydrator:\n   drySource:")
    assert loads(only(wiring_of({"argo/a.yaml": text, "values.yaml": "a: 1\n", "deploy/charts/web-app/x": ""}))) == [
        "values.yaml"
    ]


def test_init_keeps_what_templates_may_load() -> None:
    """Files beside those that Applications load are no strangers where others cannot be followed."""
    files = {f"envs/{env}/{app}.yaml": "image: {repository: r, tag: '1'}\n" for env in ("dev", "prod") for app in "ab"}
    files |= {
        f"argo/{env}.yaml": application(f"repoURL: {URL}\npath: web\nhelm: {{valueFiles: [/envs/{env}/a.yaml]}}")
        for env in ("dev", "prod")
    }
    files |= {"web/Chart.yaml": CHART, "apps/Chart.yaml": CHART, "apps/templates/b.yaml": WHOLE}
    found = survey(MemoryTree(files), None, "", "app")
    assert found.apps == ("a", "b")
    assert found.exclude == ()


def test_the_top_of_another_repository() -> None:
    """Every repository has a top: that an Application deploys one does not make it this one."""
    text = application("repoURL: https://x/other.git\npath: .\nhelm: {valueFiles: [values-prod.yaml]}")
    assert loads(only(wiring_of({"argo/a.yaml": text}))) == ["'x/other' is not known to be this repository"]
    files = {"argo/a.yaml": text, "Chart.yaml": CHART, "values-prod.yaml": "a: 1\n"}
    assert loads(only(wiring_of(files))) == ["values-prod.yaml"]

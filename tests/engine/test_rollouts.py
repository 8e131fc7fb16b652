"""What a change rolls out is judged on merged values."""

from __future__ import annotations

import pytest

from gitopslint.engine.rollouts import Rollouts
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract, ImageKeys, LayerPath

CHART = "deploy/charts/web-app"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-dev}
spec:
  destination: {namespace: shop-dev, server: 'https://kubernetes.default.svc'}
  source:
    repoURL: https://git.example.com/shop.git
    targetRevision: main
    path: deploy/charts/web-app
    helm:
      valueFiles:
      - ../../env/release-dev/shop.yaml
      - ../../env/dev/shop.yaml
  syncPolicy:
    automated: {selfHeal: false}
"""
BASE = {
    f"{CHART}/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 1.0.0\n",
    f"{CHART}/values.yaml": "replicas: 1\nimage: {repository: '', tag: ''}\n",
    f"{CHART}/templates/deployment.yaml": "kind: Deployment\n",
    f"{CHART}/README.md": "A chart\n",
    "deploy/env/release-dev/shop.yaml": "image:\n  repository: registry.example.com/shop\n  tag: a1b2c3d-r1\n",
    "deploy/env/dev/shop.yaml": "env: {APP_ENV: dev, DEBUG: '1'}\nreplicas: 2\n",
    "deploy/env/release-prod/shop.yaml": "image: {repository: registry.example.com/shop, tag: a1b2c3d-r1}\n",
    "deploy/env/prod/shop.yaml": "env: {APP_ENV: prod}\nreplicas: 3\n",
    "deploy/argocd/apps/dev/shop.yaml": APPLICATION,
}
CASES: dict[str, tuple[dict[str, str | None], list[str]]] = {
    "nothing": ({}, []),
    "a comment": ({"deploy/env/dev/shop.yaml": "# Hello\n" + BASE["deploy/env/dev/shop.yaml"]}, []),
    "another order, other quotes": (
        {"deploy/env/dev/shop.yaml": 'replicas: 2\nenv:\n  DEBUG: "1"\n  APP_ENV: dev\n'},
        [],
    ),
    "a number that becomes a text": (
        {"deploy/env/dev/shop.yaml": "env: {APP_ENV: dev, DEBUG: '1'}\nreplicas: '2'\n"},
        ["shop dev env replicas deploy/env/dev/shop.yaml:2:11"],
    ),
    "a tag": (
        {"deploy/env/release-dev/shop.yaml": BASE["deploy/env/release-dev/shop.yaml"].replace("a1b2c3d", "e4f5a6b")},
        ["shop dev release image.tag 'a1b2c3d-r1' → 'e4f5a6b-r1' deploy/env/release-dev/shop.yaml:3:8"],
    ),
    "a value that is gone": (
        {"deploy/env/dev/shop.yaml": "env: {APP_ENV: dev}\nreplicas: 2\n"},
        ["shop dev env env.DEBUG is gone deploy/env/dev/shop.yaml:1:21 before"],
    ),
    "a default that another layer hides": (
        {f"{CHART}/values.yaml": "replicas: 5\nimage: {repository: '', tag: ''}\n"},
        [],
    ),
    "a default that shows": (
        {f"{CHART}/values.yaml": BASE[f"{CHART}/values.yaml"] + "probes: true\n"},
        [
            f"shop dev chart probes is new {CHART}/values.yaml:3:9",
            f"shop prod chart probes is new {CHART}/values.yaml:3:9",
        ],
    ),
    "a template": (
        {f"{CHART}/templates/deployment.yaml": "kind: StatefulSet\n"},
        [
            f"shop dev chart templates/deployment.yaml changes {CHART}/templates/deployment.yaml:1:1",
            f"shop prod chart templates/deployment.yaml changes {CHART}/templates/deployment.yaml:1:1",
        ],
    ),
    "a template that is gone": (
        {f"{CHART}/templates/deployment.yaml": None},
        [
            f"shop dev chart templates/deployment.yaml is removed {CHART}/templates/deployment.yaml:1:1 before",
            f"shop prod chart templates/deployment.yaml is removed {CHART}/templates/deployment.yaml:1:1 before",
        ],
    ),
    "the readme of a chart": ({f"{CHART}/README.md": "The chart\n"}, []),
    "a comment in Chart.yaml": ({f"{CHART}/Chart.yaml": "# Ours\n" + BASE[f"{CHART}/Chart.yaml"]}, []),
    "a template of a chart beside it that it does not depend on": (
        {"deploy/charts/other/templates/a.yaml": "a: 1\n"},
        [],
    ),
    "a source of the app": ({"apps/shop/page.ts": "export {}\n"}, []),
    "the same values in another order of files": (
        {
            "deploy/argocd/apps/dev/shop.yaml": APPLICATION.replace(
                "      - ../../env/release-dev/shop.yaml\n      - ../../env/dev/shop.yaml\n",
                "      - ../../env/dev/shop.yaml\n      - ../../env/release-dev/shop.yaml\n",
            )
        },
        [],
    ),
    "a values file less": (
        {"deploy/argocd/apps/dev/shop.yaml": APPLICATION.replace("      - ../../env/dev/shop.yaml\n", "")},
        [
            f"shop dev chart replicas {CHART}/values.yaml:1:11",
            "shop dev env env is gone deploy/env/dev/shop.yaml:1:1 before",
        ],
    ),
    "a parameter": (
        {
            "deploy/argocd/apps/dev/shop.yaml": APPLICATION.replace(
                "      valueFiles:", "      parameters: [{name: replicas, value: '4'}]\n      valueFiles:"
            )
        },
        ["shop dev values replicas deploy/argocd/apps/dev/shop.yaml:11:44"],
    ),
    "the sync policy": (
        {"deploy/argocd/apps/dev/shop.yaml": APPLICATION.replace("selfHeal: false", "selfHeal: true")},
        ["shop dev application spec.syncPolicy.automated.selfHeal deploy/argocd/apps/dev/shop.yaml:15:27"],
    ),
    "the tracked revision": (
        {"deploy/argocd/apps/dev/shop.yaml": APPLICATION.replace("targetRevision: main", "targetRevision: v2")},
        ["shop dev application spec.source.targetRevision deploy/argocd/apps/dev/shop.yaml:8:21"],
    ),
    "an annotation of the Application": (
        {
            "deploy/argocd/apps/dev/shop.yaml": APPLICATION.replace(
                "{name: shop-dev}", "{name: shop-dev, annotations: {team: web}}"
            )
        },
        [],
    ),
    "an app enters an environment": (
        {"deploy/env/release-dev/cart.yaml": "image: {tag: a1b2c3d}\n", "deploy/env/dev/cart.yaml": "replicas: 1\n"},
        ["cart dev new the app enters the environment deploy/env/dev/cart.yaml:1:1"],
    ),
    "an app leaves an environment": (
        {"deploy/env/release-prod/shop.yaml": None, "deploy/env/prod/shop.yaml": None},
        ["shop prod removed the app leaves the environment deploy/env/prod/shop.yaml:1:1 before"],
    ),
    "a layer that Helm refuses": (
        {"deploy/env/prod/shop.yaml": "env: [\n"},
        ["shop prod undecided the values are not known: a layer is not readable deploy/env/prod/shop.yaml:1:1"],
    ),
}


@pytest.mark.parametrize(("changes", "expected"), CASES.values(), ids=CASES)
def test_rollouts(changes: dict[str, str | None], expected: list[str]) -> None:
    """Each reason says what changes and where; what leads to the same values is none."""
    files = {path: text for path, text in (BASE | changes).items() if text is not None}
    assert told(BASE, files) == expected


def test_a_secret_is_not_shown() -> None:
    """Values are named, and only those of images are quoted."""
    before = BASE | {"deploy/env/dev/shop.yaml": "env: {TOKEN: opensesame}\n"}
    after = BASE | {"deploy/env/dev/shop.yaml": "env: {TOKEN: swordfish}\n"}
    (reason,) = told(before, after)
    assert reason == "shop dev env env.TOKEN deploy/env/dev/shop.yaml:1:14"


def test_the_same_broken_layer() -> None:
    """What nobody can tell, but what did not change either, is no rollout."""
    before = BASE | {"deploy/env/prod/shop.yaml": "env: [\n"}
    assert told(before, before | {"docs/index.md": "Hello"}) == []


def test_another_layout() -> None:
    """The same values in other files, under another contract, are no rollout."""
    moved = {
        path.replace("deploy/env/dev/", "values/dev-").replace("deploy/env/prod/", "values/prod-"): text.replace(
            "../../env/dev/shop", "../../../values/dev-shop"
        )
        for path, text in BASE.items()
    }
    contract = Contract(
        layers=tuple(
            type(layer)(layer.role, layer.path.replace("deploy/env/{env}/", "values/{env}-"), layer.required)
            if layer.role == "env"
            else layer
            for layer in Contract().layers
        )
    )
    assert told(BASE, moved, contract) == []


def test_a_chart_beside_that_the_chart_depends_on() -> None:
    """Argo CD puts a dependency on a chart of the same repository into the chart before it renders."""
    needs = "dependencies: [{name: base, version: 1.0.0, repository: 'file://../base'}]\n"
    before = BASE | {
        f"{CHART}/Chart.yaml": BASE[f"{CHART}/Chart.yaml"] + needs,
        "deploy/charts/base/Chart.yaml": "apiVersion: v2\nname: base\nversion: 1.0.0\n",
        "deploy/charts/base/templates/service.yaml": "kind: Service\n",
    }
    after = before | {"deploy/charts/base/templates/service.yaml": "kind: Service # Hello\n"}
    assert told(before, after) == [
        f"shop {environment} chart templates/service.yaml changes deploy/charts/base/templates/service.yaml:1:1"
        for environment in ("dev", "prod")
    ]


def test_the_image_of_another_environment() -> None:
    """In one file for all environments a release rolls out its own environment alone."""
    contract = Contract(
        layers=(LayerPath("release", "apps/{app}.yaml"),),
        images=(ImageKeys(repository="{env}.repository", tag="{env}.tag", digest=None),),
    )
    text = "dev: {repository: r.example.com/shop, tag: a}\nprod: {repository: r.example.com/shop, tag: a}\n"
    before, after = ({"apps/shop.yaml": one} for one in (text, text.replace("tag: a", "tag: b", 1)))
    assert told(before, after, contract, contract) == ["shop dev release dev.tag 'a' → 'b' apps/shop.yaml:1:44"]


def test_a_chart_at_the_root() -> None:
    """Where the chart is the repository, only what Helm reads counts: not sources, not workflows."""
    layers = tuple(
        type(layer)(layer.role, layer.path.replace(f"{CHART}/", ""), layer.required) for layer in Contract().layers
    )
    before = {path.replace(f"{CHART}/", ""): text for path, text in BASE.items() if "argocd" not in path}
    after = before | {"apps/shop/a.ts": "", ".gitlab-ci.yml": "a: b", "templates/deployment.yaml": "kind: Job\n"}
    expected = "chart templates/deployment.yaml changes templates/deployment.yaml:1:1"
    contract = Contract(layers=layers)
    assert told(before, after, contract, contract) == [f"shop {one} {expected}" for one in ("dev", "prod")]


@pytest.mark.parametrize("differs", [False, True])
def test_a_chart_that_moves(differs: bool) -> None:
    """A chart in another folder is a rollout when it is another chart."""
    contract = Contract(
        layers=tuple(
            type(layer)(layer.role, layer.path.replace(CHART, "charts/web"), layer.required)
            for layer in Contract().layers
        )
    )
    before = {path: text for path, text in BASE.items() if "argocd" not in path}
    after = {path.replace(CHART, "charts/web"): text for path, text in before.items()}
    if differs:
        after["charts/web/templates/deployment.yaml"] = "kind: StatefulSet\n"
    expected = f"chart charts/web takes the place of {CHART}, and differs charts/web/Chart.yaml:1:1"
    assert told(before, after, contract) == [f"shop {one} {expected}" for one in ("dev", "prod") if differs]


def told(
    before: dict[str, str],
    after: dict[str, str],
    contract: Contract | None = None,
    earlier: Contract | None = None,
) -> list[str]:
    """Return the rollouts between two states in one line for each reason."""
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    then, now = Product(MemoryTree(before), earlier or Contract()), Product(MemoryTree(after), contract or Contract())
    return sorted(
        f"{one.app} {one.environment} {reason.kind} {reason.detail} {reason.span}{' before' if reason.before else ''}"
        for one in Rollouts(then, now, changed).all()
        for reason in one.reasons
    )

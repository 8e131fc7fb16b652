"""Situations that no example of a rule shows, by family: what is said about them stands in `tests/checks/said/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitopslint.engine.pairs import PairExample, check_pair
from gitopslint.model.finding import Report
from tests.support.argocd import application, chart_source
from tests.support.runs import CLEAN, check_files, contract_of

Files = Mapping[str, str | bytes | None]


class Product(NamedTuple):
    """Files over the clean repository, and the rules that look at them."""

    files: Files
    rules: tuple[str, ...]

    def report(self) -> Report:
        """Check them."""
        return check_files({**CLEAN, **self.files}, self.rules)


class Pair(NamedTuple):
    """Two repositories, of which one is checked, and the rules that look at it."""

    example: PairExample
    rules: tuple[str, ...]

    def report(self) -> Report:
        """Check the one in question."""
        contract, catalogue = contract_of(self.example.product)
        return check_pair(self.example, contract, catalogue, self.rules)


def _release(image: str, environment: str = "dev") -> dict[str, str]:
    return {f"deploy/env/release-{environment}/shop.yaml": f"image: {{repository: registry.example.com/shop, {image}}}\n"}


def _both(*environments: str) -> str:
    files = [f"../../env/{layer}{env}/shop.yaml" for env in environments for layer in ("release-", "")]
    return chart_source(*files)


_CHART = {"deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 0.1.0\n"}
_FOREIGN = chart_source().replace("web-core", "another")

APPLICATIONS = {
    "one Application deploys both environments": Product(
        {**_CHART, "deploy/argocd/shop.yaml": application(_both("dev", "prod"), "shop")}, ("crossed-layers",)
    ),
    "an Application of somebody else comes from elsewhere": Product(
        {
            **_CHART,
            "deploy/argocd/apps/dev/shop.yaml": application(_both("dev")),
            "deploy/argocd/apps/prod/shop.yaml": application(_both("prod"), "shop-prod"),
            "deploy/argocd/monitoring.yaml": application(_FOREIGN.replace("deploy/charts", "charts"), "monitoring"),
        },
        ("floating-source",),
    ),
}

_JOB = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a, image: %s}]}}}\n"
MANIFESTS = {
    f"an image {what}": Product({"deploy/jobs/a.yaml": _JOB % image}, ("mutable-tag",))
    for what, image in {
        "in single quotes": "'ghcr.io/example/tool:latest'",
        "in double quotes": '"ghcr.io/example/tool:latest"',
        "in double quotes with an escape": '"ghcr.io\\/example/tool:latest"',
        "over two lines": '"ghcr.io/example/tool:la\\\n  test"',
        "without a tag": "ghcr.io/example/tool",
        "without a tag at a port": "localhost:5000/tool",
        "with a digest": f"ghcr.io/example/tool:latest@sha256:{'0' * 64}",
        "with a placeholder for a repository": "REPLACE_ME:latest",
        "with a placeholder for a tag": "ghcr.io/example/tool:REPLACE_ME",
        "without a repository": "':latest'",
        "that is empty": "''",
        "of a whole version": "ghcr.io/example/tool:1.2",
        "of a whole version that is a snapshot": "ghcr.io/example/tool:1.2-SNAPSHOT",
    }.items()
} | {
    "images in places of many kinds": Product(
        {
            "deploy/jobs/a.yaml": (
                "apiVersion: example.com/v1\nkind: Workflow\nmetadata: {name: a}\n"
                "image: ghcr.io/example/top:latest\n"
                "spec:\n"
                "  image: ghcr.io/example/spec:latest\n"
                "  initContainers: [{image: ghcr.io/example/init:latest}]\n"
                "  ephemeralContainers: [{image: ghcr.io/example/ephemeral:latest}]\n"
                "  steps: [{image: ghcr.io/example/step:latest}]\n"
                "  sidecars: [{image: ghcr.io/example/sidecar:latest}]\n"
                "  others: [{image: ghcr.io/example/other:latest}]\n"
                "  script: {image: ghcr.io/example/script:latest}\n"
                "  container: {image: ghcr.io/example/container:latest}\n"
                "  any: {image: ghcr.io/example/any:latest}\n"
            )
        },
        ("mutable-tag",),
    ),
    "a list at the top": Product({"deploy/jobs/a.yaml": "- image: a:latest\n"}, ("mutable-tag",)),
    "an image brought in by an alias": Product(
        {
            "deploy/jobs/a.yaml": (
                "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, note: &image ghcr.io/example/tool:latest}\n"
                "spec: {containers: [{image: *image}]}\n"
            )
        },
        ("mutable-tag",),
    ),
    "kustomizations": Product(
        {
            "deploy/a/kustomization.yaml": "images: [{name: a, newTag: latest}, {name: b, newTag: '1.2'}]\n",
            "deploy/b/kustomization.yaml": (
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
                f"images: [{{name: a, newTag: latest, digest: 'sha256:{'0' * 64}'}}, {{name: b, newTag: dev}}]\n"
            ),
            "deploy/c/other.yaml": "images: [{name: a, newTag: latest}]\n",
            "deploy/d/some.yaml": "apiVersion: v1\nkind: Other\nimages: [{name: a, newTag: latest}]\n",
            "deploy/e/kustomization.yaml": "images: [{name: a, newTag: REPLACE_ME}, {name: b, newTag: 1}, {name: c}]\n",
        },
        ("mutable-tag",),
    ),
    "a manifest that cannot be read": Product({"deploy/jobs/a.yaml": "kind: Job\na: [\n"}, ("mutable-tag",)),
    "a file of another kind that cannot be read": Product({"deploy/jobs/a.yaml": "akind: Job\na: [\n"}, ("mutable-tag",)),
}

SITUATIONS: Mapping[str, Mapping[str, Product | Pair]] = {
    "applications": APPLICATIONS,
    "manifests": MANIFESTS,
}

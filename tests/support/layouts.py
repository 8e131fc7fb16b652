"""Repositories as people lay them out, with what a contract should make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.support.argocd import application

TAG = "4f9d2c7b81ae-r3"
URL = "https://git.example.com/deploy.git"
IMAGE = f"image:\n  repository: registry.example.com/shop\n  tag: {TAG}\n"
PLAIN = "replicas: 2\nhost: example.com\n"
BOTH = IMAGE + PLAIN
CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
DEFAULTS = "image: {repository: REPLACE_ME, tag: REPLACE_ME}\nreplicas: 1\n"
USUAL = [{"repository": "image.repository", "tag": "image.tag", "digest": "image.digest"}]


class Expected(NamedTuple):
    """A repository and what is found in it. `layers` are role and path; `strangers` are files that are no layers."""

    files: Mapping[str, str]
    environments: Sequence[str]
    layers: Sequence[str]
    strangers: Mapping[str, str] = {}
    images: Sequence[Mapping[str, str]] = USUAL
    also: str = ""
    """What else the contract says."""


def each(template: str, text: str, apps: Sequence[str] = ("cart", "shop"), envs: Sequence[str] = ()) -> dict[str, str]:
    """Return the same file for every app and environment."""
    return {
        template.replace("{app}", app).replace("{env}", env): text.replace("{app}", app).replace("{env}", env)
        for app in apps
        for env in envs or ("dev", "prod")
    }


KUSTOMIZATION = "resources: [base]\nimages: [{name: shop, newTag: latest}]\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n"
RELEASE = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\n"
    "spec: {values: {image: {tag: latest}}}\n"
)
REPOSITORY = "spec.values.image.repository"
BASE = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\n"
    "spec:\n  chart: {spec: {chart: shop}}\n  values: {image: {repository: registry.example.com/shop}}\n"
)
APPLICATION_SET = f"""\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: shops}}
spec:
  generators:
  - list: {{elements: [{{env: test}}, {{env: prod}}]}}
  template:
    metadata: {{name: "shop-{{{{env}}}}"}}
    spec:
      sources:
      - repoURL: {URL}
        path: charts/web
        helm: {{valueFiles: [$values/config/shop/base.yaml, "$values/config/shop/{{{{env}}}}.yaml"]}}
      - {{repoURL: {URL}, ref: values}}
      destination: {{namespace: shop}}
"""


def argo(name: str, chart: str, *files: str) -> str:
    """Return an Application that loads values files with a chart of the same repository."""
    listed = ", ".join(files)
    return application(f"repoURL: {URL}\npath: {chart}\nhelm:\n  valueFiles: [{listed}]\n", name)


LAYOUTS: dict[str, Expected] = {
    "a folder for each environment, a folder for each app": Expected(
        each("envs/{env}/{app}/values.yaml", BOTH, envs=("staging", "dev", "production")),
        ["dev", "staging", "production"],
        ["env envs/{env}/{app}/values.yaml"],
        {"envs/dev/namespace.yaml": DEPLOYMENT, "envs/dev/kustomization.yaml": KUSTOMIZATION},
    ),
    "a folder for each environment, a file for each app": Expected(
        each("environments/{env}/{app}.yaml", BOTH),
        ["dev", "prod"],
        ["env environments/{env}/{app}.yaml"],
        {"environments/dev/kustomization.yaml": KUSTOMIZATION, "environments/prod/ingress.yaml": DEPLOYMENT},
    ),
    "overlays of each app, with a chart of its own": Expected(
        {
            **each("apps/{app}/overlays/{env}/app-values.yaml", BOTH, envs=("dev", "uat", "prod")),
            **each("apps/{app}/chart/values.yaml", DEFAULTS, envs=("",)),
            **each("apps/{app}/chart/Chart.yaml", CHART, envs=("",)),
        },
        ["dev", "uat", "prod"],
        ["chart apps/{app}/chart/values.yaml", "env apps/{app}/overlays/{env}/app-values.yaml"],
        {"apps/shop/overlays/dev/deployment.yaml": DEPLOYMENT, "apps/shop/chart/templates/x.yaml": "{{ .Values.x }}\n"},
    ),
    "a file for each environment beside what they share": Expected(
        {
            **each("services/{app}/values-{env}.yaml", IMAGE + "replicas: 3\na: 1\nb: 2\n"),
            **each("services/{app}/values.yaml", PLAIN, envs=("",)),
        },
        ["dev", "prod"],
        ["env services/{app}/values.yaml", "env services/{app}/values-{env}.yaml"],
        {".github/workflows/dev.yaml": "on: push\n", "docker-compose.dev.yaml": "services: {a: {image: 'a:1'}}\n"},
    ),
    "images that others build": Expected(
        each(
            "apps/{app}/{env}.yaml",
            f"{{app}}: {{image: {{repository: r/{{app}}, tag: {TAG}}}}}\n"
            "redis: {image: {repository: redis, tag: 7.2.1}}\na: 1\nb: 2\n",
        ),
        ["dev", "prod"],
        ["env apps/{app}/{env}.yaml"],
        images=[
            {"repository": f"{app}.image.repository", "tag": f"{app}.image.tag", "digest": f"{app}.image.digest"}
            for app in ("cart", "shop")
        ],
        also="have them: redis.image.tag; add those",
    ),
    "dots in the names": Expected(
        each("config/{app}.{env}.yaml", BOTH, apps=("shop", "shop-api")),
        ["dev", "prod"],
        ["env config/{app}.{env}.yaml"],
    ),
    "one app at the top, an umbrella chart": Expected(
        {
            "Chart.yaml": CHART + "dependencies: [{name: web, version: 1.0.0, repository: 'file://web'}]\n",
            "values.yaml": "web: {image: {repository: REPLACE_ME, tag: REPLACE_ME}}\nworker: {replicas: 1}\n",
            "values-dev.yaml": f"web: {{image: {{tag: {TAG}}}}}\nworker: {{image: {{repository: r/w, tag: {TAG}}}}}\n{PLAIN}",
            "values-prod.yaml": f"web: {{image: {{tag: {TAG}}}}}\nworker: {{image: {{repository: r/w, tag: {TAG}}}}}\n{PLAIN}",
        },
        ["dev", "prod"],
        ["chart values.yaml", "env values-{env}.yaml"],
        images=[
            {"repository": "web.image.repository", "tag": "web.image.tag", "digest": "web.image.digest"},
            {"repository": "worker.image.repository", "tag": "worker.image.tag", "digest": "worker.image.digest"},
        ],
        also="apps: {root: {}}\n",
    ),
    "release layers apart, loaded by Applications": Expected(
        {
            **each("deploy/release-{env}/{app}.yaml", IMAGE),
            **each("deploy/values/{env}/{app}.yaml", PLAIN),
            **each(
                "argocd/{env}/{app}.yaml",
                argo(
                    "{app}-{env}", "charts/web", "/deploy/release-{env}/{app}.yaml", "/deploy/values/{env}/{app}.yaml"
                ),
            ),
            "charts/web/Chart.yaml": CHART,
            "charts/web/values.yaml": DEFAULTS,
        },
        ["dev", "prod"],
        [
            "chart charts/web/values.yaml",
            "release deploy/release-{env}/{app}.yaml",
            "env deploy/values/{env}/{app}.yaml",
        ],
        {"other/dev/unloaded.yaml": BOTH},
        also='applications:\n  path: "argocd/{env}/{app}.yaml"\n',
    ),
    "several sources of an ApplicationSet": Expected(
        {
            "config/shop/base.yaml": PLAIN,
            "config/shop/test.yaml": BOTH,
            "config/shop/prod.yaml": BOTH,
            "charts/web/Chart.yaml": CHART,
            "charts/web/values.yaml": DEFAULTS,
            "apps/shops.yaml": APPLICATION_SET,
        },
        ["test", "prod"],
        ["chart charts/web/values.yaml", "env config/{app}/base.yaml", "env config/{app}/{env}.yaml"],
    ),
    "the whole reference, and what all apps share": Expected(
        {
            **each(
                "k8s/{env}/{app}/values.yaml", f"image: registry.example.com/{{app}}:{TAG}\nreplicas: 1\na: 2\nb: 3\n"
            ),
            "k8s/dev/common.yaml": PLAIN,
            "k8s/prod/common.yaml": PLAIN,
        },
        ["dev", "prod"],
        ["env k8s/{env}/common.yaml", "env k8s/{env}/{app}/values.yaml"],
        images=[{"reference": "image"}],
    ),
    "regions and a name that is an environment": Expected(
        {
            **each("apps/{app}/{env}/values.yaml", BOTH, ("test", "shop"), ("dev", "prod-eu", "prod-us")),
            "apps/test/tests/values.yaml": BOTH,
        },
        ["dev", "prod-eu", "prod-us"],
        ["env apps/{app}/{env}/values.yaml"],
    ),
    "all environments in one file": Expected(
        each(
            "apps/{app}.yaml",
            f"dev: {{image: {{repository: r/a, tag: {TAG}}}}}\nprod: {{image: {{repository: r/a, tag: {TAG}}}}}\n",
        ),
        ["dev", "prod"],
        ["env apps/{app}.yaml"],
        images=[{"repository": "{env}.image.repository", "tag": "{env}.image.tag", "digest": "{env}.image.digest"}],
    ),
    "values files of Flux": Expected(
        each("apps/{env}/{app}/values.yaml", BOTH),
        ["dev", "prod"],
        ["env apps/{env}/{app}/values.yaml"],
        {
            **each("apps/{env}/{app}/release.yaml", RELEASE),
            **each("apps/{env}/{app}/kustomization.yaml", KUSTOMIZATION),
        },
        also="# - 4 HelmReleases of Flux: `spec.values` and `valuesFrom` in them are not read as layers",
    ),
    "HelmReleases of Flux, and patches for each environment": Expected(
        {
            **each("apps/base/{app}/release.yaml", BASE, envs=("",)),
            **each("apps/{env}/{app}-values.yaml", RELEASE),
        },
        ["dev", "prod"],
        ["chart apps/base/{app}/release.yaml", "env apps/{env}/{app}-values.yaml"],
        {
            "apps/dev/kustomization.yaml": KUSTOMIZATION,
            "infrastructure/ingress/release.yaml": BASE,
            "clusters/dev/apps.yaml": DEPLOYMENT,
        },
        images=[{"repository": REPOSITORY, "tag": "spec.values.image.tag", "digest": "spec.values.image.digest"}],
        also="# - what Flux adds to its HelmReleases",
    ),
    "HelmReleases of Flux that leave the repository to the chart": Expected(
        each("clusters/{env}/{app}/helmrelease.yaml", RELEASE, envs=("staging", "production")),
        ["staging", "production"],
        ["env clusters/{env}/{app}/helmrelease.yaml"],
        images=[{"repository": REPOSITORY, "tag": "spec.values.image.tag", "digest": "spec.values.image.digest"}],
    ),
    "a chart with keys of its own for the image": Expected(
        {
            "helm/Chart.yaml": CHART,
            "helm/values.yaml": "image: {name: shop, repo: registry.example.com, ver: 1.2.3, pull: Always}\n",
            **each("helm/values/values-{env}.yaml", PLAIN, apps=("",), envs=("test", "prod")),
        },
        ["test", "prod"],
        ["chart helm/values.yaml", "env helm/values/values-{env}.yaml"],
        images=[{"registry": "image.repo", "repository": "image.name", "tag": "image.ver", "digest": "image.digest"}],
    ),
    "a version in place of a tag": Expected(
        each("apps/{app}/{env}/values.yaml", f"image: {{repository: r/x, version: {TAG}}}\nversion: 3\na: 1\nb: 2\n"),
        ["dev", "prod"],
        ["env apps/{app}/{env}/values.yaml"],
        images=[{"repository": "image.repository", "tag": "image.version", "digest": "image.digest"}],
    ),
    "previews beside environments": Expected(
        each("apps/{app}/{env}/values.yaml", BOTH, envs=("dev", "staging", "prod")),
        ["dev", "staging", "prod"],
        ["env apps/{app}/{env}/values.yaml"],
        {"apps/shop/preview/values.yaml": "image: {repository: registry.example.com/shop, tag: preview}\n"},
        also="# - preview: its tags come from elsewhere",
    ),
    "an environment that is called preview": Expected(
        each("apps/{app}/{env}/values.yaml", BOTH, envs=("dev", "preview", "prod")),
        ["dev", "preview", "prod"],
        ["env apps/{app}/{env}/values.yaml"],
    ),
    "charts called like the apps": Expected(
        {
            **each("charts/{app}/Chart.yaml", CHART, envs=("",)),
            **each("charts/{app}/values.yaml", DEFAULTS, envs=("",)),
            **each("envs/{env}/{app}-values.yaml", BOTH),
        },
        ["dev", "prod"],
        ["chart charts/{app}/values.yaml", "env envs/{env}/{app}-values.yaml"],
    ),
}

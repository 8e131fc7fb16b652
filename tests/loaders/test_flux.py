"""HelmReleases of Flux as layers: patches over a base, with a chart that is not in the repository."""

from __future__ import annotations

import textwrap

from tests.support.runs import check_files, places

CONTRACT = """\
version: 1
environments: [staging, production]
layers:
  - {role: chart, path: "apps/base/{app}/release.yaml", required: false}
  - {role: env, path: "apps/{env}/{app}-values.yaml"}
images: [{repository: spec.values.image.repository, tag: spec.values.image.tag}]
platform: none
"""


def helm_release(values: str, chart: str = "") -> str:
    """Return a HelmRelease with these values."""
    return (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec:\n"
        + textwrap.indent(chart, "  ")
        + f"  values: {values}\n"
    )


def shop(base: str, staging: str, production: str) -> dict[str, str]:
    """Return the files of an app."""
    return {
        ".gitopslint.yaml": CONTRACT,
        "apps/base/shop/release.yaml": helm_release(base, "chart: {spec: {chart: shop}}\n"),
        "apps/staging/shop-values.yaml": helm_release(staging),
        "apps/production/shop-values.yaml": helm_release(production),
    }


def test_the_patch_wins() -> None:
    """Environments are judged by what their patch leaves of the base, at the line that says so."""
    base = "{image: {repository: registry.example.com/shop, tag: latest}}"
    files = shop(base, "{image: {tag: 4f9d2c7b81ae}}", "{image: {tag: stable}}")
    report = check_files(files, ["mutable-tag", "missing-tag", "missing-repository"])
    assert places(report) == ["apps/production/shop-values.yaml:5:25 mutable-tag"]
    assert report.undecided == ()


def test_the_chart_is_not_known() -> None:
    """What no HelmRelease sets the chart may set: that is undecided, and no missing image."""
    files = shop("{replicas: 1}", "{image: {tag: 4f9d2c7b81ae}}", "{replicas: 2}")
    report = check_files(files, ["missing-tag", "missing-repository"])
    assert report.findings == ()
    elsewhere = "Flux takes the chart 'shop' from elsewhere"
    assert sorted(one.reason for one in report.undecided) == [
        f"whether the chart of shop in production sets a repository is not known: {elsewhere}",
        f"whether the chart of shop in production sets a tag is not known: {elsewhere}",
        f"whether the chart of shop in staging sets a repository is not known: {elsewhere}",
    ]


def test_other_values_are_no_helm_release() -> None:
    """Values with a key `kind` of their own are values as before."""
    files = shop("{}", "{}", "{}") | {
        "apps/base/shop/release.yaml": "kind: HelmRelease\n",
        "apps/staging/shop-values.yaml": "kind: web\n",
        "apps/production/shop-values.yaml": "kind: web\n",
    }
    assert len(check_files(files, ["missing-tag"]).findings) == 2

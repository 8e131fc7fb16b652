"""Applications in a whole run: what they decide, and what stays undecided without them."""

from __future__ import annotations

import pytest

from tests.support.argocd import URL, application, chart_source
from tests.support.runs import CLEAN, check_files, places

POLICY = {
    env: f"destination: {{namespace: shop-{env}}}\nsyncPolicy: {{automated: {{selfHeal: {heals}}}}}\n"
    for env, heals in (("dev", "false"), ("prod", "true"))
}


def wired(**sources: str) -> dict[str, str | bytes | None]:
    """Return the clean repository with an Application for each environment, some with another source."""
    files = dict(CLEAN) | {"deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 0.1.0\n"}
    for env in ("dev", "prod"):
        source = sources.get(env, chart_source(f"../../env/release-{env}/shop.yaml", f"../../env/{env}/shop.yaml"))
        files[f"deploy/argocd/apps/{env}/shop.yaml"] = application(source, f"shop-{env}", POLICY[env])
    return files


def test_the_wired_repository_is_clean() -> None:
    """Applications that load everything leave nothing to say."""
    report = check_files(wired())
    assert places(report) == []
    assert report.undecided == ()


DEV = ("../../env/release-dev/shop.yaml", "../../env/dev/shop.yaml")

# The source of the Application of dev, and every finding.
SOURCES = {
    "the image in inline values": (
        chart_source(*DEV, extra="  values: |\n    image:\n      tag: latest\n"),
        [
            "deploy/argocd/apps/dev/shop.yaml:15:16 image-outside-release",
            "deploy/argocd/apps/dev/shop.yaml:15:16 mutable-tag",
        ],
    ),
    "the image in an object of values": (
        chart_source(*DEV, extra="  valuesObject: {image: {tag: main-4f9d2c7b81ae}}\n"),
        ["deploy/argocd/apps/dev/shop.yaml:13:35 image-outside-release"],
    ),
    "the image in a parameter": (
        chart_source(*DEV, extra="  parameters:\n  - {name: image.tag, value: latest}\n"),
        [
            "deploy/argocd/apps/dev/shop.yaml:14:34 image-outside-release",
            "deploy/argocd/apps/dev/shop.yaml:14:34 mutable-tag",
        ],
    ),
    "inline values that are no YAML": (
        chart_source(*DEV, extra="  values: |\n    image: [\n"),
        ["deploy/argocd/apps/dev/shop.yaml:13:7 invalid-yaml"],
    ),
    "a file that is not there": (
        chart_source(*DEV, "../../env/local.yaml"),
        ["deploy/argocd/apps/dev/shop.yaml:13:9 missing-value-file"],
    ),
    "a layer of the other environment": (
        chart_source(DEV[0], "../../env/prod/shop.yaml"),
        [
            "deploy/argocd/apps/dev/shop.yaml:12:9 crossed-layers",
            "deploy/env/dev/shop.yaml:1:1 unwired-layer",
            "deploy/env/prod/shop.yaml:4:14 foreign-secret-ref",
        ],
    ),
    "the release layer left out": (
        chart_source(DEV[1]),
        [
            "deploy/argocd/apps/dev/shop.yaml:4:9 placeholder-image",
            "deploy/argocd/apps/dev/shop.yaml:4:9 placeholder-image",
            "deploy/env/release-dev/shop.yaml:2:1 unwired-layer",
        ],
    ),
}


@pytest.mark.parametrize(("source", "expected"), SOURCES.values(), ids=SOURCES)
def test_sources(source: str, expected: list[str]) -> None:
    """Each way to wire dev wrongly is reported where it is written."""
    assert places(check_files(wired(dev=source))) == expected


# The source of the Application of dev, and the words that say why its image is undecided.
UNDECIDED = {
    "a file from a URL": (
        chart_source(*DEV, "secrets://vault/shop.yaml"),
        "secrets URLs are only known where Argo CD runs",
    ),
    "another revision": (chart_source(*DEV) + "targetRevision: v1.2.3\n", "it tracks the revision 'v1.2.3'"),
    "another repository": (
        chart_source(*DEV).replace(URL, "https://git.example.com/other.git").replace("web-app", "other"),
        "is not known to be this repository",
    ),
}


@pytest.mark.parametrize(("source", "reason"), UNDECIDED.values(), ids=UNDECIDED)
def test_undecided(source: str, reason: str) -> None:
    """What is not known here is neither a pass nor a violation: the image of dev is undecided, that of prod is judged."""
    files = wired(dev=source)
    latest = "image: {repository: registry.example.com/shop, tag: latest}\n"
    files |= {"deploy/env/release-dev/shop.yaml": latest, "deploy/env/release-prod/shop.yaml": latest}
    report = check_files(files, ["mutable-tag", "missing-value-file"])
    assert places(report) == ["deploy/env/release-prod/shop.yaml:1:53 mutable-tag"]
    assert any("mutable-tag" in one.rules and reason in one.reason for one in report.undecided)


def test_applications_of_others_are_left_alone() -> None:
    """An Application that has to do with no layer here gives neither finding nor doubt."""
    other = application(
        "repoURL: https://charts.example.com\nchart: cert-manager\ntargetRevision: 1.2.3\n", "cert-manager"
    )
    report = check_files(wired() | {"argo/cert-manager.yaml": other})
    assert places(report) == []
    assert report.undecided == ()


def test_applications_in_the_platform_are_undecided() -> None:
    """Where the contract says that they stand elsewhere, copies here count for nothing and the rules say so."""
    files = wired(dev=chart_source(DEV[0])) | {".gitopslint.yaml": "applications: {repository: platform}\n"}
    report = check_files(files)
    assert places(report) == []
    (one,) = [one for one in report.undecided if "unwired-layer" in one.rules]
    assert "platform repository" in one.reason

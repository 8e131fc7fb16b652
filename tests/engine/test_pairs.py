"""Runs over two repositories in memory: from which one a report speaks, and what its formats say of the other one."""

from __future__ import annotations

import json

import pytest

from gitopslint.cli.output import render
from gitopslint.engine.pairs import CLEAN_PLATFORM, PairExample, check_pair
from gitopslint.engine.viewpoint import Viewpoint
from gitopslint.loaders.contract import read_contract
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Report
from gitopslint.model.rule import FAMILIES
from gitopslint.model.span import across

ALL_BUT_HISTORY = [name for name in FAMILIES if name != "promotion"]
HERE, THERE = "deploy/env/release-dev/shop.yaml", "docker/web-shop/VERSION"
LIVE = read_contract(
    ".gitopslint.yaml",
    b"applications: {repository: platform, path: 'argocd/{env}/{app}.yaml'}\ncommits: elsewhere\n",
    load_catalogue(),
)
COPIES = {f"deploy/argocd/apps/{env}/shop.yaml": None for env in ("dev", "prod")}


def live(env: str, extra: str = "", heals: str = "false", other: str = "") -> str:
    """Return an Application of the platform with a chart from a third repository and values from the product."""
    loaded = other or env
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop-{env}}}
spec:
  sources:
  - repoURL: https://git.example.com/charts.git
    path: charts/web
    helm:
      valueFiles: [$values/deploy/env/release-{env}/shop.yaml, $values/deploy/env/{loaded}/shop.yaml]
{extra}  - {{repoURL: https://git.example.com/web-core.git, targetRevision: main, ref: values}}
  destination: {{namespace: shop-{env}}}
  syncPolicy: {{automated: {{selfHeal: {heals}}}}}
"""


def check(example: PairExample, contract: Contract | None = None) -> Report:
    report = check_pair(example, contract or Contract(commits="elsewhere"), load_catalogue(), ALL_BUT_HISTORY)
    assert report.faults == ()
    return report


def found(report: Report) -> list[str]:
    return [f"{one.span} {one.rule}" for one in report.findings]


BROKEN = PairExample(
    "product",
    {HERE: "image: {repository: registry.example.com/shop, tag: 4f9d2c7b81ae-r9}\n"},
    {"secrets/idle.yaml": str(CLEAN_PLATFORM["secrets/shop-dev.yaml"]).replace("shop-dev", "idle")},
)


@pytest.mark.parametrize("stands_in", ["product", "platform"])
@pytest.mark.parametrize("name", ["text", "json", "sarif", "gitlab"])
def test_no_mark_of_the_run_is_left(stands_in: str, name: str) -> None:
    """Whatever a report says, it never shows how the run tells the two repositories apart."""
    pair = BROKEN._replace(stands_in=stands_in)  # type: ignore[arg-type]
    for example in (BROKEN, pair, pair._replace(apart=True)):
        text = render(name, check(example), colour=False)
        assert "\0" not in text
        assert "\\u0000" not in text
        assert "\\x00" not in text


def test_formats_name_the_other_repository() -> None:
    """Text and JSON give the place; formats whose places must be files of this repository say it in the message."""
    report = check(BROKEN)
    assert found(report) == [f"{HERE}:1:53 unbuilt-release"]
    assert f"= the VERSION: platform:{THERE}:1:1\n" in render("text", report, colour=False)
    (related,) = json.loads(render("json", report, colour=False))["findings"][0]["related"]
    assert (related["repository"], related["path"]) == ("platform", THERE)
    (result,) = json.loads(render("sarif", report, colour=False))["runs"][0]["results"]
    assert "relatedLocations" not in result
    assert f"(the VERSION: platform:{THERE}:1:1)" in result["message"]["text"]
    (entry,) = json.loads(render("gitlab", report, colour=False))
    assert entry["description"].endswith(f"(the VERSION: platform:{THERE}:1:1)")
    assert entry["location"]["path"] == HERE


def test_same_path_in_both_repositories() -> None:
    """A file of the other repository never lends its text to one of the same name here."""
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: idle, namespace: x}\n"
    example = PairExample("platform", {HERE: "a: 1\nb: 2\n" + HERE}, {HERE: text})
    report = check(example)
    assert found(report) == [f"{HERE}:3:18 unused-secret"]
    assert "metadata: {name: idle" in render("text", report, colour=False)


def test_live_applications() -> None:
    """Applications of the platform wire the layers of the product, and either side is silent where all is well."""
    pair = PairExample(
        "product",
        COPIES,
        {f"argocd/{env}/shop.yaml": live(env, heals=heals) for env, heals in (("dev", "false"), ("prod", "true"))},
    )
    for example in (pair, pair._replace(stands_in="platform")):
        report = check(example, LIVE)
        assert found(report) == []
        assert report.undecided == ()


def test_findings_about_live_applications() -> None:
    """What is wrong in an Application is the platform's; what it does to the layers is the product's."""
    inline = "      valuesObject: {image: {tag: latest}, envFrom: {secretRef: nowhere}}\n"
    pair = PairExample(
        "product",
        COPIES,
        {"argocd/dev/shop.yaml": live("dev", inline), "argocd/prod/shop.yaml": live("prod", other="dev")},
    )
    assert found(check(pair, LIVE)) == [
        "deploy/env/dev/shop.yaml:4:14 foreign-secret-ref",
        "deploy/env/dev/shop.yaml:4:14 unresolved-secret-ref",
        "deploy/env/prod/shop.yaml:1:1 unwired-layer",
    ]
    assert found(check(pair._replace(stands_in="platform"), LIVE)) == [
        "argocd/dev/shop.yaml:10:35 image-outside-release",
        "argocd/dev/shop.yaml:10:35 mutable-tag",
        "argocd/dev/shop.yaml:10:35 unbuilt-release",
        "argocd/dev/shop.yaml:10:65 foreign-secret-ref",
        "argocd/dev/shop.yaml:10:65 unresolved-secret-ref",
        "argocd/prod/shop.yaml:9:63 crossed-layers",
        "argocd/prod/shop.yaml:12:38 wrong-self-heal",
    ]


def test_generated_applications_of_the_platform() -> None:
    """An ApplicationSet with a list is followed; one that looks into a repository is undecided in the product's run."""
    template = live("dev").partition("metadata")[2].replace("shop-dev}", "'shop-{{env}}'}").replace("\n", "\n    ")
    head = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n  generators:\n  - "
    git = (
        head
        + "git: {repoURL: 'https://git.example.com/platform.git', directories: [{path: apps/*}]}\n  template:\n    metadata"
        + template
    )
    report = check(PairExample("product", COPIES, {"argocd/all.yaml": git}), LIVE)
    assert [one.rules for one in report.undecided if "git generator" in one.reason] == [("unwired-layer",)]


def test_waivers_of_the_other_repository() -> None:
    """A waiver counts in its own repository: it is neither used nor missed in a run that stands in the other one."""
    waived = "# gitopslint: ignore[unused-secret] kept for the auditors\napiVersion: v1\nkind: Secret\nmetadata:\n"
    text = waived + "  name: idle  # gitopslint: ignore[unused-secret] kept for the auditors\n  namespace: x\n"
    pair = PairExample("platform", platform={"a.yaml": text})
    report = check(pair)
    assert found(report) == ["a.yaml:1:1 unused-waiver"]
    assert len(report.waived) == 1
    assert found(check(pair._replace(stands_in="product"))) == []


def test_fingerprints_know_the_repository_of_the_run() -> None:
    """A finding of the platform has the identity that its path gives it, whether the product is at hand or not."""
    example = PairExample("platform", platform={"docker/web-shop/WEB_CORE_REF": "main"})
    (one,) = check(example).findings
    (other,) = check(example._replace(apart=True)).findings
    assert one.fingerprint == other.fingerprint
    assert one.span.path == "docker/web-shop/WEB_CORE_REF"


def test_files_of_the_other_repository_are_named() -> None:
    """In a message of the product a file of the platform has its name in front; the platform names its own plainly."""
    message = f"as {across('docker/web-shop/VERSION')} says"
    assert Viewpoint("platform", turned=False).text(message) == "as platform:docker/web-shop/VERSION says"
    assert Viewpoint("product", turned=True).text(message) == "as docker/web-shop/VERSION says"

"""An Application that tracks another revision of this repository is ours, and what it deploys is not known."""

from __future__ import annotations

import pytest

from tests.engine.test_wiring import wired
from tests.support.argocd import chart_source
from tests.support.runs import check_files, places

PINNED = chart_source("../../env/release-prod/shop.yaml", "../../env/prod/shop.yaml") + "targetRevision: v1.2.3\n"
OTHER_NAME = "deploy/argocd/elsewhere/shop.yaml"


def test_it_is_ours() -> None:
    """Its layers are not called unwired, its values are undecided, and its revision is reported."""
    files = wired(prod=PINNED)
    files[OTHER_NAME] = files.pop("deploy/argocd/apps/prod/shop.yaml")
    report = check_files(files)
    assert places(report) == [f"{OTHER_NAME}:13:21 floating-source"]
    undecided = {rule for one in report.undecided for rule in one.rules}
    assert {"unwired-layer", "missing-value-file", "mutable-tag"} <= undecided


def test_a_ref_of_another_revision() -> None:
    """The same where another source brings the values."""
    source = (
        "- {repoURL: 'https://git.example.com/web-core.git', targetRevision: v1.2.3, ref: v}\n"
        "- repoURL: oci://example.com/charts\n  chart: web\n  helm: {valueFiles: [$v/deploy/env/prod/shop.yaml]}\n"
    )
    files = wired()
    prod = str(files.pop("deploy/argocd/apps/prod/shop.yaml"))
    head, _, _ = prod.partition("  source:")
    files[OTHER_NAME] = f"{head}  sources:\n" + "".join(f"  {line}\n" for line in source.splitlines())
    report = check_files(files, ["unwired-layer", "floating-source"])
    assert places(report) == [f"{OTHER_NAME}:7:71 floating-source"]
    assert {rule for one in report.undecided for rule in one.rules} == {"unwired-layer"}


@pytest.mark.parametrize(("revision", "found"), [("main", False), ("master", False), ("HEAD", False), ("dev", True)])
def test_the_default_branch(revision: str, found: bool) -> None:
    """HEAD is main or master, whichever there is; in the same words or not."""
    report = check_files(wired(prod=PINNED.replace("v1.2.3", revision)))
    assert ("floating-source" in {one.rule for one in report.findings}) == found
    assert bool(report.undecided) == found


def test_a_declared_revision() -> None:
    """A contract that names the branch means it."""
    contract = "version: 1\napplications: {revision: main}\n"
    files = wired(prod=PINNED.replace("v1.2.3", "main")) | {".gitopslint.yaml": contract}
    (one,) = check_files(files, ["floating-source"]).findings
    assert one.message.startswith("shop-dev tracks the revision 'HEAD'")

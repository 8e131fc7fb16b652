"""Argo CD replaces its own variables in parameters and names of files, as Go's `os.Expand` does."""

from __future__ import annotations

import pytest

from gitopslint.loaders.valuefiles import substituted
from tests.support.argocd import application, chart_source, loads, only, wiring_of
from tests.support.runs import CLEAN, check_files

TEXTS = {
    "no variable": ("a", "a"),
    "its own": ("x-$ARGOCD_APP_NAME", "x-shop"),
    "its own, in braces": ("${ARGOCD_APP_NAME}x", "shopx"),
    "a dollar": ("a$$b", "a$b"),
    "an unknown one is empty": ("a-$FOO.b", "a-.b"),
    "no variable at all": ("$(FOO) $/ $", "$(FOO) $/ $"),
    "known when it deploys": (
        "$ARGOCD_APP_REVISION-${ARGOCD_APP_REVISION_SHORT}",
        "$ARGOCD_APP_REVISION-${ARGOCD_APP_REVISION_SHORT}",
    ),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_substituted(text: str, expected: str) -> None:
    """Each text becomes this."""
    assert substituted(text, {"ARGOCD_APP_NAME": "shop"}) == expected


def test_a_file_named_by_the_revision() -> None:
    """Which file that is, nobody knows here."""
    wiring = wiring_of(
        {"argo/a.yaml": application(chart_source("v-$ARGOCD_APP_REVISION.yaml")), "deploy/charts/web-app/a": ""}
    )
    assert loads(only(wiring)) == ["$ARGOCD_APP_REVISION is only known when Argo CD deploys it"]


def test_an_image_named_by_the_revision() -> None:
    """The tag is undecided instead of malformed."""
    source = chart_source(extra="  parameters: [{name: image.tag, value: '$ARGOCD_APP_REVISION_SHORT'}]\n")
    files = dict(CLEAN) | {
        "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 0.1.0\n",
        "deploy/argocd/apps/dev/shop.yaml": application(source, "shop-dev"),
    }
    report = check_files(files, ["malformed-tag"])
    assert report.findings == ()
    (one,) = report.undecided
    assert one.reason == (
        "the values of shop in dev are not known: its image is named by $ARGOCD_APP_REVISION_SHORT, which is only "
        "known when Argo CD deploys it"
    )

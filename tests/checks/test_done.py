"""The states that Argo CD knows, recorded as it prints them, and what each means for the definition of done."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from gitopslint.checks import done
from gitopslint.loaders.cluster import ClusterError, ask_argocd, read_cluster
from gitopslint.loaders.http import Answer, Client
from gitopslint.model.verification import Job, Line, Live

HEAD = "4f9d2c7b81ae4f9d2c7b81ae4f9d2c7b81ae4f9d"
HEALTHS = ["Healthy", "Progressing", "Degraded", "Suspended", "Missing", "Unknown", None]
SYNCS = ["Synced", "OutOfSync", "Unknown", None]


def application(**status: Any) -> Live:
    one = {"kind": "Application", "metadata": {"name": "shop-dev"}, "spec": {}, "status": status}
    (live,) = read_cluster(json.dumps(one).encode()).applications
    return live


@pytest.mark.parametrize(("sync", "health"), list(itertools.product(SYNCS, HEALTHS)))
def test_states(sync: str | None, health: str | None) -> None:
    """Only Synced and Healthy is done. What Argo CD does not know is undecided, and never passes."""
    live = application(sync={"status": sync, "revision": HEAD}, health={"status": health})
    verdict = done.deployed(live, (), {HEAD: True}).verdict
    if (sync, health) == ("Synced", "Healthy"):
        assert verdict == "pass"
    elif sync == "OutOfSync" or health in ("Progressing", "Degraded", "Suspended", "Missing"):
        assert verdict == "fail"
    else:
        assert verdict == "undecided"


@pytest.mark.parametrize(
    ("phase", "verdict"),
    [
        ("Succeeded", "pass"),
        (None, "pass"),
        ("Running", "fail"),
        ("Terminating", "fail"),
        ("Failed", "fail"),
        ("Error", "fail"),
    ],
)
def test_phases(phase: str | None, verdict: str) -> None:
    """A sync that goes on or failed is not done, whatever the Application looks like."""
    operation = {"phase": phase, "message": "one or more\nobjects failed"} if phase else {}
    live = application(
        sync={"status": "Synced", "revision": HEAD}, health={"status": "Healthy"}, operationState=operation
    )
    line = done.deployed(live, (), {HEAD: True})
    assert line.verdict == verdict
    assert phase is None or "last sync: one or more objects failed" in line.evidence


def test_several_sources() -> None:
    """Of several revisions one is a commit of this repository; those of charts elsewhere are passed over."""
    live = application(sync={"status": "Synced", "revisions": ["1.2.3", HEAD]}, health={"status": "Healthy"})
    assert live.revisions == ("1.2.3", HEAD)
    assert done.deployed(live, (), {"1.2.3": None, HEAD: True}).verdict == "pass"
    assert done.deployed(live, (), {"1.2.3": None, HEAD: False}).verdict == "fail"
    assert done.deployed(live, (), {"1.2.3": None, HEAD: None}).verdict == "undecided"
    line = done.deployed(live, (), {})
    assert (line.verdict, line.remedy) == ("undecided", "refresh it")


def test_the_worst_line_speaks() -> None:
    """A release of several images is as good as the worst of them, and the others are told."""
    good = Line("published", "pass", "a is published", ("digest",))
    open_one = Line("published", "undecided", "b is not known", remedy="log in")
    bad = Line("published", "fail", "c is gone")
    assert done.joined("published", [good, open_one, bad]) == bad._replace(
        evidence=("a is published", "digest", "b is not known")
    )
    assert done.joined("published", [good, open_one]).verdict == "undecided"
    assert done.joined("published", [good]) == good


@pytest.mark.parametrize(
    ("annotations", "labels", "owner"),
    [
        ({"argocd.argoproj.io/tracking-id": "shop-dev:batch/Job:shop/migrate"}, {}, "shop-dev"),
        ({"argocd.argoproj.io/tracking-id": "argocd_shop-dev:batch/Job:shop/migrate"}, {}, "shop-dev"),
        ({}, {"argocd.argoproj.io/instance": "shop-dev"}, "shop-dev"),
        ({}, {"app.kubernetes.io/instance": "shop-dev"}, "shop-dev"),
        ({}, {}, None),
    ],
)
def test_whose_job(annotations: dict[str, str], labels: dict[str, str], owner: str | None) -> None:
    job = {"kind": "Job", "metadata": {"name": "migrate", "annotations": annotations, "labels": labels}}
    (read,) = read_cluster(json.dumps(job | {"status": {"active": 1}}).encode()).jobs
    assert read == Job("Job migrate", "running", owner=owner)


@pytest.mark.parametrize("data", [b"", b" \n", b"{", b"\xff", b"[]", b"3", b'{"kind": "Pod"}', b"[" * 100_000])
def test_no_cluster(data: bytes) -> None:
    """What is no JSON of a cluster is one clear error."""
    with pytest.raises(ClusterError):
        read_cluster(data)


@pytest.mark.parametrize("value", [None, 1, "text", [], [None], {"a": 1}])
@pytest.mark.parametrize("field", ["status", "metadata", "spec"])
def test_odd_shapes(field: str, value: Any) -> None:
    """Fields of another kind than Argo CD writes tell nothing, and break nothing."""
    whole = {"kind": "Application", "metadata": {"name": "x"}, "status": {"sync": {"status": "Synced"}}}
    (live,) = read_cluster(json.dumps(whole | {field: value}).encode()).applications
    assert done.deployed(live, (), {}).verdict == "undecided"
    inner = whole | {"status": {"sync": value, "health": value, "operationState": value, "resources": value}}
    (live,) = read_cluster(json.dumps(inner).encode()).applications
    assert done.deployed(live, (), {}).verdict == "undecided"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "Argo CD answers 400"),
        (401, "Argo CD does not let us look at shop-dev (401)"),
        (403, "Argo CD does not let us look at shop-dev (403)"),
    ],
)
def test_refused_by_argo_cd(status: int, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not look is told to bring a token; any other refusal is told as it is."""
    monkeypatch.setattr(Client, "ask", lambda *_given, **_named: Answer(status, {}, b""))
    trouble = ask_argocd(Client(timeout=1), "argocd.example.com", "", "shop-dev", None).trouble
    assert trouble is not None
    assert trouble.reason == reason
    assert ("ARGOCD_AUTH_TOKEN" in trouble.remedy) == (status != 400)

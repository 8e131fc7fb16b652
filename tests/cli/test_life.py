"""The whole life of one release, by commands only, in a real repository, with a real registry and web server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitopslint.cli import main
from tests.support.registry import RegistryServer, registry
from tests.support.repo import IDENTITY
from tests.support.site import served
from tests.support.story import Code, Landing, Storyteller

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop-{env}, namespace: argocd}}
spec:
  source:
    repoURL: https://git.example.com/shop.git
    path: deploy/charts/web-app
    targetRevision: main
    helm:
      valueFiles: [/deploy/env/release-{env}/shop.yaml, /deploy/env/{env}/shop.yaml]
  destination: {{namespace: shop-{env}}}
  syncPolicy: {{automated: {{selfHeal: {heal}}}}}
"""


@pytest.fixture
def images(tmp_path: Path) -> Iterator[RegistryServer]:
    with registry(tmp_path / "registry") as server:
        yield server


@pytest.fixture
def site() -> Iterator[str]:
    with served() as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def teller(tmp_path: Path, images: RegistryServer, monkeypatch: pytest.MonkeyPatch) -> Storyteller:
    """A product whose first build runs in dev and prod, and whose code has moved on since."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    for name in ("ARGOCD_SERVER", "ARGOCD_AUTH_TOKEN", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    teller = Storyteller(tmp_path / "repo")
    monkeypatch.chdir(teller.repo.path)
    files = {
        ".gitopslint.yaml": "platform: none\npolicies: []\n",
        "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 1.0.0\n",
        "deploy/charts/web-app/values.yaml": "ingress:\n  hosts: []\n",
        "apps/shop/page.ts": "1\n",
    }
    for env, heal in (("dev", "false"), ("prod", "true")):
        host = f"shop.{env}.example.com"
        files[f"deploy/env/{env}/shop.yaml"] = f"ingress:\n  hosts:\n    - host: {host}\n      paths: [{{path: /}}]\n"
        files[f"deploy/argocd/apps/{env}/shop.yaml"] = APPLICATION.format(env=env, heal=heal)
    teller.tell([Code(files)])
    layer = f"image:\n  repository: {images.host}/team/shop\n  tag: {teller.tag('{1}')}\n"
    teller.tell([Landing(files={f"deploy/env/release-{env}/shop.yaml": layer}) for env in ("dev", "prod")])
    teller.tell([Code({"apps/shop/page.ts": "2\n"})])
    return teller


def test_life(
    teller: Storyteller, images: RegistryServer, site: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Built, released to dev, verified, promoted, verified, rolled back: each landing is what it was meant to be."""
    first, second = teller.tag("{1}"), teller.tag("{2}")
    cluster = tmp_path / "cluster.json"

    def run(*words: str) -> int:
        code = main(list(words))
        assert main(["check", "--fail-on", "warning", "--undecided", "error"]) == 0, capfd.readouterr().out
        return code

    def verify(env: str, tag: str) -> int:
        live = {
            "kind": "Application",
            "metadata": {"name": f"shop-{env}"},
            "spec": {},
            "status": {
                "sync": {"status": "Synced", "revision": teller.repo.git("rev-parse", "HEAD")},
                "health": {"status": "Healthy"},
                "operationState": {"phase": "Succeeded"},
                "summary": {"images": [f"{images.host}/team/shop:{tag}"]},
            },
        }
        cluster.write_text(json.dumps(live))
        return run("verify", "shop", env, "--cluster", str(cluster), "--url", site)

    assert main(["affected", "--base", "HEAD~1", "--format", "json"]) == 0
    assert [one["app"] for one in json.loads(capfd.readouterr().out)["images"]] == ["shop"]
    assert run("release", "shop", "dev", second, "--commit") == 0
    assert verify("dev", second) == 1  # nobody has built it
    images.push(f"team/shop:{second}", "the second build")
    assert verify("dev", second) == 0
    assert run("promote", "shop", "--commit") == 0
    assert verify("prod", first) == 1  # the cluster still runs the build before
    assert verify("prod", second) == 0
    assert run("rollback", "shop", "prod", "--to", "previous", "--commit") == 0

    capfd.readouterr()
    assert main(["history", "shop", "--format", "json", "--fail-on", "warning"]) == 0
    (app,) = json.loads(capfd.readouterr().out)["apps"]
    told = [
        (landing["subject"], [(move["environment"], move["class"]) for move in landing["moves"]])
        for landing in app["landings"][2:]
    ]
    assert told == [
        (f"chore(release): release shop {second} to dev", [("dev", "release")]),
        (f"chore(release): promote shop {second} to prod", [("prod", "promotion")]),
        (f"chore(release): roll shop back to {first} in prod", [("prod", "rollback")]),
    ]
    assert teller.repo.git("status", "--porcelain") == ""
    assert teller.repo.git("fsck", "--strict") == ""

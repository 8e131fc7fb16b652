"""`gitopslint verify` against real parts on this machine: a registry, a web server, answers of Argo CD."""

from __future__ import annotations

import base64
import http.server
import json
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gitopslint.cli import main
from gitopslint.engine.selection import select
from gitopslint.engine.verification import Verifier, World
from gitopslint.loaders.history import Told, ToldHistory
from gitopslint.loaders.http import Client
from gitopslint.loaders.product import Product
from gitopslint.loaders.registry import Registries
from gitopslint.model.verification import CRITERIA, Criterion, Verification, Visit
from tests.support.registry import PASSWORD, USER, RegistryServer, free_port, registry
from tests.support.runs import MemoryTree, contract_of
from tests.support.site import Site, served
from tests.support.story import Code, Landing, Storyteller

TAG = "{1}-r1"
ENV_LAYER = "ingress:\n  hosts:\n    - host: shop.example.com\n"
CONTRACT = "platform: none\n"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop-dev
  namespace: argocd
spec:
  source:
    repoURL: https://git.example.com/shop.git
    path: deploy/charts/web-app
    targetRevision: main
    helm:
      valueFiles: [/deploy/env/release-dev/shop.yaml, /deploy/env/dev/shop.yaml]
  destination: {namespace: shop}
"""
Verify = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryServer]:
    """A registry that wants a password."""
    with registry(tmp_path_factory.mktemp("registry"), locked=True) as server:
        yield server


@pytest.fixture
def site() -> Iterator[http.server.ThreadingHTTPServer]:
    """A web server whose answers a test sets."""
    with served() as server:
        yield server


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No login, server or proxy of the machine counts."""
    for name in ("ARGOCD_SERVER", "ARGOCD_AUTH_TOKEN", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture
def teller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, images: RegistryServer) -> Storyteller:
    """A product whose image stands in the registry of the tests; dev runs it since the second landing."""
    (tmp_path / "repo").mkdir()
    monkeypatch.chdir(tmp_path / "repo")
    teller = Storyteller(tmp_path / "repo")
    files = {
        ".gitopslint.yaml": CONTRACT,
        "deploy/env/dev/shop.yaml": ENV_LAYER,
        "deploy/env/prod/shop.yaml": ENV_LAYER,
        "deploy/argocd/apps/dev/shop.yaml": APPLICATION,
        "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 1.0.0\n",
        "deploy/charts/web-app/values.yaml": "{}\n",
    }
    teller.tell([Code(files | {"apps/shop/page.ts": "1\n"})])
    release(teller, images, TAG)
    return teller


def release(teller: Storyteller, images: RegistryServer, tag: str) -> None:
    text = f"image:\n  repository: {images.host}/team/shop\n  tag: {teller.tag(tag)}\n"
    teller.tell([Landing(files={"deploy/env/release-dev/shop.yaml": text})])


def log_in(tmp_path: Path, host: str, user: str = USER, password: str = PASSWORD) -> None:
    (tmp_path / "docker").mkdir(exist_ok=True)
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    (tmp_path / "docker" / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))


def argocd(revision: str, image: str = "", **changes: Any) -> dict[str, Any]:
    """Return an Application as `argocd app get -o json` prints it, in order or with some changes."""
    status = {
        "sync": {"status": changes.get("sync", "Synced"), "revision": revision},
        "health": {"status": changes.get("health", "Healthy"), "message": changes.get("message", "")},
        "operationState": {
            "phase": changes.get("phase", "Succeeded"),
            "syncResult": {"revision": revision, "resources": changes.get("hooks", [])},
        },
        "summary": {"images": [image] if image else []},
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "shop-dev", "namespace": "argocd"},
        "spec": {},
        "status": status,
    }


@pytest.fixture
def verify(capfd: pytest.CaptureFixture[str]) -> Verify:
    """Run the command and return its exit code and its verdicts by line."""

    def verified(*words: str, env: str = "dev") -> tuple[int, dict[str, Any]]:
        code = main(["verify", "shop", env, "--format", "json", "--timeout", "5", *words])
        told = json.loads(capfd.readouterr().out)
        return code, {line["criterion"]: line for line in told["lines"]} | {"done": told["done"]}

    return verified


def only(line: str) -> list[str]:
    """Return the words that leave out all other lines."""
    rest = {"recorded", "published", "deployed", "migrated", "serving"} - {line}
    return [word for one in sorted(rest) for word in ("--skip", one)]


def test_done(
    teller: Storyteller,
    images: RegistryServer,
    site: http.server.ThreadingHTTPServer,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A release that is recorded, published, deployed, and serves, passes line by line, with the evidence."""
    log_in(tmp_path, images.host)
    tag = teller.tag(TAG)
    digest = images.push(f"team/shop:{tag}", "done")
    head = teller.repo.git("rev-parse", "HEAD")
    (tmp_path / "cluster.json").write_text(json.dumps(argocd(head, f"{images.host}/team/shop:{tag}")))
    url = f"http://127.0.0.1:{site.server_port}"
    assert main(["verify", "shop", "dev", "--cluster", str(tmp_path / "cluster.json"), "--url", url]) == 0
    assert capfd.readouterr().out == (
        f"shop in dev: {images.host}/team/shop:{tag}\n"
        f"  pass       recorded: {tag} is recorded by landing {head[:8]}\n"
        f"               first release in {head[:8]} (2023-11-14, 'Change')\n"
        f"  pass       published: {images.host}/team/shop:{tag} is published\n"
        f"               {images.host} has {images.host}/team/shop:{tag} as {digest}\n"
        "  pass       deployed: shop-dev is Synced and Healthy at the release\n"
        f"               shop-dev: sync Synced, health Healthy, revision {head[:12]}\n"
        "  pass       migrated: the release brings no migrations\n"
        "  pass       serving: 2 addresses answer below 500\n"
        f"               {url}/ 200\n"
        f"               {url}/admin 200\n"
        "\n"
        "5 pass: done\n"
    )
    assert {host for host, _ in site.asked} == {"shop.example.com"}  # type: ignore[attr-defined]


def test_nothing_to_ask_is_not_done(teller: Storyteller, verify: Verify) -> None:
    """Without a login, a cluster and a network, only git can tell; nothing else passes."""
    code, told = verify()
    assert code == 1
    verdicts = {name: line["verdict"] for name, line in told.items() if name != "done"}
    assert verdicts.pop("serving") in ("undecided", "fail")  # what a resolver says of a made-up name
    assert verdicts == {"recorded": "pass", "published": "undecided", "deployed": "undecided", "migrated": "pass"}
    assert not told["done"]
    assert "docker login" in told["published"]["remedy"]
    assert "--cluster" in told["deployed"]["remedy"]


def test_pending(teller: Storyteller, images: RegistryServer, verify: Verify) -> None:
    path = "deploy/env/release-dev/shop.yaml"
    teller.repo.write(path, f"image:\n  repository: {images.host}/team/shop\n  tag: {teller.tag(TAG)}0\n")
    code, told = verify(*only("recorded"))
    assert (code, told["recorded"]["verdict"]) == (1, "fail")
    assert "has not landed" in told["recorded"]["message"]


def test_against_the_contract(teller: Storyteller, images: RegistryServer, verify: Verify) -> None:
    """What skipped dev is recorded, and not done."""
    text = f"image:\n  repository: {images.host}/team/shop\n  tag: {teller.tag(TAG)}9\n"
    teller.tell([Landing(files={"deploy/env/release-prod/shop.yaml": text})])
    code, told = verify(*only("recorded"), env="prod")
    assert (code, told["recorded"]["verdict"]) == (1, "fail")
    assert "skipped environment" in told["recorded"]["message"]


def test_shallow(teller: Storyteller, tmp_path: Path, verify: Verify, monkeypatch: pytest.MonkeyPatch) -> None:
    teller.repo.git("clone", "--quiet", "--depth=1", f"file://{teller.repo.path}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    code, told = verify(*only("recorded"))
    assert (code, told["recorded"]["verdict"]) == (1, "undecided")
    assert "GIT_DEPTH" in told["recorded"]["remedy"]


@pytest.fixture
def logged_in(tmp_path: Path, images: RegistryServer) -> None:
    log_in(tmp_path, images.host)


@pytest.mark.usefixtures("logged_in")
def test_absent(teller: Storyteller, images: RegistryServer, verify: Verify) -> None:
    release(teller, images, "{1}-absent")
    code, told = verify(*only("published"))
    assert (code, told["published"]["verdict"]) == (1, "fail")
    assert f"is not in {images.host}" in told["published"]["message"]


@pytest.mark.usefixtures("logged_in")
def test_an_overwritten_tag(teller: Storyteller, images: RegistryServer, verify: Verify, tmp_path: Path) -> None:
    """What a tag stood for is kept; when it is pushed again with another content, that is proved."""
    release(teller, images, "{1}-over")
    name = f"team/shop:{teller.tag('{1}-over')}"
    record = str(tmp_path / "digests.jsonl")
    first = images.push(name, "first")
    code, told = verify(*only("published"), "--record", record)
    assert (code, told["published"]["verdict"]) == (0, "pass")
    second = images.push(name, "second")
    for _ in range(2):  # the first record stays
        code, told = verify(*only("published"), "--record", record)
        assert (code, told["published"]["verdict"]) == (1, "fail")
        assert told["published"]["message"].startswith("reused-tag: ")
        assert first in " ".join(told["published"]["evidence"])
        assert second in " ".join(told["published"]["evidence"])


@pytest.mark.usefixtures("logged_in")
def test_another_digest_than_the_layer_says(teller: Storyteller, images: RegistryServer, verify: Verify) -> None:
    tag = teller.tag("{1}-pinned")
    digest = images.push(f"team/shop:{tag}", "pinned")
    layer = "image:\n  repository: {host}/team/shop\n  tag: {tag}\n  digest: {digest}\n"
    files = {"deploy/env/release-dev/shop.yaml": layer.format(host=images.host, tag=tag, digest=digest)}
    teller.tell([Landing(files=files)])
    code, told = verify(*only("published"))
    assert (code, told["published"]["verdict"]) == (0, "pass")
    images.push(f"team/shop:{tag}", "pinned no more")
    code, told = verify(*only("published"))
    assert (code, told["published"]["verdict"]) == (1, "fail")
    assert "the release layer" in told["published"]["message"]


@pytest.mark.usefixtures("logged_in")
def test_another_digest_than_history_says(teller: Storyteller, images: RegistryServer, verify: Verify) -> None:
    """A digest that an earlier landing recorded for the tag counts as well."""
    tag = teller.tag("{1}-earlier")
    images.push(f"team/shop:{tag}", "as it is now")
    layer = f"image:\n  repository: {images.host}/team/shop\n  tag: {tag}\n"
    path = "deploy/env/release-dev/shop.yaml"
    teller.tell([Landing(files={path: f"{layer}  digest: sha256:{'1' * 64}\n"}), Landing(files={path: layer})])
    code, told = verify(*only("published"))
    assert (code, told["published"]["verdict"]) == (1, "fail")
    assert "dev in landing" in told["published"]["message"]


@pytest.mark.usefixtures("logged_in")
def test_wrong_password(
    teller: Storyteller, images: RegistryServer, verify: Verify, tmp_path: Path, capfd: Any
) -> None:
    log_in(tmp_path, images.host, password="wrong-horse")
    code, told = verify(*only("published"))
    assert (code, told["published"]["verdict"]) == (1, "undecided")
    assert "wrong-horse" not in json.dumps(told)


@pytest.mark.usefixtures("logged_in")
def test_a_credential_helper(
    teller: Storyteller,
    images: RegistryServer,
    verify: Verify,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The helper that docker is configured with is asked for the host."""
    images.push(f"team/shop:{teller.tag(TAG)}", "helped")
    (tmp_path / "docker" / "config.json").write_text(json.dumps({"credHelpers": {images.host: "test"}}))
    helper = tmp_path / "bin" / "docker-credential-test"
    helper.parent.mkdir()
    helper.write_text(
        f'#!/bin/sh\n[ "$(cat)" = {images.host} ] && echo \'{{"Username":"{USER}","Secret":"{PASSWORD}"}}\'\n'
    )
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(helper.parent), prepend=":")
    code, told = verify(*only("published"))
    assert (code, told["published"]["verdict"]) == (0, "pass"), told


@pytest.mark.usefixtures("logged_in")
@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a mapping"),
        ('{"credsStore": "../x"}', "no name of a credential helper"),
    ],
)
def test_broken_configuration(teller: Storyteller, verify: Verify, tmp_path: Path, config: str, words: str) -> None:
    (tmp_path / "docker" / "config.json").write_text(config)
    code, told = verify(*only("published"))
    assert (code, told["published"]["verdict"]) == (1, "undecided")
    assert words in told["published"]["message"]


@pytest.mark.usefixtures("logged_in")
def test_no_registry(teller: Storyteller, verify: Verify) -> None:
    text = f"image:\n  repository: 127.0.0.1:{free_port()}/team/shop\n  tag: {teller.tag(TAG)}\n"
    teller.tell([Landing(files={"deploy/env/release-dev/shop.yaml": text})])
    code, told = verify(*only("published"))
    assert (code, told["published"]["verdict"]) == (1, "undecided")
    assert "refused" in told["published"]["message"]


def test_revisions(teller: Storyteller, verify: Verify, tmp_path: Path) -> None:
    """A revision from before the release is not it, a later one is, and an unknown one tells nothing."""
    brought = teller.repo.git("rev-parse", "HEAD")
    before = teller.repo.git("rev-parse", "HEAD~1")
    later = teller.repo.commit("Later", {"README.md": "later\n"})
    wanted = {before: "fail", brought: "pass", later: "pass", "1" * 40: "undecided", "1.2.3": "undecided"}
    for revision, verdict in wanted.items():
        (tmp_path / "cluster.json").write_text(json.dumps(argocd(revision)))
        _, told = verify(*only("deployed"), "--cluster", str(tmp_path / "cluster.json"))
        assert told["deployed"]["verdict"] == verdict, revision


def test_another_image_runs(teller: Storyteller, images: RegistryServer, verify: Verify, tmp_path: Path) -> None:
    head = teller.repo.git("rev-parse", "HEAD")
    (tmp_path / "cluster.json").write_text(json.dumps(argocd(head, f"{images.host}/team/shop:other")))
    _, told = verify(*only("deployed"), "--cluster", str(tmp_path / "cluster.json"))
    assert told["deployed"]["verdict"] == "fail"
    assert "does not run" in told["deployed"]["message"]


def test_the_api(
    teller: Storyteller,
    verify: Verify,
    site: http.server.ThreadingHTTPServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server of Argo CD is asked for the Application, with the token, and what it refuses is said."""
    seen: list[tuple[str, str]] = []
    answer = json.dumps(argocd(teller.repo.git("rev-parse", "HEAD"))).encode()

    def get(self: Site) -> None:
        seen.append((self.path, self.headers["Authorization"]))
        allowed = self.headers["Authorization"] == "Bearer token-of-ci"
        self.send_response(200 if allowed else 403)
        self.end_headers()
        self.wfile.write(answer if allowed else b"{}")

    monkeypatch.setattr(Site, "do_GET", get)
    url = f"http://127.0.0.1:{site.server_port}"
    monkeypatch.setenv("ARGOCD_AUTH_TOKEN", "token-of-ci")
    code, told = verify(*only("deployed"), "--argocd", url)
    assert (code, told["deployed"]["verdict"]) == (0, "pass")
    assert seen == [("/api/v1/applications/shop-dev?appNamespace=argocd", "Bearer token-of-ci")]
    monkeypatch.setenv("ARGOCD_AUTH_TOKEN", "stale")
    code, told = verify(*only("deployed"), "--argocd", url)
    assert (code, told["deployed"]["verdict"]) == (1, "undecided")
    assert "ARGOCD_AUTH_TOKEN" in told["deployed"]["remedy"]
    assert "stale" not in json.dumps(told)


@pytest.fixture
def migrating(teller: Storyteller, images: RegistryServer) -> str:
    """Let a release bring a migration."""
    teller.tell([Code({"apps/shop/migrations/0002.sql": "create\n"})])
    release(teller, images, "{2}-r1")
    return teller.repo.git("rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("phase", "verdict"),
    [("Succeeded", "pass"), ("Failed", "fail"), ("Error", "fail"), ("Running", "fail"), ("", "undecided")],
)
def test_hooks(migrating: str, verify: Verify, tmp_path: Path, phase: str, verdict: str) -> None:
    hook = {"kind": "Job", "name": "migrate", "hookType": "PreSync", "hookPhase": phase, "message": "exit 1"}
    (tmp_path / "cluster.json").write_text(json.dumps(argocd(migrating, hooks=[hook])))
    _, told = verify(*only("migrated"), "--cluster", str(tmp_path / "cluster.json"))
    assert told["migrated"]["verdict"] == verdict
    assert "PreSync hook migrate" in " ".join(told["migrated"]["evidence"])


def test_jobs(migrating: str, teller: Storyteller, images: RegistryServer, verify: Verify, tmp_path: Path) -> None:
    """A Job that runs the image of the release counts; those of other images do not."""
    image = f"{images.host}/team/shop:{teller.tag('{2}-r1')}"
    file = tmp_path / "cluster.json"

    def job(image: str, condition: str) -> dict[str, Any]:
        pod = {"containers": [{"name": "migrate", "image": image}]}
        status = {"conditions": [{"type": condition, "status": "True"}]}
        return {"metadata": {"name": "migrate"}, "spec": {"template": {"spec": pod}}, "status": status}

    for condition, verdict in (("Complete", "pass"), ("Failed", "fail")):
        jobs = {"kind": "JobList", "items": [job(image, condition), job("other:1", "Failed")]}
        file.write_text(json.dumps(argocd(migrating)) + "\n" + json.dumps(jobs))
        _, told = verify(*only("migrated"), "--cluster", str(file))
        assert told["migrated"]["verdict"] == verdict


def test_nobody_tells(migrating: str, verify: Verify, tmp_path: Path) -> None:
    (tmp_path / "cluster.json").write_text(json.dumps(argocd(migrating)))
    _, told = verify(*only("migrated"), "--cluster", str(tmp_path / "cluster.json"))
    assert told["migrated"]["verdict"] == "undecided"
    assert "migration apps/shop/migrations/0002.sql" in told["migrated"]["evidence"]


@pytest.mark.parametrize(
    ("answers", "verdict", "words"),
    [
        ({"/admin": (404, None)}, "pass", "404"),
        ({"/": (301, "/home"), "/home": (200, None)}, "pass", "/home 200"),
        ({"/": (302, "https://shop.example.com/login"), "/login": (200, None)}, "pass", "/login 200"),
        ({"/admin": (500, None)}, "fail", "answers 500"),
        ({"/": (503, None)}, "fail", "answers 503"),
        ({"/": (302, "/a"), "/a": (302, "/")}, "fail", "in a circle"),
        ({"/": (302, "/home"), "/home": (502, None)}, "fail", "answers 502"),
    ],
)
def test_answers(
    teller: Storyteller,
    verify: Verify,
    site: http.server.ThreadingHTTPServer,
    answers: dict[str, Any],
    verdict: str,
    words: str,
) -> None:
    site.answers = answers  # type: ignore[attr-defined]
    _, told = verify(*only("serving"), "--url", f"http://127.0.0.1:{site.server_port}")
    assert told["serving"]["verdict"] == verdict
    assert words in json.dumps(told["serving"])


def test_nobody_there(teller: Storyteller, verify: Verify) -> None:
    _, told = verify(*only("serving"), "--url", f"http://127.0.0.1:{free_port()}")
    assert told["serving"]["verdict"] == "fail"
    assert "refused" in told["serving"]["message"]


def test_what_the_contract_says(teller: Storyteller, verify: Verify, site: http.server.ThreadingHTTPServer) -> None:
    """Other keys and other paths; an Ingress that is off has no hosts, and a token in an address is not told."""
    contract = CONTRACT + "verify: {hosts: ['web.*.url'], paths: [/healthz]}\n"
    layer = "web:\n  a: {url: 'https://a.example.com/x'}\n  b: {enabled: false, url: b.example.com}\n"
    teller.repo.commit("Set", {".gitopslint.yaml": contract, "deploy/env/dev/shop.yaml": layer})
    site.answers = {"/healthz": (302, "/in?token=geheim")}  # type: ignore[attr-defined]
    _, told = verify(*only("serving"), "--url", f"http://127.0.0.1:{site.server_port}")
    assert told["serving"]["verdict"] == "pass"
    assert {host for host, _ in site.asked} == {"a.example.com"}  # type: ignore[attr-defined]
    assert "geheim" not in json.dumps(told)


def test_no_host(teller: Storyteller, verify: Verify) -> None:
    teller.repo.commit("No host", {"deploy/env/dev/shop.yaml": "{}\n"})
    _, told = verify(*only("serving"))
    assert told["serving"]["verdict"] == "undecided"
    assert "verify.hosts" in told["serving"]["remedy"]


def test_waiting(teller: Storyteller, verify: Verify, site: http.server.ThreadingHTTPServer, monkeypatch: Any) -> None:
    """What may still come is asked again, with growing pauses, until it is there or the time is over."""
    clock = [0.0]
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock[0] += seconds
        if len(pauses) == 3:
            site.answers = {}  # type: ignore[attr-defined]

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr("gitopslint.cli.verify.time.monotonic", lambda: clock[0])
    words = [*only("serving"), "--url", f"http://127.0.0.1:{site.server_port}", "--wait"]
    site.answers = {"/": (503, None)}  # type: ignore[attr-defined]
    code, told = verify(*words, "10m")
    assert (code, told["serving"]["verdict"], pauses) == (0, "pass", [2.0, 4.0, 8.0])
    site.answers = {"/": (503, None)}  # type: ignore[attr-defined]
    pauses += [0.0] * 10
    code, told = verify(*words, "5s")
    assert (code, told["serving"]["verdict"], pauses[13:]) == (1, "fail", [2.0, 3.0])


def test_junit(teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> None:
    """A test for each line; what is undecided is an error, and skipped where the run takes it."""
    words = ["verify", "shop", "dev", "--format", "junit", *only("deployed")]
    assert main(words) == 1
    suite = ET.fromstring(capfd.readouterr().out).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("errors"), suite.get("skipped")) == ("5", "1", "4")
    assert [case.get("name") for case in suite.iter("testcase") if case.find("error") is not None] == ["deployed"]
    assert main([*words, "--undecided", "warn"]) == 0
    suite = ET.fromstring(capfd.readouterr().out).find("testsuite")
    assert suite is not None
    assert (suite.get("errors"), suite.get("skipped")) == ("0", "5")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["verify", "shopp", "dev"], "there is no app 'shopp': did you mean 'shop'?"),
        (["verify", "shop", "live"], "shop is in no environment 'live'"),
        (["verify", "shop", "dev", "--cluster", "none.json"], "--cluster none.json cannot be read"),
        (["verify", "shop", "dev", "--cluster", ".gitopslint.yaml"], "it is no JSON: line 1, column 1"),
        (["verify", "shop", "dev", "--cluster", "empty.json"], "neither an Application nor a Job"),
        (["verify", "shop", "dev", "--ca-file", "none.pem"], "--ca-file none.pem"),
        (["verify", "shop", "dev", "--url", "ftp://x"], "an address starts with http"),
        (["verify", "shop", "dev", "--wait", "soon"], "is no length of time"),
        (["verify", "shop", "dev", "--timeout", "-1"], "is no number of seconds"),
        (["verify", "shop", "dev", "--skip", "all"], "invalid choice"),
        (["verify", "shop", "dev", "--record", "broken.jsonl"], "--record broken.jsonl:1"),
    ],
)
def test_bad_words(teller: Storyteller, words: list[str], message: str, capfd: pytest.CaptureFixture[str]) -> None:
    teller.repo.write("empty.json", "{}")
    teller.repo.write("broken.jsonl", '{"image": "a"}\n')
    assert main(words) == 2
    assert message in capfd.readouterr().err


def alone(files: Mapping[str, str], *skipped: Criterion) -> tuple[Verification, set[str]]:
    """Verify a release of files in memory, where all hosts answer, and return the hosts that were asked as well."""
    history = ToldHistory([Told({"README.md": "Begin\n"}), Told(files)], {})
    contract, catalogue = contract_of({".gitopslint.yaml": CONTRACT})
    product = Product(MemoryTree(history.files), contract, open_history=lambda: history)
    asked: set[str] = set()

    def visit(host: str, path: str) -> Visit:
        asked.add(host)
        return Visit(f"https://{host}{path}", ((f"https://{host}{path}", 200),))

    world = World(Registries(Client(timeout=1), lambda _host: None), None, lambda _commit, _revision: None, visit)
    verifier = Verifier(product, select(catalogue, contract), "shop", "dev", world, skipped)
    return verifier.verify(), asked


@pytest.mark.parametrize(
    ("repository", "images"),
    [("r.example.com/shop", ("r.example.com/shop:1.2.3",)), ("https://r.example.com/shop", ())],
)
def test_what_should_run(repository: str, images: tuple[str, ...]) -> None:
    """A repository that no image can have names none, so none is looked for in the cluster."""
    files = {"deploy/env/release-dev/shop.yaml": f"image: {{repository: '{repository}', tag: 1.2.3}}\n"}
    assert alone(files, *CRITERIA)[0].images == images


def test_what_is_off_at_the_top() -> None:
    """`enabled: false` beside an Ingress is about something else: its hosts are asked all the same."""
    files = {
        "deploy/env/release-dev/shop.yaml": "image: {repository: r.example.com/shop, tag: 1.2.3}\n",
        "deploy/env/dev/shop.yaml": f"enabled: false\n{ENV_LAYER}",
    }
    found, asked = alone(files, *(one for one in CRITERIA if one != "serving"))
    assert ([one.verdict for one in found.lines], asked) == (["pass"], {"shop.example.com"})

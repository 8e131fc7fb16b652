"""`gitopslint init`: it finds the layout that is there, and a check under its contract reads exactly these layers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from gitopslint.cli import main
from gitopslint.loaders.contract import read_contract
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.contract import Contract
from tests.support.layouts import BOTH, IMAGE, KUSTOMIZATION, LAYOUTS, PLAIN, RELEASE, Expected, each
from tests.support.repo import Repo
from tests.support.runs import write_files


def proposed(root: Path) -> tuple[Contract, str]:
    """Let `init` write a contract, and return it with its text."""
    assert main(["init", str(root)]) == 0
    text = (root / ".gitopslint.yaml").read_text("utf-8")
    return read_contract(".gitopslint.yaml", text.encode(), load_catalogue()), text


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_layout(layout: Expected, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The contract has the environments in order, the layers and images; a check reads these files as layers only."""
    root = tmp_path / "root"
    write_files(root, {**layout.files, **layout.strangers, "README.md": "x\n"})
    contract, text = proposed(root)
    assert list(contract.environments) == list(layout.environments)
    assert [f"{layer.role} {layer.path}" for layer in contract.layers] == list(layout.layers)
    said = [
        {
            name: value
            for name in ("registry", "repository", "tag", "digest", "reference")
            if (value := getattr(one, name))
        }
        for one in contract.images
    ]
    assert [one if "reference" not in one else {"reference": one["reference"]} for one in said] == list(layout.images)
    assert layout.also in text
    capsys.readouterr()
    assert main(["check", "--show-files", str(root)]) == 0
    uses = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    layers = {path for path, use in uses.items() if use.startswith("layer ")}
    meant = {path for path in layout.files if not path.endswith("Chart.yaml") and "Application" not in uses[path]}
    assert layers == meant - {"apps/test/tests/values.yaml"}
    assert main(["check", str(root), "--output-format", "json"]) in (0, 1)


def test_every_line_is_explained(tmp_path: Path) -> None:
    """Above each key of the contract stands what it means."""
    write_files(tmp_path, LAYOUTS["release layers apart, loaded by Applications"].files)
    _, text = proposed(tmp_path)
    before = ""
    for line in text.splitlines():
        if line and line[0] not in " #" and not line.startswith("version:"):
            assert before.startswith("#"), line
        before = line


# What stands in no layout that a contract can describe, and the word for it.
NOTHING: dict[str, tuple[Mapping[str, str], str]] = {
    "an empty repository": ({"README.md": "x\n"}, "No layout was recognised"),
    "tests that are called like an environment": ({"test/values.yaml": BOTH}, "No layout was recognised"),
    "programs": ({"src/dev/app.yaml": "a: 1\n", "src/prod/app.yaml": "a: 1\n"}, "No layout was recognised"),
    "kustomize alone": (each("overlays/{env}/{app}/kustomization.yaml", KUSTOMIZATION), "overlays are no layers"),
    "Flux without environments": (each("apps/{app}/release.yaml", RELEASE), "what Flux adds"),
}


@pytest.mark.parametrize(("files", "word"), NOTHING.values(), ids=NOTHING)
def test_nothing_recognised(
    files: Mapping[str, str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing is recognised the default contract comes with a clear word."""
    write_files(tmp_path, files)
    contract, text = proposed(tmp_path)
    assert contract.layers == Contract().layers
    assert word in text
    assert "no layout was recognised: say under `layers`" in capsys.readouterr().err


def test_platform(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A repository that builds for another one has no layers, and is told so."""
    write_files(tmp_path, {"docker/web-shop/WEB_CORE_REF": "0" * 40 + "\n"})
    proposed(tmp_path)
    assert "`gitopslint check --product DIR`" in capsys.readouterr().err


COMMITS = {"of this repository": (True, "here"), "of another one": (False, "elsewhere")}


@pytest.mark.parametrize(("own", "commits"), COMMITS.values(), ids=COMMITS)
def test_commits(own: bool, commits: str, tmp_path: Path) -> None:
    """Whether tags name commits of this repository is looked up in its history."""
    repo = Repo(tmp_path)
    commit = repo.commit("Begin", {"services/shop/Dockerfile": "FROM scratch\n", "services/cart/src/Dockerfile": "\n"})
    tag = commit[:12] if own else "4f9d2c7b81ae"
    repo.commit("Release", each("envs/{env}/{app}.yaml", f"image: {{repository: r/x, tag: {tag}-r1}}\nreplicas: 1\n"))
    contract, text = proposed(tmp_path)
    assert contract.commits == commits
    assert ("sources:" in text) is own
    if own:
        assert contract.sources == ("services/{app}/**",)


CODE = {
    "none": ({"README.md": "x\n", "apps/shop/README.md": "x\n"}, "elsewhere"),
    "a program of an app": ({"apps/shop/main.go": "package main\n"}, "here"),
    "a Dockerfile": ({"build/Dockerfile": "FROM scratch\n"}, "here"),
}


@pytest.mark.parametrize(("files", "commits"), CODE.values(), ids=CODE)
def test_commits_without_tags_that_name_one(files: Mapping[str, str], commits: str, tmp_path: Path) -> None:
    """Where no tag names a commit and nothing can be built, the code is elsewhere, so no rule speaks of it."""
    write_files(
        tmp_path, dict(files) | each("envs/{env}/{app}.yaml", "image: {repository: r/x, tag: 1.2.3}\nreplicas: 1\n")
    )
    contract, _ = proposed(tmp_path)
    assert contract.commits == commits


def test_no_image(tmp_path: Path) -> None:
    """Where no image was seen, the default comes with a word about charts that have other keys."""
    write_files(tmp_path, each("deploy/{app}/values-{env}.yaml", PLAIN))
    _, text = proposed(tmp_path)
    assert "# [{registry: image.repo, repository: image.name, tag: image.version}] or [{reference: image}].\n" in text


def test_release_keys_and_broken_files(tmp_path: Path) -> None:
    """What most release layers do decides; an odd or a broken one is a finding later, and no reason for another role."""
    release = IMAGE + "env: {APP_NAME: shop}\n"
    files = {
        **each("env/release-{env}/{app}.yaml", release),
        **each("env/{env}/{app}.yaml", PLAIN),
        "env/release-dev/cart.yaml": "image: [\n",
    }
    write_files(tmp_path, files)
    contract, _ = proposed(tmp_path)
    assert [layer.role for layer in contract.layers] == ["env", "release"]
    assert contract.release_keys == ("env.APP_NAME",)
    assert all(layer.required for layer in contract.layers)


def test_required(tmp_path: Path) -> None:
    """A layer that some apps lack in an environment of theirs is not required."""
    files = {**each("env/{env}/{app}/values.yaml", BOTH), "env/dev/shop/image.yaml": IMAGE}
    write_files(tmp_path, files)
    contract, _ = proposed(tmp_path)
    assert [(layer.role, layer.required) for layer in contract.layers] == [("env", True), ("release", False)]


def test_self_heal(tmp_path: Path) -> None:
    """Settings of Argo CD are taken as they are."""
    source = LAYOUTS["release layers apart, loaded by Applications"].files
    heals = {
        path: text + "  syncPolicy: {automated: {selfHeal: true}}\n" if path.startswith("argocd/prod") else text
        for path, text in source.items()
    }
    write_files(tmp_path, heals)
    contract, _ = proposed(tmp_path)
    assert contract.applications.self_heal == {"dev": False, "prod": True}


def test_regions(tmp_path: Path) -> None:
    """Regions are no steps of each other: each gets its tags from the environment before all of them."""
    write_files(tmp_path, each("clusters/{env}/{app}/values.yaml", IMAGE, ("shop",), ("dev", "prod-eu", "prod-us")))
    contract, text = proposed(tmp_path)
    assert contract.before("prod-us") == contract.before("prod-eu") == ("dev",)
    assert "`null`: it gets releases itself.\npromoted_from: {prod-us: dev}\n" in text


def test_odd_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names that YAML, comments or templates could take for something else stay what they are."""
    names = ("on", "a: b", "#x", "{y}", "\x1b[31m", "é")
    write_files(tmp_path, each("apps/{app}/values-{env}.yaml", BOTH, names))
    _, text = proposed(tmp_path)
    assert "\x1b" not in text
    capsys.readouterr()
    assert main(["check", "--show-files", str(tmp_path)]) == 0
    layers = [line for line in capsys.readouterr().out.splitlines() if "layer env" in line]
    assert len(layers) == 2 * len(names)


HOOK = "  - repo: https://github.com/gitopslint/gitopslint\n"


def test_hook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The hook is configured at the top of the repository, for the folder with the contract."""
    repo = Repo(tmp_path)
    write_files(tmp_path / "deploy", each("envs/{env}/{app}.yaml", BOTH))
    assert main(["init", "--hook", str(tmp_path / "deploy")]) == 0
    text = (repo.path / ".pre-commit-config.yaml").read_text("utf-8")
    assert text.startswith("repos:\n" + HOOK)
    assert "args: [deploy]" in text
    assert main(["init", "--hook", str(tmp_path / "deploy")]) == 0
    assert "speaks of gitopslint already" in capsys.readouterr().err
    assert (repo.path / ".pre-commit-config.yaml").read_text("utf-8") == text


def test_hook_beside_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A configuration that is there stays as it is; what to add is printed."""
    write_files(tmp_path, {".pre-commit-config.yaml": "repos: []\n", ".gitopslint.yaml": "version: 1\n"})
    assert main(["init", "--hook", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith(HOOK)
    assert "add this under `repos`" in told.err
    assert (tmp_path / ".pre-commit-config.yaml").read_text("utf-8") == "repos: []\n"
    assert (tmp_path / ".gitopslint.yaml").read_text("utf-8") == "version: 1\n"


PIPELINES = {"gitlab": ".gitlab-ci.yml", "github": ".github/workflows/gitopslint.yml"}


@pytest.mark.parametrize(("kind", "file"), PIPELINES.items())
def test_pipeline(kind: str, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pipeline is written where none is, with all of the history; one that is there stays as it is."""
    write_files(tmp_path, {".gitopslint.yaml": "version: 1\n"})
    assert main(["init", "--ci", kind, str(tmp_path)]) == 0
    written = yaml.safe_load((tmp_path / file).read_text("utf-8"))
    text = json.dumps(written)
    assert "gitopslint check" in text
    assert ("docs/pipelines.md" in (tmp_path / file).read_text("utf-8")) == (kind == "gitlab")
    assert '"GIT_DEPTH": 0' in text or '"fetch-depth": 0' in text
    (tmp_path / file).write_text("mine: {}\n")
    capsys.readouterr()
    assert main(["init", "--ci", kind, str(tmp_path)]) == 0
    assert "gitopslint check" in capsys.readouterr().out
    assert (tmp_path / file).read_text("utf-8") == "mine: {}\n"


def test_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A contract that is there stays as it is."""
    write_files(tmp_path, {".gitopslint.yaml": "version: 1\n"})
    assert main(["init", str(tmp_path)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / ".gitopslint.yaml").read_text("utf-8") == "version: 1\n"

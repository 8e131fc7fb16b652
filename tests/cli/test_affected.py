"""`gitopslint affected`: with what a change is compared, and the formats for people and pipelines."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from gitopslint.cli import main
from tests.support.product import clean_product
from tests.support.repo import Repo, clean_git_environment
from tests.support.runs import CLEAN

WORKSPACE: dict[str, str | bytes | None] = {
    "package.json": '{"name": "root", "workspaces": ["apps/*", "packages/*"]}',
    "apps/shop/package.json": '{"name": "shop", "dependencies": {"ui": "*"}}',
    "packages/ui/package.json": '{"name": "ui"}',
}
SCHEMA = json.loads(Path("schemas/affected.schema.json").read_text("utf-8"))


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A product of one app in a workspace, released to both environments."""
    repo = clean_product(tmp_path / "product", CLEAN | WORKSPACE)
    monkeypatch.chdir(repo.path)
    return repo


def run(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command and return its exit code and what it said."""
    code = main(["affected", *words])
    captured = capfd.readouterr()
    return code, captured.out, captured.err


def test_text(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """Images and rollouts, each with its reasons; what matters to neither is left out."""
    head = repo.head()
    release = repo.path / "deploy/env/release-dev/shop.yaml"
    release.write_text(release.read_text("utf-8").replace("-r3", "-r4"), "utf-8")
    tag = repo.git("rev-parse", "--short=12", "HEAD~2")
    repo.commit("Change", {"packages/ui/a.ts": "", "apps/shop/a.ts": "", "docs/a.md": "", "package.json": "{ }"})
    said = (
        f"images to build (since {head[:8]}): 1 of 1\n"
        "  shop\n"
        "    its own files: apps/shop/a.ts\n"
        "    a package that it depends on: packages/ui/a.ts (ui)\n"
        "    shared by all builds: package.json\n"
        "rollouts: 1\n"
        "  shop in dev\n"
        f"    release: image.tag '{tag}-r3' → '{tag}-r4' (deploy/env/release-dev/shop.yaml:4:8)\n"
    )
    assert run(capfd, "--base", head) == (0, said, "")


def test_merge_base(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """What happened on the other branch since is not part of the change."""
    repo.git("switch", "--quiet", "--create", "feature")
    repo.commit("Feature", {"docs/a.md": "Hello"})
    repo.git("switch", "--quiet", "main")
    repo.commit("Main goes on", {"apps/shop/a.ts": ""})
    repo.git("switch", "--quiet", "feature")
    assert run(capfd, "--base", "main")[1].splitlines()[0].endswith("0 of 1")


def test_work_tree_and_index(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """Files on disk count before they are added; with --staged only what is staged does, against HEAD."""
    repo.write("apps/shop/new.ts", "export {}\n")
    assert "1 of 1" in run(capfd, "--base", "HEAD")[1]
    assert "0 of 1" in run(capfd, "--staged")[1]
    repo.git("add", "--all")
    assert "1 of 1" in run(capfd, "--staged")[1]


@pytest.mark.parametrize("base", ["0" * 40, "0" * 64])
def test_no_commit_before(base: str, repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """The id that GitLab gives when there was no commit before means that everything is affected."""
    _, out, _ = run(capfd, "--base", base, "--format", "json")
    told = json.loads(out)
    assert told["base"] is None
    assert [image["app"] for image in told["images"]] == ["shop"]
    assert [(one["app"], one["environment"]) for one in told["rollouts"]] == [("shop", "dev"), ("shop", "prod")]


def test_nothing_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A first commit without any base affects everything."""
    repo = Repo(tmp_path)
    repo.stage({path: text for path, text in CLEAN.items() if text is not None})
    monkeypatch.chdir(tmp_path)
    assert "images to build (a first commit): 1 of 1" in run(capfd, "--staged")[1]


def test_base_of_a_pipeline(repo: Repo, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In a merge-request pipeline the base need not be named."""
    monkeypatch.setenv("CI_PROJECT_DIR", str(repo.path))
    monkeypatch.setenv("CI_MERGE_REQUEST_DIFF_BASE_SHA", repo.head())
    repo.commit("Change", {"apps/shop/a.ts": ""})
    assert "1 of 1" in run(capfd)[1]


MISTAKES = {
    "no base": ([], "affected needs to know the base"),
    "an empty base": (["--base", ""], "--base is empty: name a commit or a branch"),
    "a base that is not there": (["--base", "nowhere"], "the base of the merge request (--base) is not in this clone"),
    "a pipeline without jobs": (["--base", "HEAD", "--format", "gitlab"], "--format gitlab needs --include FILE"),
    "a job that is none": (["--job-template", "a\nb"], "is no name of a job"),
}


@pytest.mark.parametrize(("words", "said"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(words: list[str], said: str, repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """A mistake is one message, with a way out, and code 2."""
    code, out, err = run(capfd, *words)
    assert (code, out) == (2, "")
    assert said in err


def test_json(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """For programs: whole ids and places, by the published schema."""
    head = repo.head()
    repo.commit("Change", {"packages/ui/a.ts": "", "deploy/env/dev/shop.yaml": "env: {APP_ENV: dev}\nreplicas: 4\n"})
    told = json.loads(run(capfd, "--base", head, "--format", "json")[1])
    jsonschema.validate(told, SCHEMA)
    assert (told["version"], told["base"]) == (1, head)
    assert told["images"] == [
        {"app": "shop", "causes": [{"kind": "package", "path": "packages/ui/a.ts", "detail": "", "via": ["ui"]}]}
    ]
    assert {key: told["rollouts"][0]["reasons"][0][key] for key in ("kind", "detail", "line")} == {
        "kind": "env",
        "detail": "replicas",
        "line": 2,
    }


def test_undecided(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """What nobody can tell is said, and counts."""
    head = repo.head()
    repo.commit("Change", {"packages/mail/package.json": "{", "packages/mail/a.ts": ""})
    told = json.loads(run(capfd, "--base", head, "--format", "json")[1])
    assert {cause["kind"] for image in told["images"] for cause in image["causes"]} == {"undecided"}
    assert told["undecided"][0]["reason"].startswith("packages/mail/package.json cannot be read: line 1, column 2")
    assert "undecided, so it counts as affected" in run(capfd, "--base", head, "--format", "dotenv")[2]


def test_dotenv(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """Variables that later jobs of a pipeline can use."""
    head = repo.head()
    repo.commit("Change", {"apps/shop/a.ts": "", "deploy/env/dev/shop.yaml": "replicas: 4\n"})
    assert run(capfd, "--base", head, "--format", "dotenv")[1].splitlines() == [
        f"AFFECTED_BASE={head}",
        "AFFECTED_IMAGES=shop",
        "AFFECTED_IMAGES_COUNT=1",
        "AFFECTED_ROLLOUTS=shop:dev",
        "AFFECTED_ROLLOUTS_COUNT=1",
        "AFFECTED_UNDECIDED_COUNT=0",
    ]


def test_pipeline(repo: Repo, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A child pipeline that GitLab's own schema accepts, also when there is nothing to build."""
    head = repo.head()
    empty, full = tmp_path / "empty.yml", tmp_path / "full.yml"
    words = ["--base", head, "--format", "gitlab", "--include", "ci/build.yml", "--output-file"]
    assert run(capfd, *words, str(empty)) == (0, "", "")
    repo.commit("Change", {"apps/shop/a.ts": ""})
    run(capfd, *words, str(full))
    assert full.read_text("utf-8") == (
        "# Written by `gitopslint affected --format gitlab`.\n"
        'include: [{"local": "/ci/build.yml"}]\n'
        '"build shop":\n'
        '  extends: ".build-image"\n'
        "  variables:\n"
        '    GITOPSLINT_APP: "shop"\n'
        f'    GITOPSLINT_BASE: "{head}"\n'
    )
    validator = ["-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
    done = subprocess.run(
        [sys.executable, *validator, empty, full], env=clean_git_environment(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode()


HOSTILE = ("$(touch x)", "a b", "a\nrm -rf", "shop;id", "x: y", "ümlaut", "-rf", "$CI_JOB_TOKEN")


@pytest.mark.parametrize("form", ["dotenv", "gitlab"])
def test_hostile_names(form: str, repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """Names come from names of files: one that a shell or YAML could read as more is refused, not quoted."""
    head = repo.head()
    for name in HOSTILE:
        path = repo.write(f"deploy/env/dev/{name}.yaml", "replicas: 1\n")
        source = repo.write(f"apps/{name}/main.go", "package main\n")
        code, out, err = run(capfd, "--base", head, "--format", form, "--include", "ci/a.yml")
        assert (code, out) == (2, ""), name
        assert "is no name for a variable or a job" in err
        path.unlink()
        source.unlink()


def test_dotenv_too_large(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """GitLab takes 5 KB at most, and would fail the job after all its work."""
    head = repo.head()
    for number in range(200):
        repo.write(f"deploy/env/dev/an-app-with-a-long-name-{number}.yaml", "replicas: 1\n")
    code, _, err = run(capfd, "--base", head, "--format", "dotenv")
    assert code == 2
    assert "no dotenv report of more than 5 KB" in err


def test_below_the_top(repo: Repo, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """In a repository that holds the product in a folder, paths start at the top, as git writes them."""
    outer = Repo(tmp_path / "outer")
    there = {path: text for path, text in (CLEAN | WORKSPACE).items() if text is not None}
    outer.commit("Begin", {f"web/{path}": text for path, text in there.items()})
    outer.commit("Change", {"web/packages/ui/a.ts": "", "apps/shop/a.ts": ""})
    _, out, _ = run(capfd, "--base", "HEAD~1", str(outer.path / "web"))
    assert "a package that it depends on: web/packages/ui/a.ts (ui)" in out
    assert "its own files" not in out


def test_submodules(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """A submodule of an app counts for it; of one elsewhere nobody knows who needs it, so it counts for all."""
    repo.write(".gitmodules", "")
    base = repo.commit("Base")
    for path, kind in (("apps/shop/vendor", "source"), ("libs/c", "undecided")):
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{base},{path}")
        told = json.loads(run(capfd, "--base", base, "--format", "json")[1])
        assert [(one["kind"], one["path"]) for image in told["images"] for one in image["causes"]] == [(kind, path)]
        repo.git("update-index", "--force-remove", path)


def test_an_app_that_is_a_submodule(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """A pattern for what is in a folder is about a submodule that stands there: it counts for its app alone."""
    repo.write(".gitmodules", "")
    base = repo.commit("Base", {".gitopslint.yaml": "platform: none\nsources: ['vendor/{app}/**']\n"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{base},vendor/shop")
    told = json.loads(run(capfd, "--base", base, "--format", "json")[1])
    assert [(image["app"], image["causes"][0]["kind"]) for image in told["images"]] == [("shop", "source")]
    assert told["images"][0]["causes"][0]["path"] == "vendor/shop"


def test_a_workspace_that_begins_above(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What an app needs from a workspace above the contract is not followed there, and that is said."""
    outer = Repo(tmp_path / "outer")
    there = {f"web/{path}": text for path, text in CLEAN.items() if text is not None}
    there["package.json"] = '{"name": "all", "workspaces": ["web/apps/*", "libs/*"]}'
    there["web/apps/shop/package.json"] = '{"name": "shop", "dependencies": {"ui": "*"}}'
    there |= {f"libs/{name}/package.json": f'{{"name": "{name}", "version": "1.0.0"}}' for name in ("ui", "other")}
    outer.commit("Begin", there)
    base = outer.commit("Another package", {"libs/other/a.ts": "", "README.md": ""})
    assert "images to build" in (out := run(capfd, "--base", "HEAD~1", str(outer.path / "web"))[1])
    assert "undecided" not in out
    outer.commit("A package that it needs", {"libs/ui/a.ts": ""})
    _, out, _ = run(capfd, "--base", base, str(outer.path / "web"))
    assert "the workspace begins above the contract, where libs/ui/a.ts has changed" in out
    assert "put the contract at the root of the workspace" in out
    assert "1 of 1" in out
    outer.write("libs/ui/b.ts", "")
    assert "begins above" not in run(capfd, "--staged", str(outer.path / "web"))[1]
    outer.git("add", "--all")
    assert "where libs/ui/b.ts has changed" in run(capfd, "--staged", str(outer.path / "web"))[1]

"""The GitLab component and the plain include, run as pipelines, with the variables that GitLab sets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator, Draft202012Validator

from gitopslint.loaders.resources import resource
from tests.support.gitlab import Pipeline, merge_request, publish, run_pipeline
from tests.support.product import clean_product
from tests.support.project import ROOT
from tests.support.repo import Repo

COMPONENTS = sorted((ROOT / "templates").glob("*.yml"))
INCLUDES = sorted((ROOT / "gitlab").glob("*.yml"))

BAD = {"deploy/env/release-prod/shop.yaml": "image:\n  repository: registry.example.com/shop\n  tag: latest\n"}
GOOD = {"deploy/env/dev/shop.yaml": "env:\n  APP_ENV: dev\n  LOG: debug\nenvFrom:\n  secretRef: shop-dev-env\n"}

BROKEN = ["mutable-tag", "skipped-environment"]  # the second one needs the history

REPORT = "gl-code-quality-report.json"


def component(name: str = "gitopslint", **inputs: str | bool) -> str:
    """Return how a project uses a component; ours is of the same project, which needs no network."""
    used = {"install": ""} | {key.replace("_", "-"): value for key, value in inputs.items()}
    address = f"$CI_SERVER_FQDN/group/shop/{name}@$CI_COMMIT_SHA"
    return json.dumps({"include": [{"component": address, "inputs": used}]})


def include(name: str = "gitopslint", **variables: str) -> str:
    """Return how a project uses a plain include."""
    used = {"GITOPSLINT_INSTALL": ""} | variables
    return json.dumps({"include": [{"local": f"/gitlab/{name}.yml"}], "variables": used})


@dataclass(frozen=True)
class Case:
    """A pipeline: what main holds, what the request changes, and how it ends."""

    configuration: str
    change: Mapping[str, str]
    code: int
    findings: list[str]
    job: str = "gitopslint"
    before: Mapping[str, str] = field(default_factory=dict)


MERGE_REQUESTS = {
    "a violation": Case(component(), BAD, 1, BROKEN),
    "none": Case(component(), GOOD, 0, []),
    "a violation, plain include": Case(include(), BAD, 1, BROKEN),
    "none, plain include": Case(include(GITOPSLINT_FAIL_ON="note"), GOOD, 0, []),
    "only what main has already": Case(component(new_only=True), GOOD, 0, BROKEN, before=BAD),
    "only what main has already, plain": Case(include(GITOPSLINT_NEW_ONLY="true"), GOOD, 0, BROKEN, before=BAD),
    "what main has already counts by default": Case(component(), GOOD, 1, BROKEN, before=BAD),
    "further words, and another name": Case(
        component(args="--select mutable-tag --exit-zero", job_prefix="lint"), BAD, 0, ["mutable-tag"], "lint"
    ),
    "a part of the repository": Case(component(path="deploy/env/dev"), BAD, 0, []),
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A product that came about by the contract."""
    return clean_product(tmp_path / "shop")


@pytest.mark.parametrize("case", MERGE_REQUESTS.values(), ids=MERGE_REQUESTS)
def test_merge_request(case: Case, repo: Repo) -> None:
    """A request is judged by what it brings, and its report is there whether the job failed or not."""
    if case.before:
        repo.commit("Before", case.before)
    pipeline = request(repo, case.configuration, case.change)
    assert pipeline.code == case.code, pipeline.said
    entries = code_quality(pipeline, case.job)
    assert decided(entries) == case.findings
    if "--select" not in case.configuration:
        assert "counts as one landing (CI_MERGE_REQUEST_DIFF_BASE_SHA)" in pipeline.said


@pytest.mark.parametrize("configuration", [component(), include()], ids=["component", "include"])
def test_default_branch(configuration: str, repo: Repo) -> None:
    """The default branch is checked, too: its report is what GitLab compares requests with."""
    publish(repo, configuration)
    pipeline = run_pipeline(repo)
    assert pipeline.code == 0, pipeline.said
    assert decided(code_quality(pipeline)) == []


def test_other_branches(repo: Repo) -> None:
    """A branch without a request has no job: there would be two of them otherwise."""
    publish(repo, component())
    repo.git("switch", "--quiet", "--create", "later")
    pipeline = run_pipeline(repo, words=("--list",))
    assert pipeline.code == 0, pipeline.said
    assert "gitopslint" not in pipeline.said.partition("needs\n")[2]


@pytest.mark.parametrize(
    "configuration", [component("gitopslint-sarif"), include("gitopslint-sarif")], ids=["component", "include"]
)
def test_sarif(configuration: str, repo: Repo) -> None:
    """The job that feeds SARIF succeeds although there are findings: GitLab reads it from no other."""
    # The schema inside of gitlab-ci-local is older than such reports, as are the instances that refuse them.
    pipeline = request(repo, configuration, BAD, "--json-schema-validation=false")
    assert pipeline.code == 0, pipeline.said
    log = json.loads((pipeline.artifacts / "gitopslint-sarif/gl-gitopslint.sarif").read_text("utf-8"))
    schema = json.loads(resource("schemas", "sarif-2.1.0.schema.json").read_text("utf-8"))
    assert list(Draft4Validator(schema).iter_errors(log)) == []
    assert "mutable-tag" in {result["ruleId"] for run in log["runs"] for result in run["results"]}


def test_other_project(repo: Repo, tmp_path: Path) -> None:
    """The job clones the platform by its path, and nothing of the clone is checked as if it were of this repository."""
    platform = Repo(tmp_path / "server/group/platform.git")
    platform.commit("Begin", {"docker/web-shop/VERSION": "1\n", "docker/web-shop/WEB_CORE_REF": "main\n"})
    publish(repo, component(platform="group/platform", platform_ref="main", args="--select malformed-ref,platform"))
    pipeline = run_pipeline(repo, {"CI_SERVER_URL": f"file://{tmp_path}/server", "CI_JOB_TOKEN": "t0ken"})
    assert pipeline.code == 1, pipeline.said
    assert {entry["location"]["path"].partition("/")[0] for entry in code_quality(pipeline)} == {"deploy"}
    clone = repo.path / ".gitopslint/other/platform"
    assert (clone / "docker/web-shop/VERSION").exists()
    assert "t0ken" not in (clone / ".git/config").read_text() + pipeline.said


@pytest.mark.slow
def test_installation(repo: Repo, requirement: str) -> None:
    """The job installs what it is told to, and checks with that."""
    pipeline = request(repo, component(install=requirement), BAD)
    assert pipeline.code == 1, pipeline.said
    assert [entry["check_name"] for entry in code_quality(pipeline)].count("mutable-tag") == 1
    assert (repo.path / ".gitopslint/venv/bin/gitopslint").exists()


@pytest.mark.parametrize("file", [*COMPONENTS, *INCLUDES], ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_schema(file: Path, tmp_path: Path) -> None:
    """GitLab's schema of CI files accepts each part."""
    parts = file.read_text("utf-8").split("\n---\n")
    assert len(parts) == (2 if file in COMPONENTS else 1)
    for number, part in enumerate(parts):
        (tmp_path / f"{number}.yml").write_text(part, "utf-8")
    done = subprocess.run(
        [
            Path(sys.executable).parent / "check-jsonschema",
            "--builtin-schema",
            "vendor.gitlab-ci",
            "--data-transform",
            "gitlab-ci",
            *sorted(tmp_path.glob("*.yml")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", COMPONENTS, ids=lambda file: file.stem)
def test_component_and_include_are_one(file: Path) -> None:
    """Both run the same job: they differ in how it is named and set, and an include has every input as a variable."""
    header, job = yaml.safe_load_all(file.read_text("utf-8"))
    plain = yaml.safe_load((ROOT / "gitlab" / file.name).read_text("utf-8"))
    inputs = header["spec"]["inputs"]
    assert all(one["description"] and "default" in one and one["type"] for one in inputs.values())
    (ours,), theirs = job.values(), plain[file.stem]
    for key in ("stage", "image", "variables", "script"):
        a, b = ours.pop(key), theirs.pop(key)
        if key == "script":
            assert [line.replace("$[[ inputs.new-only ]]", "$GITOPSLINT_NEW_ONLY") for line in a] == b
    assert ours == theirs
    named = {f"GITOPSLINT_{name.replace('-', '_').upper()}": one["default"] for name, one in inputs.items()}
    assert {name: str(value).lower() if isinstance(value, bool) else value for name, value in named.items()} == (
        plain["variables"] | {"GITOPSLINT_STAGE": "test", "GITOPSLINT_JOB_PREFIX": file.stem}
    )


def request(repo: Repo, configuration: str, change: Mapping[str, str], *words: str) -> Pipeline:
    """Run the pipeline of a merge request that changes files."""
    publish(repo, configuration)
    repo.git("switch", "--quiet", "--create", "change")
    repo.commit("Change", change)
    return run_pipeline(repo, merge_request(repo), words=words)


def code_quality(pipeline: Pipeline, job: str = "gitopslint") -> list[dict[str, Any]]:
    """Return the entries of the report that a job left, which is valid."""
    entries: list[dict[str, Any]] = json.loads((pipeline.artifacts / job / REPORT).read_text("utf-8"))
    schema = json.loads(resource("schemas", "gitlab-codequality.schema.json").read_text("utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(entries)) == []
    return entries


def decided(entries: list[dict[str, Any]]) -> list[str]:
    """Return the rules that are broken, without what cannot be decided in such a small repository."""
    return sorted({entry["check_name"] for entry in entries if not entry["description"].startswith("undecided")})

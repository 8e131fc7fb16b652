"""The composite action for GitHub, step by step."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.github import ACTION, run_action
from tests.support.hooks import BIN, OFFLINE
from tests.support.product import clean_product
from tests.support.project import ROOT
from tests.support.repo import Repo

RELEASE = "deploy/env/release-prod/shop.yaml"
BAD = {RELEASE: "image:\n  repository: registry.example.com/shop\n  tag: latest\n"}
GOOD = {"deploy/env/dev/shop.yaml": "env:\n  APP_ENV: dev\n  LOG: debug\nenvFrom:\n  secretRef: shop-dev-env\n"}
ANNOTATED = f"::error file={RELEASE},line=3,"
PULL_REQUEST = {"GITHUB_BASE_REF": "main", "GITHUB_EVENT_NAME": "pull_request"}


@dataclass(frozen=True)
class Case:
    """A run of the action: what main holds, what the request changes, the inputs, and how it ends."""

    change: Mapping[str, str]
    code: int
    annotated: bool
    inputs: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=lambda: PULL_REQUEST)


CASES = {
    "a violation": Case(BAD, 1, True),
    "none": Case(GOOD, 0, False),
    "only what main has already": Case(GOOD, 0, True, {"new-only": "true"}, BAD),
    "what main has already counts by default": Case(GOOD, 1, True, {}, BAD),
    "a push, which has no base": Case(GOOD, 1, True, {"new-only": "true"}, BAD, {}),
    "further words": Case(BAD, 0, True, {"args": "--exit-zero --select mutable-tag"}),
    "a part of the repository": Case(BAD, 0, False, {"path": "deploy/env/dev"}),
    "a base that is named": Case(BAD, 1, True, {"base": "main", "new-only": "true"}, {}, {}),
    "words that are no options": Case(BAD, 2, False, {"fail-on": "x; touch /tmp/never"}),
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A product that came about by the contract."""
    return clean_product(tmp_path / "shop")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_check(case: Case, repo: Repo, tmp_path: Path) -> None:
    """A request is judged by what it brings; findings stand at their lines, and in the summary."""
    request(repo, case.before, case.change)
    outcome = run_action(repo, tmp_path / "runner", {"install": "none", **case.inputs}, case.variables, {})
    assert outcome.code == case.code, outcome.said
    assert (ANNOTATED in outcome.said.replace("::warning", "::error")) == case.annotated, outcome.said
    assert outcome.outputs == {"exit-code": str(case.code)}
    assert ("mutable-tag" in outcome.summary) == case.annotated


def test_sarif(repo: Repo, tmp_path: Path) -> None:
    """The SARIF is there although the step fails, and the next step is told where."""
    request(repo, {}, BAD)
    given = {"install": "none", "sarif": "out.sarif", "summary": "false"}
    outcome = run_action(repo, tmp_path / "runner", given, PULL_REQUEST, {})
    assert outcome.code == 1, outcome.said
    assert outcome.outputs == {"exit-code": "1", "sarif": "out.sarif"}
    assert outcome.summary == ""
    log = json.loads((repo.path / "out.sarif").read_text("utf-8"))
    assert "mutable-tag" in {result["ruleId"] for run in log["runs"] for result in run["results"]}


def test_merge_group(repo: Repo, tmp_path: Path) -> None:
    """In a merge queue the base comes from the event."""
    base = repo.head()
    request(repo, {}, BAD)
    outcome = run_action(repo, tmp_path / "runner", {"install": "none"}, {}, {"merge_group.base_sha": base})
    assert outcome.code == 1, outcome.said
    assert "skipped-environment" in outcome.said


@pytest.mark.slow
def test_installation(repo: Repo, wheels: Path, tmp_path: Path) -> None:
    """The action installs itself, beside the checkout, which stays as it is."""
    request(repo, {}, BAD)
    offline = {"PIP_FIND_LINKS": str(wheels), **OFFLINE}
    outcome = run_action(repo, tmp_path / "runner", {}, PULL_REQUEST | offline, {})
    assert outcome.code == 1, outcome.said
    assert ANNOTATED in outcome.said
    assert (tmp_path / "runner/gitopslint/bin/gitopslint").exists()
    assert repo.git("status", "--porcelain") == ""


def test_old_python(repo: Repo, tmp_path: Path) -> None:
    """A Python that is too old is named as what it is."""
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    outcome = run_action(repo, tmp_path / "runner", {"python": str(old)}, PULL_REQUEST, {})
    assert outcome.code == 2
    assert "it needs Python 3.11 or newer" in outcome.said


def test_schema() -> None:
    """The action is one by GitHub's schema, and its scripts get their inputs as variables, never as text."""
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    steps = ACTION["runs"]["steps"]
    assert all("${{" not in step["run"] for step in steps)
    used = {name for step in steps for name in re.findall(r"inputs\.([\w-]+)", str(step))}
    assert used == set(ACTION["inputs"])


def request(repo: Repo, before: Mapping[str, str], change: Mapping[str, str]) -> None:
    """Check out a request to main, as GitHub has cloned it."""
    if before:
        repo.commit("Before", before)
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("switch", "--quiet", "--create", "change")
    repo.commit("Change", change)

"""GitLab's own pipelines without GitLab: `gitlab-ci-local` runs the jobs, as the shell executor of a runner does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.support.project import ROOT
from tests.support.repo import Repo, clean_git_environment
from tests.support.skips import without

_RUNNER = ROOT / "tests/tools/node_modules/gitlab-ci-local/dist/index.js"
_REMOTE = "https://gitlab.example.com/group/shop.git"
_INFLUENCES = re.compile(r"CI$|CI_|GITLAB_|GCL_|PIP_")


class Pipeline(NamedTuple):
    """How a pipeline ended, what its jobs said, and the folders of their artifacts by job."""

    code: int
    said: str
    artifacts: Path


def publish(repo: Repo, configuration: str) -> None:
    """Commit our files for GitLab and the configuration that uses them to main, as if GitLab had it."""
    for folder in ("templates", "gitlab"):
        shutil.copytree(ROOT / folder, repo.path / folder)
    repo.commit("CI", {".gitlab-ci.yml": configuration})
    repo.git("remote", "add", "origin", _REMOTE)
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")


def merge_request(repo: Repo) -> dict[str, str]:
    """Return the variables of a pipeline for a merge request from HEAD to main."""
    return {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": repo.git("merge-base", "main", "HEAD"),
    }


def run_pipeline(repo: Repo, variables: Mapping[str, str] | None = None, *, words: tuple[str, ...] = ()) -> Pipeline:
    """Run the pipeline of what is checked out. Skips the test where the runner is not installed."""
    node = shutil.which("node")
    if node is None or not _RUNNER.exists():
        without("gitlab-ci-local from npm (`make tools`)")
    for program in ("rsync", "bash"):
        if shutil.which(program) is None:
            without(program)
    # The shell executor of gitlab-ci-local works in the folder itself, and names another one.
    given = {"CI_PROJECT_DIR": str(repo.path)} | dict(variables or {})
    clean = {name: value for name, value in clean_git_environment().items() if not _INFLUENCES.match(name)}
    done = subprocess.run(
        [
            node,
            _RUNNER,
            "--force-shell-executor",
            "--home",
            repo.path.parent / "home",
            "--ignore-predefined-vars",
            ",".join(given),
            *(word for name, value in given.items() for word in ("--variable", f"{name}={value}")),
            *words,
        ],
        cwd=repo.path,
        env=clean | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{clean['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Pipeline(done.returncode, done.stdout + done.stderr, repo.path / ".gitlab-ci-local/artifacts")

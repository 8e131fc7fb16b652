"""Hooks as their users have them: `.pre-commit-hooks.yaml`, and the programs that run what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.project import ROOT, copy_project, python
from tests.support.repo import Repo, clean_git_environment

HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
}
MANAGERS = [pytest.param(name, marks=pytest.mark.slow) for name in ("pre-commit", "prek")]
BIN = Path(sys.executable).parent
VERSION = "v1.0.0"
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_NO_COMPILE": "1"}
"""What lets pip install from what is at hand, and compile what is imported and nothing else."""
_INFLUENCES = re.compile(r"PRE_COMMIT|PREK_|SKIP$|NO_COLOR$|FORCE_COLOR$|CLICOLOR")


@dataclass(frozen=True)
class Runner:
    """A program that git starts before a commit: `pre-commit`, `prek`, or `plain`, a shell script of two lines."""

    name: str
    environment: dict[str, str]
    scripts: Path = Path()
    """The hooks of git that it installs into a repository, by stage."""
    source: Path | None = None
    """The repository of gitopslint that a user's configuration names; a plain hook has none."""

    def run(self, *words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a program, of the tests or of the machine, as a user of this runner does."""
        return subprocess.run(words, cwd=cwd, env=self.environment, capture_output=True, text=True, check=False)

    def install(self, repo: Repo, hook: str, *stages: str) -> None:
        """Install a hook of ours into a repository, for the given stages.

        The scripts are copied, as `pre-commit init-templatedir` does: it is the same, and saves half of the time.
        """
        if self.source is not None:
            repo.commit("hooks", {".pre-commit-config.yaml": configuration(self.source, hook)})
        for stage in stages:
            repo.write(f".git/hooks/{stage}", (self.scripts / stage).read_bytes(), executable=True)


def set_up(manager: str, source: Path, wheels: Path, folder: Path) -> None:
    """Install our hooks for a manager, and let it install its scripts into a repository, both below a folder."""
    user, stages = folder / "user", ("pre-commit", "pre-merge-commit")
    Repo(user).commit("hooks", {".pre-commit-config.yaml": configuration(source, *HOOKS)})
    prepare = "install-hooks" if manager == "pre-commit" else "prepare-hooks"
    for words in ((prepare,), ("install", *(word for stage in stages for word in ("-t", stage)))):
        done = manager_at(manager, source, wheels, folder).run(manager, *words, cwd=user)
        assert done.returncode == 0, done.stdout + done.stderr


def manager_at(manager: str, source: Path, wheels: Path, folder: Path) -> Runner:
    """Return a manager that keeps what it installs below a folder, and takes it from a folder of wheels.

    The wheels are for the Python of the tests, so that is the first one that prek has to meet.
    """
    home = str(folder / "home")
    path = os.pathsep.join((str(BIN), str(Path(sys.base_prefix, "bin")), os.environ["PATH"]))
    variables = {
        "pre-commit": {"PRE_COMMIT_HOME": home, "PIP_FIND_LINKS": str(wheels), **OFFLINE},
        "prek": {"PREK_HOME": home, "UV_OFFLINE": "1", "UV_FIND_LINKS": str(wheels), "PATH": path},
    }
    return Runner(manager, environment(**variables[manager]), folder / "user/.git/hooks", source)


def download_wheels(folder: Path) -> None:
    """Fetch what the installation of a hook needs, once and by pip, whose settings are those of this machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    python("-m", "pip", "download", "--dest", folder, *needed)


def plain_at(folder: Path) -> Runner:
    """Return a runner that needs nothing but git: its only script is the entry of our hook."""
    script = folder / "pre-commit"
    script.write_text(f"#!/bin/sh\nexec {HOOKS['gitopslint']['entry']}\n")
    shutil.copy(script, folder / "pre-merge-commit")
    return Runner("plain", environment(), folder)


def configuration(source: Path, *hooks: str) -> str:
    """Return what a user writes into `.pre-commit-config.yaml`."""
    ids = ", ".join(f"{{id: {hook}}}" for hook in hooks)
    return f"repos:\n- repo: {source}\n  rev: {VERSION}\n  hooks: [{ids}]\n"


def environment(**extra: str) -> dict[str, str]:
    """Return an environment in which only what a test says has influence on git and on hooks."""
    clean = {name: value for name, value in clean_git_environment().items() if not _INFLUENCES.match(name)}
    return clean | {"PATH": f"{BIN}{os.pathsep}{clean['PATH']}"} | extra


def publish(target: Path) -> None:
    """Make a repository of the project as it stands now, with a version that users can name."""
    repo = Repo(copy_project(target))
    repo.commit("snapshot")
    repo.git("tag", VERSION)

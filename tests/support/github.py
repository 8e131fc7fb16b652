"""The steps of our composite action, run as a runner of GitHub runs them, with the few expressions that they use."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.support.hooks import BIN
from tests.support.project import ROOT
from tests.support.repo import Repo, clean_git_environment

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
_EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")
_INFLUENCES = re.compile(r"CI$|GITHUB_|RUNNER_")


class Outcome(NamedTuple):
    """How the action ended, and what it left."""

    code: int
    said: str
    outputs: dict[str, str]
    summary: str


def run_action(
    repo: Repo, folder: Path, given: Mapping[str, str], variables: Mapping[str, str], event: Mapping[str, str]
) -> Outcome:
    """Run all steps in a checkout. `event` holds values of the event by their paths, such as `merge_group.base_sha`."""
    values = {f"inputs.{name}": str(one["default"]) for name, one in ACTION["inputs"].items()}
    values |= {f"inputs.{name}": value for name, value in given.items()}
    values |= {f"github.event.{path}": value for path, value in event.items()}
    output, summary = folder / "output", folder / "summary"
    for file in (output, summary):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    clean = {name: value for name, value in clean_git_environment().items() if not _INFLUENCES.match(name)}
    environment = {
        "PATH": f"{BIN}:{clean['PATH']}",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_BASE_REF": "",
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(repo.path),
        "RUNNER_TEMP": str(folder),
        **variables,
    }
    code, said = 0, ""
    for number, step in enumerate(ACTION["runs"]["steps"]):
        if code or not _wanted(step.get("if"), values):
            continue
        script = folder / f"{number}.sh"
        script.write_text(step["run"], "utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=repo.path,
            env=clean | environment | {name: _filled(text, values) for name, text in step["env"].items()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        code, said = done.returncode, said + done.stdout + done.stderr
    outputs = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
    return Outcome(code, said, outputs, summary.read_text("utf-8"))


def _wanted(condition: str | None, values: Mapping[str, str]) -> bool:
    if condition is None:
        return True
    name, unequal, text = condition.partition(" != ")
    assert unequal, condition
    return values[name] != text.strip("'")


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Fill in expressions: names, and the first of several that is not empty."""

    def value(match: re.Match[str]) -> str:
        names = match[1].split(" || ")
        assert all(name in values or name.startswith("github.event.") for name in names), match[0]
        return next((found for name in names if (found := values.get(name))), "")

    return _EXPRESSION.sub(value, text)

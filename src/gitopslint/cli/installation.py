"""Puts gitopslint into hooks and pipelines. What is there already is never touched: then it says what to add."""

from __future__ import annotations

import json
import re
from pathlib import Path

from gitopslint import __version__
from gitopslint.cli.exits import UsageError, tell
from gitopslint.cli.output import require_no_way_out, write_out

_PROJECT = "https://github.com/gitopslint/gitopslint"
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")

_HOOK = """\
  - repo: {project}
    rev: v{version}
    hooks:
      - id: gitopslint
"""
_GITLAB = """\
# Checks merge requests and the default branch. The whole history proves how releases got where they are.
# Where your GitLab has a copy of our project, its component does the same, with inputs for more, such as the platform:
# {project}/blob/main/docs/pipelines.md
gitopslint:
  image: python:3.13
  variables: {{GIT_DEPTH: 0}}
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - pip install gitopslint=={version}
    - gitopslint check{path} --report gitlab=gl-code-quality-report.json
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""
_GITHUB = """\
# Checks pull requests and pushes to the main branch. The whole history proves how releases got where they are.
name: gitopslint
on:
  pull_request:
  push:
    branches: [main, master]
permissions:
  contents: read
jobs:
  gitopslint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {{fetch-depth: 0}}
      - uses: actions/setup-python@v5
        with: {{python-version: "3.13"}}
      - run: pip install gitopslint=={version}
      - run: gitopslint check{path}
"""


def create(file: Path, text: str, top: Path) -> None:
    """Write a new file of the repository. Raises UsageError where there is one, or none can be."""
    require_no_way_out(file, top)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        raise UsageError(f"{file} is there already; `gitopslint init --stdout` prints a fresh one") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None


def install_hook(top: Path, prefix: str) -> None:
    """Write the configuration of pre-commit at the top of the repository, or say what to add. Raises UsageError."""
    arguments = f"        args: [{_quoted(prefix.rstrip('/'))}]\n" if prefix else ""
    entry = _HOOK.format(project=_PROJECT, version=__version__) + arguments
    _install(top, ".pre-commit-config.yaml", f"repos:\n{entry}", entry, "under `repos`", "run `pre-commit install`")


def install_pipeline(kind: str, top: Path, prefix: str) -> None:
    """Write a pipeline, or say what to add to the one that is there. Raises UsageError."""
    path = f" {_shell(prefix.rstrip('/'))}" if prefix else ""
    if kind == "github":
        text = _GITHUB.format(version=__version__, path=path)
        _install(top, ".github/workflows/gitopslint.yml", text, text, "as a workflow", "commit it")
    else:
        text = _GITLAB.format(project=_PROJECT, version=__version__, path=path)
        _install(top, ".gitlab-ci.yml", text, text, "as a job", "commit it")


def _install(top: Path, name: str, whole: str, part: str, where: str, then: str) -> None:
    file = top / name
    if not file.exists() and not file.is_symlink():
        create(file, whole, top)
        tell(f"wrote {file}: {then}")
        return
    try:
        there = "gitopslint" in file.read_text("utf-8", "replace")
    except OSError:
        there = False
    if there:
        tell(f"{file} speaks of gitopslint already, so nothing was added")
    else:
        tell(f"{file} is there already and stays as it is; add this {where}:")
        write_out(part)


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _shell(text: str) -> str:
    """Quote a folder for a shell, inside a YAML value that begins with other words."""
    if _PLAIN.fullmatch(text):
        return text
    raise UsageError(f"the folder {text!r} has a name that a pipeline cannot hold safely; write the pipeline by hand")

"""What somebody with a merge request may try, and runs of the command line on it that are bounded in time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from gitopslint.cli import main
from tests.support.product import clean_product
from tests.support.repo import Repo
from tests.support.runs import CLEAN

CONTRACT = "platform: none\n"
ENV, RELEASE = "deploy/env/dev/shop.yaml", "deploy/env/release-dev/shop.yaml"
MANIFEST, APPLICATION = "deploy/jobs/job.yaml", "deploy/argocd/apps/dev/shop.yaml"
BOUND = 120
"""Seconds in which every attempt must be over, on a slow and very busy machine; most take less than one."""

Content = str | bytes
Files = Mapping[str, Content]


class Attempt(NamedTuple):
    """Files that are laid over a clean product, and how `check` must end: its code, and what it says on the way.

    The files are made when they are needed: some of them are large.
    """

    files: Callable[[], Files]
    code: int
    says: str
    contract: str = CONTRACT


class Said(NamedTuple):
    """What a run ended with and what it printed."""

    code: int
    out: str
    err: str


class Scene:
    """A clean product as the working directory, to be attacked."""

    def __init__(self, path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self._capfd = capfd

    def write(self, files: Files) -> None:
        """Write files into the work tree."""
        for name, content in files.items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def run(self, *words: str) -> Said:
        """Run a command. One that takes too long ends with code 2 and says so, which no attempt expects."""
        self._capfd.readouterr()
        bounded = (*words, "--timeout", str(BOUND)) if words[0] in ("check", "values", "history") else words
        code = main(list(bounded))
        out, err = self._capfd.readouterr()
        assert "Traceback" not in out + err
        assert "was stopped after" not in err
        return Said(code, out, err)


def base_product(folder: Path) -> Repo:
    """Make the clean product that every attempt starts from a copy of."""
    return clean_product(folder, {**CLEAN, ".gitopslint.yaml": CONTRACT})


def copied(base: Path, target: Path) -> Path:
    """Copy a repository, which is faster than to make one."""
    shutil.copytree(base, target, symlinks=True)
    return target


def in_image(tag: str) -> str:
    """Return a release layer with a tag."""
    return f"image:\n  repository: registry.example.com/shop\n  tag: {tag}\n"


def application(value_files: str, more: str = "") -> str:
    """Return an Application that loads values files."""
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-dev}\nspec:\n  source:\n"
        "    repoURL: https://git.example.com/web-core.git\n    path: deploy/charts/web-app\n"
        f"    helm: {{valueFiles: {value_files}{more}}}\n  destination: {{namespace: shop-dev}}\n"
    )


def application_set(generators: str, spec: str, *, go: bool = False) -> str:
    """Return an ApplicationSet; `generators` and `spec` are flow YAML."""
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n"
        f"  goTemplate: {str(go).lower()}\n  generators: {generators}\n"
        f"  template: {{metadata: {{name: x}}, spec: {spec}}}\n"
    )

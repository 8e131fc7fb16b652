"""`.pre-commit-hooks.yaml`: what it promises to the programs that read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.hooks import HOOKS, manager_at
from tests.support.project import ROOT
from tests.support.repo import Repo
from tests.support.runs import CLEAN, write_files


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_hook_looks_at_all_that_is_staged(hook: dict[str, object]) -> None:
    """One run judges the whole index: it gets no file names and never runs twice at once."""
    assert hook["entry"] == "gitopslint check --staged"
    assert hook["pass_filenames"] is False
    assert hook["require_serial"] is True
    assert hook["stages"] == ["pre-commit", "pre-merge-commit", "pre-push", "manual"]


def test_hooks_differ_in_when_they_run() -> None:
    """One hook runs for any file that a commit adds or changes, since a secret may stand in each; the other always."""
    assert "files" not in HOOKS["gitopslint"]
    assert list(HOOKS) == ["gitopslint", "gitopslint-always"]
    assert HOOKS["gitopslint"]["types"] == []  # the default leaves out symbolic links, and a layer may be one
    assert "always_run" not in HOOKS["gitopslint"]
    assert HOOKS["gitopslint-always"]["always_run"] is True


@pytest.mark.parametrize("name", ["pre-commit", "prek"])
def test_manifest_is_valid(name: str, tmp_path: Path) -> None:
    """Both programs accept the manifest as it is."""
    runner = manager_at(name, ROOT, tmp_path, tmp_path)
    done = runner.run(name, "validate-manifest", ROOT / ".pre-commit-hooks.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warn" not in (done.stdout + done.stderr).lower()


@pytest.mark.slow
def test_try_repo(source: Path, wheels: Path, tmp_path: Path) -> None:
    """The first thing that somebody tries works: `pre-commit try-repo`, without any configuration."""
    repo = Repo(tmp_path / "product")
    write_files(repo.path, CLEAN | {"deploy/env/release-dev/shop.yaml": "image: {tag: latest}\n"})
    repo.git("add", "--all")
    runner = manager_at("pre-commit", source, wheels, tmp_path)
    done = runner.run("pre-commit", "try-repo", source, "gitopslint", "--all-files", cwd=repo.path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "deploy/env/release-dev/shop.yaml:1:14: error[mutable-tag]" in done.stdout

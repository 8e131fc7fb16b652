"""`gitopslint check --staged` on its own: which index it reads, whatever git says in the environment."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gitopslint.cli import main
from tests.support.repo import Repo
from tests.support.runs import CLEAN, write_files

RELEASE = "deploy/env/release-dev/shop.yaml"
BAD = "image:\n  repository: registry.example.com/shop\n  tag: latest\n"
FINDING = f"{RELEASE}:3:8: error[mutable-tag]"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A clean repository as working directory, with a second index in `.git/other` that holds a bad layer."""
    repo = Repo(tmp_path / "product")
    write_files(repo.path, CLEAN)
    repo.commit()
    repo.stage({RELEASE: BAD})
    shutil.copy(repo.path / ".git/index", repo.path / ".git/other")
    repo.git("reset", "--quiet", "--hard")
    monkeypatch.chdir(repo.path)
    return repo


Variables = Callable[[Path], dict[str, str]]

# What git sets for a hook, and what else may be there; whether the bad layer of the other index is found.
VARIABLES: dict[str, tuple[Variables, bool]] = {
    "nothing": (lambda top: {}, False),
    "commit": (lambda top: {"GIT_INDEX_FILE": ".git/index", "GIT_PREFIX": ""}, False),
    "commit, from a folder": (lambda top: {"GIT_INDEX_FILE": ".git/index", "GIT_PREFIX": "deploy/"}, False),
    "an index from the top": (lambda top: {"GIT_INDEX_FILE": ".git/other"}, True),
    "commit -a": (lambda top: {"GIT_INDEX_FILE": str(top / ".git/index.lock")}, True),
    "commit PATH": (lambda top: {"GIT_INDEX_FILE": str(top / ".git/next-index-42.lock")}, True),
    "with GIT_DIR": (lambda top: {"GIT_INDEX_FILE": ".git/other", "GIT_DIR": ".git"}, True),
    "GIT_DIR of another repository": (lambda top: {"GIT_DIR": str(top.parent / "none"), "GIT_WORK_TREE": "/"}, False),
    "objects of another repository": (lambda top: {"GIT_OBJECT_DIRECTORY": str(top.parent)}, False),
    "a trace": (lambda top: {"GIT_TRACE": "1"}, False),
}


@pytest.mark.parametrize("folder", [".", "deploy/env"])
@pytest.mark.parametrize(("variables", "found"), VARIABLES.values(), ids=VARIABLES)
def test_index(
    variables: Variables,
    found: bool,
    folder: str,
    repo: Repo,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The index that git commits from is read, also from a folder; nothing else in the environment leads astray."""
    for name in ("index.lock", "next-index-42.lock"):
        shutil.copy(repo.path / ".git/other", repo.path / ".git" / name)
    for name, value in variables(repo.path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(repo.path / folder)
    assert main(["check", "--staged"]) == (1 if found else 0)
    out, err = capfd.readouterr()
    assert (FINDING in out) is found
    assert err == "" if folder == "." else "reported is only what lies below deploy/env" in err


def test_contract_is_staged_too(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """The contract that counts is the staged one, not what somebody is trying out on disk."""
    repo.stage({RELEASE: BAD, ".gitopslint.yaml": "version: 1\n"})
    repo.write(".gitopslint.yaml", "rules: {mutable-tag: {level: off}}\n")
    assert main(["check", "--staged"]) == 1
    assert FINDING in capfd.readouterr().out


def test_link_to_a_layer(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """A staged symbolic link is read as the staged file that it leads to."""
    (repo.path / "deploy/env/release-prod/shop.yaml").unlink()
    repo.link("deploy/env/release-prod/shop.yaml", "../release-dev/shop.yaml")
    repo.write(RELEASE, BAD)
    repo.git("add", "--all")
    repo.write(RELEASE, "")
    assert main(["check", "--staged"]) == 1
    assert "deploy/env/release-prod/shop.yaml:3:8: error[mutable-tag]" in capfd.readouterr().out


def test_first_commit(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first commit there is an index, and it is checked."""
    repo = Repo(tmp_path)
    write_files(repo.path, CLEAN | {RELEASE: BAD})
    repo.git("add", "--all")
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--staged"]) == 1
    assert FINDING in capfd.readouterr().out


def test_unmerged(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """While a layer is in conflict there is no verdict, and the message says what to do."""
    repo.git("switch", "--quiet", "--create", "theirs")
    repo.commit("theirs", {RELEASE: BAD})
    repo.git("switch", "--quiet", "main")
    repo.commit("ours", {RELEASE: BAD.replace("latest", "0c1d2e3f4a5b-r4")})
    repo.git("merge", "theirs", check=False)
    assert main(["check", "--staged"]) == 2
    assert f"{RELEASE} is unmerged: resolve the conflict" in capfd.readouterr().err


def test_intent_to_add(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """A file that is only announced (`git add -N`) is not in the commit."""
    repo.write("deploy/env/release-dev/till.yaml", BAD)
    repo.git("add", "--intent-to-add", "--all")
    assert main(["check", "--staged"]) == 0, capfd.readouterr().out


def test_no_repository(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git nothing can be staged: wrong usage, not a clean result."""
    write_files(tmp_path, CLEAN)
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--staged"]) == 2
    assert "--staged needs a git repository" in capfd.readouterr().err

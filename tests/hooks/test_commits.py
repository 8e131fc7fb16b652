"""The hooks in real commits: what is about to be committed is judged, and nothing else.

All of it runs as a plain hook of git, and what pre-commit and prek could make different under these, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.hooks import MANAGERS, Runner
from tests.support.repo import Repo
from tests.support.runs import CLEAN, write_files

RELEASE = "deploy/env/release-dev/shop.yaml"
PROD_RELEASE = "deploy/env/release-prod/shop.yaml"
VALUES = "deploy/env/dev/shop.yaml"
GOOD = "image:\n  repository: registry.example.com/shop\n  tag: main-r4\n"
BAD = "image:\n  repository: registry.example.com/shop\n  tag: latest\n"
ORPHAN = "deploy/env/release-dev/orphan.yaml"


@dataclass(frozen=True)
class Commit:
    """A commit that somebody makes."""

    staged: Mapping[str, str | None] = field(default_factory=dict)
    """What was added to git before; None is a deleted file."""
    edited: Mapping[str, str] = field(default_factory=dict)
    """What was changed on disk after that."""
    words: tuple[str, ...] = ()
    """The words after `git commit`."""
    blocked: str = ""
    """What the hook says against it; nothing where the commit is made."""
    hook: str = "gitopslint"
    folder: str = ""
    """Where `git commit` is run."""
    worktree: bool = False
    """Whether that is in a second work tree of the repository."""


COMMITS = {
    "good": Commit({RELEASE: GOOD}),
    "bad": Commit({RELEASE: BAD}, blocked=f"{RELEASE}:3:8: error[mutable-tag]"),
    "a secret in any file": Commit({"docs/setup.sh": "export DB_PASSWORD=Tr0ub4dor-71\n"}, blocked="secret-in-values"),
    "bad, from a folder": Commit({RELEASE: BAD}, folder="deploy/env", blocked=f"{RELEASE}:3:8: error[mutable-tag]"),
    # Partly staged: what counts is in the index.
    "good staged, bad on disk": Commit({RELEASE: GOOD}, {RELEASE: BAD}),
    "bad staged, good on disk": Commit({RELEASE: BAD}, {RELEASE: GOOD}, blocked="mutable-tag"),
    "bad and untracked": Commit({RELEASE: GOOD}, {ORPHAN: BAD}),
    # Git commits from a temporary index.
    "-a, good over bad": Commit({RELEASE: BAD}, {RELEASE: GOOD}, ("-a",)),
    "-a, bad over good": Commit({RELEASE: GOOD}, {RELEASE: BAD}, ("-a",), blocked="mutable-tag"),
    "PATH, good beside bad": Commit({PROD_RELEASE: BAD}, {RELEASE: GOOD}, ("--", RELEASE)),
    "PATH, bad beside good": Commit({PROD_RELEASE: GOOD}, {RELEASE: BAD}, ("--", RELEASE), blocked="mutable-tag"),
    "in a worktree, bad": Commit({RELEASE: BAD}, {RELEASE: GOOD}, worktree=True, blocked="mutable-tag"),
    "in a worktree, PATH": Commit({PROD_RELEASE: BAD}, {RELEASE: GOOD}, ("--", RELEASE), worktree=True),
    # pre-commit and prek show no hook a deleted file.
    "deletes a layer": Commit({VALUES: None}, blocked="error[missing-layer]", hook="gitopslint-always"),
}

# What git does alone, whoever manages the hook.
FURTHER = {
    "good, from a folder": Commit({RELEASE: GOOD}, folder="deploy/charts"),
    "bad in a file that is not named": Commit({VALUES: "env:\n  APP_ENV: dev\n", RELEASE: BAD}, blocked="mutable-tag"),
    "bad on disk elsewhere": Commit({RELEASE: GOOD}, {PROD_RELEASE: BAD}),
    "-a, bad": Commit({}, {RELEASE: BAD}, ("-a",), blocked="mutable-tag"),
    "PATH, from a folder": Commit({}, {RELEASE: BAD}, ("--", "../release-dev"), "mutable-tag", folder="deploy/env/dev"),
    "--include, bad with good": Commit({PROD_RELEASE: BAD}, {RELEASE: GOOD}, ("-i", RELEASE), blocked="mutable-tag"),
    "--amend, good over bad": Commit({RELEASE: GOOD}, {}, ("--amend",)),
    "--amend, bad over good": Commit({RELEASE: BAD}, {}, ("--amend",), blocked="mutable-tag"),
    "in a worktree, good": Commit({RELEASE: GOOD}, worktree=True),
    "in a worktree, -a": Commit({RELEASE: GOOD}, {RELEASE: BAD}, ("-a",), worktree=True, blocked="mutable-tag"),
    "deletes an app from dev": Commit({RELEASE: None, VALUES: None}, hook="gitopslint-always"),
    "always, good": Commit({"README.md": "Shop.\n"}, hook="gitopslint-always"),
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository of a product that breaks no rule."""
    repo = Repo(tmp_path / "product")
    write_files(repo.path, CLEAN)
    repo.commit()
    return repo


@pytest.mark.parametrize("commit", COMMITS.values(), ids=COMMITS)
def test_commit(commit: Commit, runner: Runner, repo: Repo) -> None:
    """A commit is made or stopped for what is in it."""
    try_to(commit, runner, repo)


@pytest.mark.parametrize("runner", ["plain"], indirect=True)
@pytest.mark.parametrize("commit", FURTHER.values(), ids=FURTHER)
def test_further_commit(commit: Commit, runner: Runner, repo: Repo) -> None:
    """However git is told to commit, the index that it commits from is judged."""
    try_to(commit, runner, repo)


def try_to(commit: Commit, runner: Runner, repo: Repo) -> None:
    """Make a commit or be stopped, as expected; either way nobody's work on disk or in the index is lost."""
    runner.install(repo, commit.hook, "pre-commit")
    if commit.worktree:
        repo.git("worktree", "add", "--quiet", "../second")
        repo.path = repo.path.parent / "second"
    stage(repo, commit.staged)
    head, index = repo.head(), repo.git("ls-files", "--stage")
    write_files(repo.path, commit.edited)
    done = runner.run("git", "commit", "--message=Change", *commit.words, cwd=repo.path / commit.folder)
    said = done.stdout + done.stderr
    assert (done.returncode != 0) == bool(commit.blocked), said
    assert commit.blocked in said
    assert (repo.head() == head) == bool(commit.blocked)
    assert {path: (repo.path / path).read_text() for path in commit.edited} == commit.edited
    if commit.blocked:
        assert repo.git("ls-files", "--stage") == index


@pytest.mark.parametrize("runner", MANAGERS, indirect=True)
def test_skipped(runner: Runner, repo: Repo) -> None:
    """Without `always`, a commit that only deletes files passes by: why there are two hooks."""
    runner.install(repo, "gitopslint", "pre-commit")
    stage(repo, {VALUES: None})
    done = runner.run("git", "commit", "--message=Change", cwd=repo.path)
    assert done.returncode == 0
    assert "(no files to check)Skipped" in done.stdout + done.stderr


def test_merge(runner: Runner, repo: Repo) -> None:
    """Two good branches can make a bad merge: installed for merges, the hook stops it."""
    runner.install(repo, "gitopslint", "pre-merge-commit")
    repo.git("switch", "--quiet", "--create", "stricter")
    repo.commit("stricter", {".gitopslint.yaml": "release_keys: []\n"})
    repo.git("switch", "--quiet", "main")
    head = repo.commit("name", {RELEASE: f"{GOOD}env:\n  APP_NAME: shop\n"})
    done = runner.run("git", "merge", "--no-edit", "stricter", cwd=repo.path)
    assert done.returncode != 0
    assert f"{RELEASE}:4:1: error[stray-release-key]" in done.stdout + done.stderr
    assert repo.head() == head


def stage(repo: Repo, files: Mapping[str, str | None]) -> None:
    """Write files, or remove those that are None, and add that to the index."""
    write_files(repo.path, files)
    for path, text in files.items():
        if text is None:
            (repo.path / path).unlink()
    repo.git("add", "--all")

"""One file committed alone, in real repositories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gitopslint.loaders.committing import CommitError, added_by_git, commit, committed_form, head_of, start
from gitopslint.loaders.git import GitError, Repository
from tests.support.repo import IDENTITY, Repo

PATH = "deploy/env/a, b.yaml"
MESSAGE = "chore(release): promote shop é\n"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository of three files, and somebody to commit in it."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    repo = Repo(tmp_path)
    repo.commit("Begin", {PATH: "old\n", "deploy/other.yaml": "x\n", "top": "y\n"})
    return repo


def committed(repo: Repo, content: bytes = b"new\n") -> str:
    repository = Repository(repo.path)
    begin = start(repository, head_of(repository), PATH)
    return commit(repository, begin, content, MESSAGE)


def test_commit(repo: Repo) -> None:
    """The commit holds the one file; what else is staged or changed stays so, and nothing of it is in the commit."""
    before = repo.head()
    repo.stage({"deploy/other.yaml": "staged\n"})
    repo.write("top", "changed\n")
    (repo.path / PATH).chmod(0o644)
    new = committed(repo)
    repo.write(PATH, "new\n")
    assert repo.head() == new
    assert repo.git("rev-parse", "HEAD^") == before
    assert repo.git("diff", "--name-only", "-z", "HEAD^", "HEAD") == f"{PATH}\0"
    assert repo.git("show", f"HEAD:{PATH}") == "new"
    assert (
        repo.git("log", "-1", "--format=%an %cn %s %(trailers)") == "Ada Author Cora Committer " + MESSAGE.strip() + " "
    )
    assert repo.git("status", "--porcelain") == "M  deploy/other.yaml\n M top"
    assert repo.git("fsck", "--strict") == ""


def test_no_program_runs(repo: Repo) -> None:
    """Hooks, filters and signing programs of the repository are never started, and it is said that there are any."""
    repository = Repository(repo.path)
    assert added_by_git(repository) is None
    trap = repo.write("trap", f"#!/bin/sh\necho $0 $@ >>{repo.path}/sprung\ncat\n", executable=True)
    repo.git("config", "gpg.program", str(trap))
    repo.git("config", "filter.trap.clean", str(trap))
    repo.git("config", "core.fsmonitor", str(trap))
    repo.git("config", "commit.gpgSign", "true")
    repo.write(".git/info/attributes", "* filter=trap\n")
    assert added_by_git(repository) == "a signature (commit.gpgSign)"
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"):
        repo.write(f".git/hooks/{name}", trap.read_bytes(), executable=True)
    assert added_by_git(repository) == "the hooks pre-commit, commit-msg, post-commit"
    repo.write("own/pre-commit", trap.read_bytes(), executable=True)
    repo.git("config", "core.hooksPath", "own")
    assert added_by_git(repository) == "the hook pre-commit"
    assert not (repo.path / "sprung").exists(), "our own set-up"
    committed(repo)
    assert not (repo.path / "sprung").exists(), (repo.path / "sprung").read_text()


def detached(repo: Repo) -> None:
    repo.git("switch", "--quiet", "--detach")


def merging(repo: Repo) -> None:
    repo.git("switch", "--quiet", "--create", "side")
    repo.commit("Side", {"top": "side\n"})
    repo.git("switch", "--quiet", "main")
    repo.git("merge", "--quiet", "--no-ff", "--no-commit", "side")


def staged(repo: Repo) -> None:
    repo.stage({PATH: "staged\n"})


def removed(repo: Repo) -> None:
    repo.git("rm", "--quiet", "--cached", "--", PATH)


def unmerged(repo: Repo) -> None:
    blob = repo.git("rev-parse", f"HEAD:{PATH}")
    repo.git("update-index", "--index-info", stdin=f"0 {blob} 0\t{PATH}\n100644 {blob} 2\t{PATH}\n".encode())


STATES = {
    "no branch": (detached, "HEAD is detached"),
    "in a merge": (merging, "a merge is not finished"),
    "staged": (staged, "has other changes that are staged"),
    "removed from the index": (removed, "has other changes that are staged"),
    "unmerged": (unmerged, "has other changes that are staged"),
}


@pytest.mark.parametrize(("prepare", "message"), STATES.values(), ids=STATES)
def test_refused(prepare: Callable[[Repo], None], message: str, repo: Repo) -> None:
    """Where a commit of one file would tear something apart, there is none."""
    prepare(repo)
    head = repo.head()
    with pytest.raises(CommitError, match=message):
        committed(repo)
    assert repo.head() == head


def test_nothing_to_start_from(repo: Repo, tmp_path: Path) -> None:
    """A file that git does not have yet, and a repository without a commit, are the user's to begin."""
    repository = Repository(repo.path)
    with pytest.raises(CommitError, match=r"new\.yaml was never committed"):
        start(repository, head_of(repository), "new.yaml")
    with pytest.raises(CommitError, match="nothing was ever committed"):
        head_of(Repository(Repo(tmp_path / "empty").path))


def test_line_ends(repo: Repo) -> None:
    """What git holds with other line ends is committed with those; any other difference is the user's."""
    repository = Repository(repo.path)
    begin = start(repository, head_of(repository), PATH)
    assert committed_form(begin, b"old\n", b"new\n") == b"new\n"
    assert committed_form(begin, b"old\r\n", b"new\r\n") == b"new\n"
    with pytest.raises(CommitError, match="other changes that are not committed"):
        committed_form(begin, b"other\n", b"new\n")


def test_a_branch_that_moved(repo: Repo) -> None:
    """Where somebody has committed meanwhile, nothing happens, and the index is as before."""
    repository = Repository(repo.path)
    begin = start(repository, head_of(repository), PATH)
    head = repo.commit("Meanwhile", {"top": "z\n"})
    with pytest.raises(GitError):
        commit(repository, begin, b"new\n", MESSAGE)
    assert repo.head() == head
    assert repo.git("status", "--porcelain") == ""


def test_nobody(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name there is no commit, and the message says how git gets one."""
    for name in IDENTITY:
        monkeypatch.delenv(name)
    repo.git("config", "user.useConfigOnly", "true")
    with pytest.raises(CommitError, match=r"git does not know who commits: `git config user\.name"):
        committed(repo)
    assert repo.git("status", "--porcelain") == ""


def test_hooks_of_the_last_setting(repo: Repo) -> None:
    """Of several folders of hooks git takes the one that is named last, and so do we."""
    for folder, hook in (("first", "commit-msg"), ("last", "pre-commit")):
        repo.write(f"{folder}/{hook}", "#!/bin/sh\n", executable=True)
        repo.git("config", "--add", "core.hooksPath", folder)
    assert added_by_git(Repository(repo.path)) == "the hook pre-commit"

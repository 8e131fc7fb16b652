"""Landings that git tells ahead: they say of every kind of repository what single questions say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gitopslint.cli.ahead import ask_ahead
from gitopslint.loaders.git import Ahead, Repository
from gitopslint.loaders.git_history import GitHistory, Line, resolve
from gitopslint.loaders.history import Landed
from gitopslint.loaders.newest import Newest, newest_landings
from gitopslint.loaders.questions import NEWEST
from tests.support.repo import Repo


@contextmanager
def asked(top: Path) -> Iterator[Repository]:
    """Ask git for the main line of a repository ahead."""
    ahead = Ahead(top, [NEWEST])
    try:
        yield Repository(top, ahead)
    finally:
        ahead.close()


def told(repository: Repository, *folders: str) -> tuple[list[Landed], list[str], dict[str, tuple[str, ...]]]:
    """Return the landings of HEAD, and its commits with the parents of merges."""
    history = GitHistory(repository, Line(resolve(repository, "HEAD")), 1_800_000_000)
    try:
        found = list(history.steps(folders))
        whole = [one._replace(changes=history.changes(one.landing)) for one in found if one.landing.start != "shallow"]
        of_file = [one for path in ("env/b", "other/b", "top") for one in history.steps_of(path)]
        return found + whole + of_file, list(history._chain.commits), dict(history._chain.others)
    finally:
        history.close()


def various(path: Path, object_format: str) -> Repo:
    """Make landings of many kinds: a merge, a rename, an empty one, a link, a folder instead of a file."""
    repo = Repo(path, object_format=object_format)
    repo.commit("First: ünïcode", {"env/a": "1", "other/b": "1", "top": "1", "env.txt": "1"})
    repo.git("switch", "--quiet", "--create", "branch")
    repo.commit("On the branch", {"env/b": "1", "other/c": "2"})
    repo.git("switch", "--quiet", "main")
    repo.commit("Elsewhere", {"other/b": "2"})
    repo.git("merge", "--quiet", "--no-ff", "-m", "Merge branch", "branch")
    repo.git("commit", "--quiet", "--allow-empty", "-m", "Nothing")
    repo.git("mv", "env/a", "env/ü\nc")
    repo.git("commit", "--quiet", "-m", "Moved\nwith a body")
    (repo.path / "top").unlink()
    (repo.path / "env/link").symlink_to("b")
    repo.commit("A folder for a file", {"top/d": "1"})
    head = repo.git("rev-parse", "HEAD").strip()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},module")
    repo.git("commit", "--quiet", "-m", "A submodule")
    repo.git("config", "diff.ignoreSubmodules", "all")
    repo.git("config", "log.diffMerges", "off")
    return repo


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_the_newest_landings_say_the_same(object_format: str, tmp_path: Path) -> None:
    """The landings of folders, of files and of everything are those that git tells one question after the other."""
    repo = various(tmp_path / "repo", object_format)
    for folders in ((), ("env",), ("env", "other/"), ("env/b", "other"), ("nowhere",)):
        with asked(repo.path) as repository:
            assert told(repository, *folders) == told(Repository(repo.path), *folders)
            assert repository.ahead is not None
            assert repository.ahead.taken(NEWEST) is None


def test_a_shallow_clone(tmp_path: Path) -> None:
    """Where the clone is cut off the line begins, as with single questions."""
    repo = various(tmp_path / "repo", "sha1")
    shallow = tmp_path / "shallow"
    repo.git("clone", "--quiet", "--depth", "3", f"file://{repo.path}", os.fspath(shallow))
    with asked(shallow) as repository:
        found = told(repository, "env")
    assert found == told(Repository(shallow), "env")
    assert len(found[1]) == 3


def test_what_is_not_told_is_asked(tmp_path: Path) -> None:
    """Without a commit and on another one, all is asked; of a line with more landings, those beyond."""
    repo = Repo(tmp_path / "empty")
    with asked(repo.path) as repository:
        assert told(repository, "env") == ([], [], {})
        assert newest_landings(repository, "1" * 40) == Newest("1" * 40, {}, {})
    repo = various(tmp_path / "repo", "sha1")
    first = repo.git("rev-parse", "main~2").strip()
    with asked(repo.path) as repository:
        assert newest_landings(repository, first) == Newest(first, {}, {})
    for count in (1, 4, 5, 6, 7):
        few = tuple(f"--max-count={count}" if word.startswith("--max-count") else word for word in NEWEST)
        for folders in ((), ("env",)):
            ahead = Ahead(repo.path, [few])
            ahead._begun[NEWEST] = ahead._begun.pop(few)
            assert told(Repository(repo.path, ahead), *folders) == told(Repository(repo.path), *folders)
            ahead.close()


def test_only_small_repositories_are_asked_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are many files git would take longer for that than for single questions."""
    repo = Repo(tmp_path / "repo")
    repo.commit("First", {"env/a": "1"})
    for limit, expected in ((1 << 18, True), (1, False)):
        monkeypatch.setattr("gitopslint.cli.ahead._SMALL", limit)
        ahead = ask_ahead(os.fspath(repo.path))
        assert ahead is not None
        taken = ahead.taken(NEWEST)
        assert (taken is not None) is expected
        if taken is not None:
            taken.close()
        ahead.close()


def test_head_is_where_they_begin(tmp_path: Path) -> None:
    """The commit of HEAD is known from them as long as they are there, and else it is asked for."""
    repo = Repo(tmp_path / "repo")
    with asked(repo.path) as repository:
        assert resolve(repository, "HEAD") is None
        assert repository.ahead is not None
        assert repository.ahead.taken(NEWEST) is None
    first = repo.commit("First", {"env/a": "1"})
    with asked(repo.path) as repository:
        assert repository.ahead is not None
        repository.ahead.seen(NEWEST)
        second = repo.commit("Second", {"env/a": "2"})
        assert [resolve(repository, name) for name in ("HEAD", "HEAD", "main")] == [first, first, second]
        assert list(newest_landings(repository, first).commits) == [first]
        assert resolve(repository, "HEAD") == second

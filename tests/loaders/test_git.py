"""The door to git, on real repositories: what is in them, and what hostile ones cannot do."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from gitopslint.loaders import git
from gitopslint.loaders.blob_id import blob_id
from gitopslint.loaders.git import (
    EXECUTABLE,
    REGULAR,
    SYMLINK,
    Ahead,
    GitError,
    Repository,
    find_repository,
)
from gitopslint.loaders.questions import CLONE, FILES, HEAD
from tests.support.repo import Repo, clean_git_environment


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def staged(repo: Repo) -> dict[str, str]:
    """Return what the index holds, as text."""
    repository = Repository(repo.path)
    entries = repository.staged()
    blobs = repository.blobs((entry.oid for entry in entries.values()), 100)
    return {os.fsdecode(path): os.fsdecode(blob) for path, blob in zip(entries, blobs, strict=True)}


def files(repo: Repo) -> tuple[set[str], set[str]]:
    tracked = set(Repository(repo.path).tracked())
    return tracked, set(Repository(repo.path).files()) - tracked


def test_index_holds_what_is_staged(repo: Repo) -> None:
    """The index says what the next commit will hold, whatever the work tree looks like by now."""
    repo.commit(files={"kept": "1", "changed": "1", "staged": "1", "removed": "1", "gone": "1"})
    repo.stage({"staged": "2", "new": "2"})
    repo.write("staged", "3")
    repo.write("changed", "3")
    repo.write("untracked", "3")
    repo.git("rm", "--quiet", "--cached", "removed")
    (repo.path / "gone").unlink()
    assert staged(repo) == {"kept": "1", "changed": "1", "staged": "2", "new": "2", "gone": "1"}


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_announced_files(tmp_path: Path, object_format: str) -> None:
    """`git add -N` only announces a file: the commit will not hold it. An empty file that is staged it will."""
    repo = Repo(tmp_path / "repo", object_format=object_format)
    for born in (False, True):
        repo.stage({"empty": "", "a/.gitkeep": "", "full": "1", f"again-{born}": ""})
        repo.write("announced", "2")
        repo.git("add", "--intent-to-add", "announced")
        assert staged(repo) == {"empty": "", "a/.gitkeep": "", "full": "1"} | dict.fromkeys(
            [f"again-{one}" for one in (False, True)[: 1 + born]], ""
        )
        assert "announced" in files(repo)[0]
        repo.git("commit", "--quiet", "--message=x")


def test_index_of_an_unborn_branch(repo: Repo) -> None:
    """Before the first commit there is an index like any other, and an empty one is no error."""
    assert staged(repo) == {}
    repo.stage({"a": "1"})
    assert staged(repo) == {"a": "1"}


def test_index_modes(repo: Repo) -> None:
    """Files, programs and symbolic links are told apart; submodules are left out."""
    other = Repo(repo.path.parent / "other")
    other.commit(files={"x": "1"})
    repo.write("dir/file", "1")
    repo.write("program", "2", executable=True)
    repo.link("link", "dir/file")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "module")
    repo.git("add", "--all")
    modes = {os.fsdecode(path): entry.mode for path, entry in Repository(repo.path).staged().items()}
    assert modes == {".gitmodules": REGULAR, "dir/file": REGULAR, "program": EXECUTABLE, "link": SYMLINK}
    assert staged(repo)["link"] == "dir/file"
    tracked, untracked = files(repo)
    assert (tracked, untracked) == ({".gitmodules", "dir/file", "program", "link", "module"}, set())


NAMES = (
    b"a b",
    b"a\nb",
    b"a\tb",
    b'"quoted"',
    b"\xc3\xa9",
    b"no\xffutf8",
    b"\xf0\x9f\x98\x80",
    b"-dash",
    b"*",
    b"? x",
    b"a\\b",
    b":(top)x",
)


@pytest.mark.skipif(sys.platform == "darwin", reason="this file system takes UTF-8 only")
def test_any_name(repo: Repo) -> None:
    """A file may be called anything: the bytes of its name come back as they are."""
    for name in NAMES:
        (repo.path / os.fsdecode(name)).write_bytes(name)
    names = set(map(os.fsdecode, NAMES))
    assert files(repo) == (set(), names)
    repo.git("add", "--all")
    assert set(Repository(repo.path).staged()) == set(NAMES)
    assert files(repo) == (names, set())
    assert staged(repo) == {os.fsdecode(name): os.fsdecode(name) for name in NAMES}


BLOBS = {
    "nothing": b"",
    "a line": b"x\n",
    "no line end": b"x",
    "bytes": bytes(range(256)),
    "large": b"x" * 3_000_000,
    "like an answer": b"0" * 40 + b" blob 1\nx\n",
    "DOS": b"a\r\n",
}


def test_blobs_are_the_bytes_themselves(repo: Repo) -> None:
    """Content comes as it was staged, of any length, in the order of the question, twice if asked twice."""
    repo.stage({name.replace(" ", "-"): content for name, content in BLOBS.items()})
    repository = Repository(repo.path)
    index = repository.staged()
    paths = [name.replace(" ", "-").encode() for name in reversed(BLOBS)]
    oids = [index[path].oid for path in paths] * 2
    assert list(repository.blobs(oids, 1 << 24)) == [*reversed(BLOBS.values())] * 2
    assert list(repository.blobs([], 1)) == []


def test_sha256_repositories(tmp_path: Path) -> None:
    """Object ids may have 64 digits."""
    repo = Repo(tmp_path / "repo", object_format="sha256")
    repo.commit(files={"a": "1"})
    assert staged(repo) == {"a": "1"}
    assert len(Repository(repo.path).staged()[b"a"].oid) == 64


def test_the_index_of_a_commit_under_way(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """During `git commit -a` or `git commit PATH` git hands its hooks another index, relative to the top."""
    repo.commit(files={"a": "1", "b": "1"})
    repo.write("a", "2")
    repo.git("add", "a", GIT_INDEX_FILE=".git/next-index")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index")
    assert staged(repo) == {"a": "2"}
    assert files(repo)[0] == {"a", "b"}, "the work tree is not the next commit"


def test_other_variables_of_git_do_not_count(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook of another repository may run us: what it tells git about itself is not about this one."""
    other = Repo(tmp_path / "other")
    other.commit(files={"x": "1"})
    repo.commit(files={"a": "1"})
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.path / ".git/objects"))
    monkeypatch.setenv("GIT_NAMESPACE", "x")
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "0")
    assert staged(repo) == {"a": "1"}
    assert files(repo) == ({"a"}, set())


def test_settings_by_environment_count(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """pre-commit and CI systems pass settings such as `safe.directory` in numbered variables."""
    repo.commit(files={"a": "1"})
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(repo.write("ignored", "*\n")))
    assert files(repo) == ({"a"}, set())


def test_files_of_the_work_tree(repo: Repo) -> None:
    """Tracked is what is in the index, even if it is gone; untracked is what could be added, ignored files are neither."""
    repo.commit(files={".gitignore": "*.log\n/build/\n", "a": "1", "b": "1", "c.log": "1"})
    repo.git("add", "--force", "c.log")
    (repo.path / "b").unlink()
    repo.write("new/d", "1")
    repo.write("e.log", "1")
    repo.write("build/f", "1")
    Repo(repo.path / "nested").write("g", "1")
    assert files(repo) == ({".gitignore", "a", "b", "c.log"}, {"new/d", "nested/"})


def test_unmerged_files(repo: Repo) -> None:
    """In the middle of a merge nobody knows the next commit: the file is named. The work tree is as it is."""
    repo.commit(files={"a é": "1"})
    repo.git("checkout", "--quiet", "-b", "other")
    repo.commit(files={"a é": "2"})
    repo.git("checkout", "--quiet", "main")
    repo.commit(files={"a é": "3"})
    repo.git("merge", "other", check=False)
    with pytest.raises(GitError, match=r"^a é is unmerged: resolve the conflict and `git add` it first$"):
        Repository(repo.path).staged()
    assert files(repo) == ({"a é"}, set())
    repo.git("add", "--all")
    assert "<<<<<<<" in staged(repo)["a é"]


def test_worktrees(repo: Repo, tmp_path: Path) -> None:
    """A second work tree has a file for `.git`, and an index of its own."""
    repo.commit(files={"a": "1"})
    repo.git("worktree", "add", "--quiet", "-b", "other", str(tmp_path / "tree"))
    repo.stage({"a": "2"})
    found = find_repository(tmp_path / "tree")
    assert found == Repository(tmp_path / "tree")
    (entry,) = found.staged().values()
    assert list(found.blobs([entry.oid], 1)) == [b"1"]


def test_find_repository(repo: Repo, tmp_path: Path) -> None:
    """The nearest folder with a `.git`, in or above the one that was asked for."""
    repo.write("a/b/c", "1")
    inner = Repo(repo.path / "a/inner")
    assert find_repository(repo.path) == Repository(repo.path)
    assert find_repository(repo.path / "a/b") == Repository(repo.path)
    assert find_repository(inner.path) == Repository(inner.path)
    assert find_repository(tmp_path) is None
    repo.write("a/.git/x", "an empty folder of that name is none")
    assert find_repository(repo.path / "a/b") == Repository(repo.path)


def test_packed_and_split(repo: Repo) -> None:
    """However git stores its objects and its index, the answers are the same."""
    repo.commit(files={f"f{number}": f"{number}" for number in range(50)})
    before = staged(repo)
    repo.git("update-index", "--split-index", "--index-version=4")
    repo.git("gc", "--quiet", "--aggressive")
    assert staged(repo) == before


def test_sparse_checkout(repo: Repo) -> None:
    """What a sparse checkout leaves out is in the index all the same, file by file."""
    repo.commit(files={"a/x": "1", "b/y": "2", "c/d/z": "3"})
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "a")
    assert not (repo.path / "b").exists()
    assert staged(repo) == {"a/x": "1", "b/y": "2", "c/d/z": "3"}


# Failures.


def test_a_missing_object(repo: Repo) -> None:
    """An object that is not here is no empty file."""
    repo.commit(files={"a": "1", "b": "2"})
    repository = Repository(repo.path)
    oid = repository.staged()[b"a"].oid
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(GitError, match=rf"^object {oid} is missing: fetch the whole repository"):
        list(repository.blobs([repository.staged()[b"b"].oid, oid], 9))


def test_no_git(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many container images have no git: the message says so, and what to do."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match=r"^git is not installed, or not on PATH: install it"):
        Repository(repo.path).staged()


def git_program(folder: Path, before: str) -> Path:
    """Put a program `git` into a folder, which runs some shell and then the real git, and return the folder."""
    real = shutil.which("git")
    assert real is not None
    folder.mkdir()
    program = folder / "git"
    program.write_text(f'#!/bin/sh\n{before}\nexec {shlex.quote(real)} "$@"\n', "utf-8")
    program.chmod(0o755)
    return folder


def test_a_repository_of_another_user(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git does not read what belongs to somebody else; the message is the one line that helps."""
    folder = git_program(tmp_path / "bin", "export GIT_TEST_ASSUME_DIFFERENT_OWNER=1")
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    with pytest.raises(GitError) as caught:
        Repository(repo.path).staged()
    assert str(caught.value) == (
        f"git does not trust {repo.path}, because it belongs to another user: "
        f"run `git config --global --add safe.directory {repo.path}`"
    )


BROKEN = {
    "a text named .git": (".git", "x", "invalid gitfile"),
    "a work tree of nothing": (".git", "gitdir: /nowhere\n", "not a git repository"),
    "only a head": (".git/HEAD", "ref: refs/heads/main\n", "not a git repository"),
}


@pytest.mark.parametrize(("path", "content", "message"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_repository(repo: Repo, path: str, content: str, message: str) -> None:
    """What only looks like a repository is an error with git's own words, and never the repository around it."""
    repo.write(f"folder/{path}", content)
    found = find_repository(repo.path / "folder")
    assert found == Repository(repo.path / "folder")
    for question in (found.staged, found.files):
        with pytest.raises(GitError, match=rf"^git ls-files failed in .*/folder: fatal: {message}"):
            question()


def test_a_damaged_index(repo: Repo) -> None:
    """An index that git cannot read is an error."""
    repo.commit(files={"a": "1"})
    (repo.path / ".git/index").write_bytes(b"DIRC rubbish")
    with pytest.raises(GitError, match=r"^git ls-files failed"):
        Repository(repo.path).staged()


# Hostile repositories. Every setting below names a program that leaves a mark.

SETTINGS = (
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.gitProxy",
    "core.askPass",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "merge.evil.driver",
    "credential.helper",
    "gpg.program",
    "gpg.ssh.program",
    "pager.ls-files",
    "pager.cat-file",
    "interactive.diffFilter",
    "uploadpack.packObjectsHook",
    "remote.origin.uploadpack",
    "sequence.editor",
    "core.alternateRefsCommand",
)
HOOKS = (
    "post-index-change",
    "pre-commit",
    "post-checkout",
    "reference-transaction",
    "fsmonitor-watchman",
    "query-watchman",
)


def boobytrapped(repo: Repo) -> Path:
    """Make git run a program wherever its settings, attributes and hooks can; return the mark that it leaves."""
    mark = repo.path.parent / "mark"
    program = repo.path.parent / "program"
    program.write_text(f"#!/bin/sh\necho $0 >> {shlex.quote(str(mark))}\nexit 1\n", "utf-8")
    program.chmod(0o755)
    repo.commit(
        files={".gitattributes": "* filter=evil diff=evil merge=evil text\n", "a": "1\r\n", "b": "1", "empty": ""}
    )
    repo.write("a", "2\r\n")
    repo.write("c", "new")
    repo.git("add", "a")
    for setting in SETTINGS:
        repo.git("config", setting, str(program))
    for alias in ("ls-files", "cat-file"):
        repo.git("config", f"alias.{alias}", f"!{program}")
    repo.git("config", "core.fsmonitorHookVersion", "2")
    repo.git("config", "core.untrackedCache", "true")
    hooks = repo.path.parent / "hooks"
    for folder in (repo.path / ".git/hooks", hooks):
        folder.mkdir(exist_ok=True)
        for hook in HOOKS:
            shutil.copy(program, folder / hook)
    repo.git("config", "core.hooksPath", str(hooks))
    return mark


def test_nothing_of_the_repository_runs(repo: Repo) -> None:
    """No setting, attribute or hook makes git start a program when we ask it; a plain `git status` does."""
    mark = boobytrapped(repo)
    assert staged(repo)["a"].startswith("2")
    assert files(repo) == ({".gitattributes", "a", "b", "empty"}, {"c"})
    assert not mark.exists(), mark.read_text()
    repo.git("status", check=False)
    assert mark.exists(), "the trap does not work"


@pytest.mark.parametrize("known", [True, False], ids=["new git", "git before 2.44"])
def test_nothing_is_fetched(repo: Repo, monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    """A partial clone must not run its remote, which may be a program, for an object that is not here."""
    repo.commit(files={"a": "1"})
    mark = repo.path.parent / "mark"
    for setting, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
        "remote.origin.url": f"ext::sh -c echo% x% >>{mark}",
    }.items():
        repo.git("config", setting, value)
    repository = Repository(repo.path)
    oid = repository.staged()[b"a"].oid
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    if not known:
        monkeypatch.delitem(git._ENVIRONMENT, "GIT_NO_LAZY_FETCH")
    with pytest.raises(GitError):
        list(repository.blobs([oid], 9))
    assert not mark.exists()
    repo.git("cat-file", "-p", oid, check=False)
    assert mark.exists(), "the trap does not work"


@pytest.mark.parametrize(
    ("setting", "value"), [("core.worktree", "../other"), ("core.worktree", "/"), ("core.bare", "true")]
)
def test_a_work_tree_elsewhere(repo: Repo, setting: str, value: str) -> None:
    """The work tree is the folder that we asked about, whatever the repository says about another one."""
    repo.commit(files={"a": "1"})
    repo.write("b", "1")
    (repo.path.parent / "other").mkdir()
    (repo.path.parent / "other/secret").write_text("x")
    repo.git("config", setting, value)
    assert files(repo) == ({"a"}, {"b"})
    assert staged(repo) == {"a": "1"}


def test_replaced_objects(repo: Repo) -> None:
    """`git replace` shows another content for an object; the commit will hold the real one."""
    repo.commit(files={"a": "real", "b": "fake"})
    index = Repository(repo.path).staged()
    repo.git("replace", index[b"a"].oid, index[b"b"].oid)
    assert repo.git("cat-file", "-p", index[b"a"].oid) == "fake"
    assert staged(repo)["a"] == "real"


def test_environment_of_tests_is_clean() -> None:
    """The helper's own environment lets nothing of a hook or of the user through."""
    environment = clean_git_environment(GIT_DIR="x")
    assert {name for name in environment if name.startswith("GIT_")} == {
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_TERMINAL_PROMPT",
        "GIT_DIR",
    }
    assert "GIT_DIR" not in clean_git_environment()


def test_commit_ids_are_always_the_same(tmp_path: Path) -> None:
    """Tests may name commits: the same files in the same order give the same ids on every machine."""
    ids = []
    for name in ("one", "other"):
        repo = Repo(tmp_path / name)
        ids.append([repo.commit(files={"a": "1"}), repo.commit("Again", {"a": "2"})])
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


# What `git hash-object` says, in a repository of either kind.
IDS = {
    "sha1": (b"image: {}\n", "6c199be34b2df7c09a93b837a087192f36d2104c"),
    "sha256": (b"image: {}\n", "991290adb5e3e1b50bfaa7eac50a23e67d178a79c988a4c30e82ffd27789e6f8"),
    "nothing": (b"", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
}


@pytest.mark.parametrize(("data", "expected"), IDS.values(), ids=IDS)
def test_ids_of_files(data: bytes, expected: str) -> None:
    """A file has the id that git gives it."""
    assert blob_id(data, len(expected)) == expected


def test_questions_ahead_are_answered_once(repo: Repo) -> None:
    """What git was asked ahead is answered from that, once; then and for all else it is asked again."""
    repo.commit(files={"a": "1"})
    first = Repository(repo.path).ask(*HEAD)
    ahead = Ahead(repo.path, (FILES, HEAD, CLONE))
    repository = Repository(repo.path, ahead)
    assert repository.ask(*HEAD) == first
    assert ahead.taken(HEAD) is None
    assert repository.files() == ["a"]
    repo.commit(files={"b": "2"})
    assert repository.ask(*HEAD) != first
    assert repository.files() == ["a", "b"]
    assert repository.ask(*CLONE) == Repository(repo.path).ask(*CLONE)


def test_questions_that_nobody_asks_are_ended(repo: Repo) -> None:
    """Closing leaves no process behind, whether it has answered or not."""
    repo.commit(files={"a": "1"})
    ahead = Ahead(repo.path, (FILES, HEAD))
    ahead.close()
    assert ahead.taken(FILES) is None
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)

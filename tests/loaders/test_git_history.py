"""What git tells of a history: every kind of repository, and what is said where it cannot be told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitopslint.loaders.git import Repository
from gitopslint.loaders.git_history import GitHistory, Line, merge_base, resolve
from gitopslint.loaders.history import HistoryError, Landed
from gitopslint.model.landing import FileChange
from tests.support.repo import Repo

NOW = 1_800_000_000


def history(repo: Repo | Path, *, staged: bool = False, tip: str = "HEAD", heads: tuple[str, ...] = ()) -> GitHistory:
    """Open the history of a repository."""
    repository = Repository(repo.path if isinstance(repo, Repo) else repo)
    return GitHistory(repository, Line(resolve(repository, tip), heads, staged), NOW)


def landed(repo: Repo | Path, *folders: str) -> list[Landed]:
    """Return all landings, the oldest first."""
    opened = history(repo)
    try:
        return list(opened.steps(folders))[::-1]
    finally:
        opened.close()


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_landings(object_format: str, tmp_path: Path) -> None:
    """Each commit of the main line is a landing with its changes; a merge is one landing with all that it brings."""
    repo = Repo(tmp_path, object_format=object_format)
    first = repo.commit("First: ünïcode", {"d/a": "1", "other": "1"})
    repo.git("switch", "--quiet", "--create", "branch")
    repo.commit("On the branch", {"d/b": "1"})
    repo.commit("On the branch, too", {"d/b": "2", "d/c": "1"})
    repo.git("switch", "--quiet", "main")
    repo.commit("Elsewhere", {"other": "2"})
    repo.git("merge", "--quiet", "--no-ff", "-m", "Merge branch", "branch")
    (repo.path / "d/a").unlink()
    repo.commit("Delete")
    found = landed(repo, "d")
    assert [one.landing.subject for one in found] == ["First: ünïcode", "Merge branch", "Delete"]
    assert [[change.path for change in one.changes] for one in found] == [["d/a"], ["d/b", "d/c"], ["d/a"]]
    assert [one.landing.merge for one in found] == [False, True, False]
    assert [one.landing.start for one in found] == ["root", None, None]
    assert (found[0].landing.id, found[0].landing.author) == (first, "Ada Author")
    assert found[2].changes[0].new is None
    positions = [one.landing.position for one in found]
    assert positions == sorted(positions)
    assert len(landed(repo)) == 4


def test_what_a_landing_changes(tmp_path: Path) -> None:
    """A landing is compared with its first parent, the root with nothing, the pending change with HEAD."""
    repo = Repo(tmp_path)
    repo.commit("One", {"a": "1", "b": "1"})
    repo.commit("Two", {"a": "2"})
    repo.stage({"c": "1", "b": "2"})
    opened = history(repo, staged=True)
    two, one = list(opened.steps([]))
    assert [change.path for change in opened.changes(one.landing)] == ["a", "b"]
    assert [change.path for change in opened.changes(two.landing)] == ["a"]
    assert [change.path for change in opened.changes(opened.pending)] == ["b", "c"]
    assert [c.path for c in opened.changes_between(one.landing.id, two.landing.id)] == ["a"]
    assert [c.path for c in opened.changes_between(one.landing.id, "")] == ["a", "b", "c"]
    assert opened.contents([two.changes[0].new or "", "1" * 40]) == [b"2", None]
    opened.close()


def test_commits_by_prefix(tmp_path: Path) -> None:
    """A prefix is looked up as a commit: no blob counts, and no branch of that name hides it."""
    repo = Repo(tmp_path)
    first = repo.commit("First", {"a": "1"})
    second = repo.commit("Second", {"a": "2"})
    repo.git("branch", first[:7], second)
    blob = repo.git("rev-parse", "HEAD:a")
    opened = history(repo)
    assert [commit.id for commit in opened.commits(first[:7])] == [first]
    assert [(c.id, c.subject, c.author) for c in opened.commits(second)] == [(second, "Second", "Ada Author")]
    assert opened.commits(blob[:12]) == ()
    assert opened.commits("0" * 12) == ()
    opened.close()


def test_containment(tmp_path: Path) -> None:
    """A landing contains its ancestors of all parents, and nothing that landed later or never."""
    repo = Repo(tmp_path)
    repo.commit("Begin", {"a": "1"})
    repo.git("switch", "--quiet", "--create", "merged")
    side = repo.commit("Side", {"b": "1"})
    repo.git("switch", "--quiet", "--create", "lost", "main")
    lost = repo.commit("Lost", {"c": "1"})
    repo.git("switch", "--quiet", "main")
    before = repo.commit("Before", {"a": "2"})
    repo.git("merge", "--quiet", "--no-ff", "-m", "Merge", "merged")
    after = repo.commit("After", {"a": "3"})
    opened = history(repo)
    landings = {one.landing.subject: one.landing for one in opened.steps([])}
    assert [opened.contains(landings["Merge"], commit) for commit in (side, before, lost, after)] == [
        True,
        True,
        False,
        False,
    ]
    assert not opened.contains(landings["Before"], side)
    assert opened.contains(opened.pending, after)
    assert not opened.contains(opened.pending, lost)
    opened.close()
    request = history(repo, tip="main", heads=(lost,))
    assert request.contains(request.pending, lost)
    request.close()


def test_shallow(tmp_path: Path) -> None:
    """The oldest commit of a shallow clone is no beginning: what it changed is not known."""
    origin = Repo(tmp_path / "origin")
    for number in range(4):
        origin.commit(f"Number {number}", {"a": str(number)})
    origin.git("clone", "--quiet", "--depth=2", f"file://{origin.path}", str(tmp_path / "clone"))
    opened = history(tmp_path / "clone")
    assert opened.cut_off
    newest, oldest = (one.landing for one in opened.steps([]))
    assert (oldest.subject, oldest.start, newest.start) == ("Number 2", "shallow", None)
    with pytest.raises(HistoryError, match="cut off") as caught:
        opened.changes(oldest)
    assert "GIT_DEPTH: 0" in caught.value.remedy
    opened.close()


def test_partial(tmp_path: Path) -> None:
    """In a clone without contents nothing is fetched behind the user's back: they are unknown."""
    origin = Repo(tmp_path / "origin")
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.commit("One", {"a": "1"})
    origin.commit("Two", {"a": "2"})
    url = f"file://{origin.path}"
    origin.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", url, str(tmp_path / "clone"))
    opened = history(tmp_path / "clone")
    two, one = opened.steps([])
    assert opened.contents([one.changes[0].new or "", two.changes[0].new or ""]) == [None, None]
    opened.close()


def test_unborn(tmp_path: Path) -> None:
    """Before the first commit all is pending, and there is nothing before that."""
    repo = Repo(tmp_path)
    repo.stage({"a": "1"})
    opened = history(repo, staged=True)
    assert list(opened.steps([])) == []
    assert opened.pending.start == "root"
    assert [change.path for change in opened.changes(opened.pending)] == ["a"]
    assert not opened.contains(opened.pending, "1" * 40)
    opened.close()


def test_detached_and_worktrees(tmp_path: Path) -> None:
    """Where HEAD stands decides, in a second work tree as well."""
    repo = Repo(tmp_path / "repo")
    first = repo.commit("First", {"a": "1"})
    repo.commit("Second", {"a": "2"})
    repo.git("worktree", "add", "--quiet", "--detach", "../second", first)
    assert [one.landing.subject for one in landed(tmp_path / "second")] == ["First"]
    repo.git("checkout", "--quiet", "--detach", first)
    assert [one.landing.id for one in landed(repo)] == [first]


def test_submodule(tmp_path: Path) -> None:
    """A submodule has a history of its own, and is one entry in that of the repository around."""
    inner = Repo(tmp_path / "inner")
    inner.commit("Inner", {"a": "1"})
    outer = Repo(tmp_path / "outer")
    outer.commit("Outer", {"b": "1"})
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "lib")
    outer.commit("Add it")
    assert [one.landing.subject for one in landed(outer.path / "lib")] == ["Inner"]
    assert [change.path for change in landed(outer)[-1].changes] == [".gitmodules", "lib"]


def test_names_are_bytes(tmp_path: Path) -> None:
    """Paths, authors and subjects are whatever somebody wrote; none of it is taken for structure."""
    repo = Repo(tmp_path)
    (tmp_path / "d").mkdir()
    strange = os.fsdecode(b"d/\xff\n:100644 x\ta")
    repo.write(strange, "1")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "-m", "\x01:0 \x1b[31m «x»\n\nbody", GIT_AUTHOR_NAME="x:1 \x02y")
    (one,) = landed(repo, "d")
    assert [change.path for change in one.changes] == [strange]
    assert one.landing.subject == "\x01:0 \x1b[31m «x»"
    assert one.landing.author == "x:1 \x02y"
    opened = history(repo)
    assert opened.changes(one.landing) == one.changes
    (commit,) = opened.commits(one.landing.id)
    assert commit.subject.endswith("«x»")
    opened.close()


def test_history_cannot_be_rewritten_from_aside(tmp_path: Path) -> None:
    """Replacements and grafts, which every repository can claim, change nothing."""
    repo = Repo(tmp_path)
    first = repo.commit("First", {"a": "1"})
    second = repo.commit("Second", {"a": "2"})
    repo.git("replace", second, first)
    repo.write(".git/info/grafts", f"{second}\n")
    assert [one.landing.subject for one in landed(repo)] == ["First", "Second"]


def test_configuration_changes_no_word(tmp_path: Path) -> None:
    """What a repository configures for people to read does not change what is read here."""
    repo = Repo(tmp_path)
    repo.commit("First", {"a": "1" * 100, "d/x": "1"})
    repo.git("mv", "a", "b")
    repo.commit("Second")
    expected = landed(repo)
    settings = {
        "diff.renames": "copies",
        "diff.orderFile": "/dev/stdin",
        "diff.relative": "true",
        "diff.noprefix": "true",
        "log.showSignature": "true",
        "log.showRoot": "false",
        "log.date": "relative",
        "log.follow": "true",
        "log.diffMerges": "off",
        "color.ui": "always",
        "core.quotePath": "true",
        "core.abbrev": "4",
        "format.pretty": "oneline",
        "i18n.logOutputEncoding": "UTF-16",
        "core.fsmonitor": "touch executed",
        "diff.external": "touch executed",
        "core.pager": "touch executed",
    }
    for name, value in settings.items():
        repo.git("config", name, value)
    assert landed(repo) == expected
    assert [change.new for change in expected[1].changes if change.path == "a"] == [None]
    assert not (tmp_path / "executed").exists()


def test_a_broken_repository(tmp_path: Path) -> None:
    """Where objects are missing or broken, the message names git's trouble and a way out."""
    repo = Repo(tmp_path)
    repo.commit("First", {"d/a": "1"})
    tree = repo.git("rev-parse", "HEAD^{tree}")
    target = tmp_path / ".git/objects" / tree[:2] / tree[2:]
    target.chmod(0o644)
    target.write_bytes(b"x")
    opened = history(repo)
    with pytest.raises(HistoryError) as caught:
        list(opened.steps(["d"]))
    assert "git diff-tree failed" in str(caught.value)
    assert "git fsck" in caught.value.remedy
    opened.close()


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    """Git compares nothing where a folder below is missing, and says so by silence: that is no unchanged folder."""
    repo = Repo(tmp_path)
    repo.commit("First", {"d/a": "1"})
    repo.commit("Second", {"d/a": "2"})
    tree = repo.git("rev-parse", "HEAD:d")
    (tmp_path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    opened = history(repo)
    with pytest.raises(HistoryError, match="missing"):
        list(opened.steps(["d"]))
    opened.close()


def test_folders_and_files_that_take_turns(tmp_path: Path) -> None:
    """A folder that becomes a file, one that comes and goes, and files at the top are told as git tells all of them."""
    repo = Repo(tmp_path)
    repo.commit("First", {"d/a/b": "1", "e": "1", "other/x": "1"})
    (repo.path / "d/a/b").unlink()
    (repo.path / "d/a").rmdir()
    (repo.path / "d").rmdir()
    repo.commit("Second", {"d": "2"})
    (repo.path / "d").unlink()
    repo.commit("Third", {"d/c": "3", "e": "2", "d.e": "x"})
    repo.commit("Fourth", {"other/x": "2"})
    everything = [(step.landing, step.changes) for step in landed(repo)]
    for folders in (["d"], ["e"], ["d", "e"], ["d/a"], ["other", "d"]):
        expected = [
            (landing, chosen)
            for landing, changes in everything
            if (chosen := tuple(one for one in changes if any(f"{one.path}/".startswith(f"{f}/") for f in folders)))
        ]
        assert [(step.landing, step.changes) for step in landed(repo, *folders)] == expected, folders


def test_many_questions_for_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After many questions all ids are listed instead, those on no branch included, and the answers are the same."""
    repo = Repo(tmp_path)
    ids = [repo.commit(f"Number {number}", {"a": str(number)}) for number in range(3)]
    repo.git("reset", "--quiet", "--hard", ids[1])
    blob = repo.git("rev-parse", "HEAD:a")
    asked = history(repo)
    listed = history(repo)
    for prefix in (*(one[:7] for one in ids), ids[2], blob[:7], "0000000", "fffffff", ids[0][:12] + "x"):
        monkeypatch.setattr("gitopslint.loaders.git_history._MOST_LOOKUPS", 1_000)
        expected = asked.commits(prefix)
        monkeypatch.setattr("gitopslint.loaders.git_history._MOST_LOOKUPS", 0)
        assert listed.commits(prefix) == expected, prefix
    assert [one.id for one in listed.commits(ids[2][:7])] == [ids[2]]
    asked.close()
    listed.close()


def test_many_prefixes_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gets what it gets alone, whatever else starts alike; what is near an absent one is not asked again."""
    repo = Repo(tmp_path)
    first, second = (repo.commit(f"Number {number}", {"a": str(number)}) for number in range(2))
    blob = repo.git("rev-parse", "HEAD:a")
    repo.git("branch", second[:7], first)
    absent = [first[:7] + "".join("1" if digit == "0" else "0" for digit in first[7:12]), blob[:12], "0" * 12]
    prefixes = [first, first[:12], second[:9], second[:7], *absent]
    single, opened = history(repo), history(repo)
    alone = {prefix: tuple(one.id for one in single.commits(prefix)) for prefix in prefixes}
    assert opened.commits_of(prefixes) == alone
    assert [len(alone[prefix]) for prefix in prefixes] == [1, 1, 1, 1, 0, 0, 0]
    opened.close()
    monkeypatch.setattr(opened, "_talks", None)
    assert opened.commits("0" * 7) == opened.commits(blob[:7]) == opened.commits(blob) == ()
    single.close()


def test_names_of_commits(tmp_path: Path) -> None:
    """Branches, tags and ids stand for commits; what looks like an option stands for none."""
    repo = Repo(tmp_path)
    first = repo.commit("First", {"a": "1"})
    repo.git("tag", "-a", "-m", "x", "v1")
    repo.git("switch", "--quiet", "--create", "topic")
    repo.commit("Topic", {"a": "2"})
    repository = Repository(repo.path)
    assert resolve(repository, "main") == resolve(repository, "v1") == resolve(repository, first[:9]) == first
    assert [resolve(repository, name) for name in ("nope", "--all", "HEAD:a", "", "HEAD^{tree}")] == [None] * 5
    assert merge_base(repository, "main", "topic") == first
    repo.git("switch", "--quiet", "--orphan", "apart")
    repo.commit("Apart", {"b": "1"})
    assert merge_base(repository, "main", "apart") is None


def test_a_change_is_its_blobs(tmp_path: Path) -> None:
    """A change tells both contents; a change of mode alone has the same one twice."""
    repo = Repo(tmp_path)
    repo.commit("First", {"a": "1"})
    repo.write("a", "1", executable=True)
    repo.commit("Executable")
    (change,) = landed(repo)[1].changes
    assert isinstance(change, FileChange)
    assert change.old == change.new


def test_files_of_a_landing_that_git_cannot_list(tmp_path: Path) -> None:
    """Where the tree of a landing is missing, the reason has a way out: it is no crash."""
    repo = Repo(tmp_path)
    repo.commit("First", {"d/a": "1"})
    opened = history(repo)
    (first,) = opened.steps([])
    tree = repo.git("rev-parse", "HEAD^{tree}")
    (tmp_path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(HistoryError, match="git ls-tree failed") as caught:
        list(opened.files_at(first.landing))
    assert "git fsck" in caught.value.remedy
    opened.close()

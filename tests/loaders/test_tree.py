"""Trees: the same files from the disk and from the index, and no way out of the repository."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from gitopslint.loaders.git import GitError, Repository
from gitopslint.loaders.overlay import OverlayTree
from gitopslint.loaders.tree import (
    DiskTree,
    GitTree,
    MemoryTree,
    ReadError,
    Tree,
    below,
    commit_tree,
    disk_tree,
    index_tree,
)
from tests.support.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def on_disk(repo: Repo, prefix: str = "") -> DiskTree:
    return disk_tree(repo.path / prefix, Repository(repo.path))


def in_index(repo: Repo, prefix: str = "") -> GitTree:
    return index_tree(Repository(repo.path), prefix)


def content(tree: Tree, paths: Iterable[str] | None = None) -> dict[str, str]:
    """Return what a tree gives for each path: the text, or the reason why there is none, in brackets."""
    wanted = list(tree.paths if paths is None else paths)
    found = {
        path: f"[{data}]" if isinstance(data, ReadError) else os.fsdecode(data) for path, data in tree.read_many(wanted)
    }
    assert list(found) == wanted
    for path, text in found.items():
        assert _one(tree, path) == text, "read and read_many differ"
    return found


def _one(tree: Tree, path: str) -> str:
    try:
        return os.fsdecode(tree.read(path))
    except ReadError as error:
        return f"[{error}]"


def test_disk_and_index(repo: Repo) -> None:
    """The disk shows the work tree, ignored files left out; the index shows the next commit."""
    repo.commit(files={".gitignore": "*.log\n", "a": "1", "b/c": "1", "gone": "1"})
    repo.stage({"a": "2", "new": "2"})
    repo.write("a", "3")
    repo.write("untracked", "3")
    repo.write("ignored.log", "3")
    (repo.path / "gone").unlink()
    assert content(on_disk(repo)) == {".gitignore": "*.log\n", "a": "3", "b/c": "1", "new": "2", "untracked": "3"}
    assert content(in_index(repo)) == {".gitignore": "*.log\n", "a": "2", "b/c": "1", "gone": "1", "new": "2"}


def test_below_a_folder(repo: Repo) -> None:
    """A root below the top sees its own files only, by paths from there; a name that only starts alike is another."""
    repo.commit(files={"a/b": "1", "a/c/d": "2", "ab": "3", "e": "4"})
    for tree in (on_disk(repo, "a"), in_index(repo, "a/")):
        assert content(tree) == {"b": "1", "c/d": "2"}
        assert content(tree, ["../e", "e", "a/b"]).keys() == {"../e", "e", "a/b"}
    assert content(in_index(repo, "a/"), ["../e"]) == {"../e": "[it is a symbolic link that leaves the repository]"}


def test_without_git(tmp_path: Path) -> None:
    """Where there is no git, all files count, except those of a `.git` folder."""
    repo = Repo(tmp_path)
    repo.write("a/b.log", "1")
    repo.write(".hidden/c", "2")
    repo.link("d", "a/b.log")
    assert content(disk_tree(tmp_path, None)) == {".hidden/c": "2", "a/b.log": "1", "d": "1"}


@pytest.mark.skipif(sys.platform == "darwin", reason="this file system takes UTF-8 only")
def test_any_name(repo: Repo) -> None:
    """Names that are no UTF-8, and names with line ends, are read like any other."""
    names = ("no\udcffutf8", "a\nb", "é", "日本/😀", '"x"', "-dash", "*.yaml", "..dots")
    repo.commit(files=dict.fromkeys(names, "1"))
    for tree in (on_disk(repo), in_index(repo), disk_tree(repo.path, None)):
        assert content(tree) == dict.fromkeys(sorted(names), "1")


# The target of a link named `dir/link`, and what reading it gives, from the disk and from the index.
LEAVES = "[it is a symbolic link that leaves the repository]"
MISSING = "[No such file or directory]"
LINKS = {
    "beside it": ("file", "here", "here"),
    "above it": ("../top", "top", "top"),
    "through its own folder": ("../dir/./file", "here", "here"),
    "through a folder and back": ("../other/../top", "top", "top"),
    "another link": ("chain", "here", "here"),
    "through a linked folder": ("../linked/file", "here", "here"),
    "up from a linked folder": ("../deep/../file", "other", "other"),
    "a name that starts with dots": ("../..dots", "dots", "dots"),
    "nothing": ("nowhere", MISSING, MISSING),
    "itself": ("link", "[Too many levels of symbolic links]", "[Too many levels of symbolic links]"),
    "out of the repository": ("../../secret", LEAVES, LEAVES),
    "out and in again": ("../../repo/top", "top", LEAVES),
    "far out": ("../../../../../../../../../../etc/passwd", LEAVES, LEAVES),
    "an absolute path": ("/etc/passwd", LEAVES, LEAVES),
    "a device": ("/dev/zero", LEAVES, LEAVES),
    "through a link out": ("../out/secret", LEAVES, LEAVES),
    "a folder": ("../other", "[it is not a regular file]", MISSING),
    "through a file": ("../top/x", "[Not a directory]", "[Not a directory]"),
}


@pytest.mark.parametrize(("target", "disk", "index"), LINKS.values(), ids=LINKS)
def test_symbolic_links(repo: Repo, target: str, disk: str, index: str) -> None:
    """A link is followed as the system does, as long as it stays inside; from the index by what is staged alone."""
    (repo.path.parent / "secret").write_text("secret")
    for path, text in {
        "dir/file": "here",
        "top": "top",
        "other/file": "other",
        "other/x/y": "",
        "..dots": "dots",
    }.items():
        repo.write(path, text)
    for path, to in {"dir/chain": "file", "linked": "dir", "deep": "other/x", "out": "..", "dir/link": target}.items():
        repo.link(path, to)
    repo.commit()
    assert content(on_disk(repo), ["dir/link"]) == {"dir/link": disk}
    assert content(disk_tree(repo.path, None), ["dir/link"]) == {"dir/link": disk}
    # What is on the disk by now does not count.
    tree = in_index(repo)
    repo.git("rm", "--quiet", "-r", "--force", ".")
    repo.git("read-tree", "HEAD")
    assert content(tree, ["dir/link"]) == {"dir/link": index}
    assert tree.links["dir/link"] == target


def test_links_through_many_folders(repo: Repo) -> None:
    """A chain of links ends, however long it is."""
    repo.write("end", "1")
    for number in range(60):
        repo.link(f"l{number}", f"l{number + 1}" if number < 59 else "end")
    repo.commit()
    for tree in (on_disk(repo), in_index(repo)):
        found = content(tree, ["l59", "l30", "l0"])
        assert (found["l59"], found["l30"]) == ("1", "1")
    assert content(in_index(repo), ["l0"]) == {"l0": "[Too many levels of symbolic links]"}


def test_a_linked_root(repo: Repo, tmp_path: Path) -> None:
    """The root itself may be reached through a link: what lies below it is inside."""
    repo.commit(files={"dir/a": "1"})
    repo.link("dir/b", "../dir/a")
    (tmp_path / "alias").symlink_to(repo.path)
    root = tmp_path / "alias"
    assert content(disk_tree(root, Repository(root))) == {"dir/a": "1", "dir/b": "1"}


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))  # the name of a socket has to be short


STRANGE: dict[str, Callable[[Path], None]] = {"a pipe": os.mkfifo, "a socket": _socket, "a folder": Path.mkdir}


@pytest.mark.parametrize("make", STRANGE.values(), ids=STRANGE)
def test_what_is_no_file(repo: Repo, make: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits at a pipe for ever, and nothing that is no file counts as an empty one."""
    monkeypatch.chdir(repo.path)
    repo.commit(files={"a": "1", "dir/b": "1"})
    for name in ("a", "dir/strange"):
        (repo.path / name).unlink(missing_ok=True)
        make(repo.path / name)
    repo.link("link", "dir/strange")
    found = content(DiskTree(repo.path, ["a", "dir/strange", "link"]))
    assert set(found.values()) <= {"[it is not a regular file]", "[No such device or address]"}
    assert on_disk(repo).paths == ("dir/b", "link")
    assert content(in_index(repo), ["a"]) == {"a": "1"}


def test_no_file_stays_open(repo: Repo) -> None:
    """Whatever is read, and whatever cannot be, no descriptor is left behind."""
    descriptors = Path("/dev/fd")
    if not descriptors.exists():
        pytest.skip("this system does not list its open files")
    repo.commit(files={"a": "1", "dir/b": "1"})
    repo.link("link", "dir")
    repo.link("out", "../..")
    tree = DiskTree(repo.path, ["a", "dir", "link", "out", "nothing"])
    before = len(list(descriptors.iterdir()))
    for _ in range(5):
        content(tree)
    assert len(list(descriptors.iterdir())) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(repo: Repo) -> None:
    """What the system forbids is a reason like any other."""
    repo.commit(files={"a": "1"})
    (repo.path / "a").chmod(0)
    assert content(on_disk(repo)) == {"a": "[Permission denied]"}


def test_what_changes_under_way(repo: Repo) -> None:
    """A file that vanishes, or a folder that becomes a link out, is told when it is read."""
    repo.commit(files={"a": "1", "dir/b": "1"})
    (repo.path.parent / "b").write_text("secret")
    tree = on_disk(repo)
    (repo.path / "a").unlink()
    (repo.path / "dir/b").unlink()
    (repo.path / "dir").rmdir()
    repo.link("dir", "..")
    assert content(tree) == {"a": MISSING, "dir/b": LEAVES}


def test_a_missing_object_hides_no_other(repo: Repo) -> None:
    """One object that a partial clone does not have is one file that cannot be read."""
    repo.commit(files={"a": "1", "b": "2", "c": "3"})
    oid = Repository(repo.path).staged()[b"b"].oid
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    found = content(in_index(repo))
    assert (found["a"], found["c"]) == ("1", "3")
    assert found["b"].startswith(f"[object {oid} is missing")


def test_submodules(repo: Repo, tmp_path: Path) -> None:
    """A submodule is another repository: neither itself nor its files are in the tree."""
    other = Repo(tmp_path / "other")
    other.commit(files={"x": "1"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "module")
    repo.commit(files={"a": "1"})
    assert on_disk(repo).paths == in_index(repo).paths == (".gitmodules", "a")
    assert content(in_index(repo), ["module", "module/x"]) == {"module": MISSING, "module/x": MISSING}


def test_a_worktree(repo: Repo, tmp_path: Path) -> None:
    """A second work tree of a repository is a tree of its own."""
    repo.commit(files={"a": "1"})
    repo.git("worktree", "add", "--quiet", str(tmp_path / "tree"))
    (tmp_path / "tree/a").write_text("2")
    repository = Repository(tmp_path / "tree")
    assert content(disk_tree(tmp_path / "tree", repository)) == {"a": "2"}
    assert content(index_tree(repository, "")) == {"a": "1"}


def test_the_index_of_a_commit_under_way(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a hook of `git commit PATH` the index is what that commit will hold."""
    repo.commit(files={"a": "1", "b": "1"})
    repo.write("a", "2")
    repo.git("add", "a")
    repo.git("read-tree", "HEAD", GIT_INDEX_FILE=".git/next-index-1.lock")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index-1.lock")
    assert content(in_index(repo)) == {"a": "1", "b": "1"}
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert content(in_index(repo)) == {"a": "2", "b": "1"}


@pytest.mark.parametrize(("folder", "expected"), [(".", ""), ("a", "a/"), ("a/b c", "a/b c/")])
def test_below(folder: str, expected: str, tmp_path: Path) -> None:
    """The way down is a prefix for paths."""
    assert below(tmp_path / folder, tmp_path) == expected


def test_a_commit(tmp_path: Path) -> None:
    """A commit is read as it was, whatever the disk and the index hold now; links count, submodules do not."""
    repo = Repo(tmp_path)
    repo.link("deploy/link", "a")
    commit = repo.commit("First", {"deploy/a": "1", "other": "2"})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},deploy/module")
    second = repo.git("commit-tree", "-m", "Module", repo.git("write-tree"))
    repo.commit("Later", {"deploy/a": "2", "deploy/b": "3"})
    repository = Repository(repo.path)
    assert content(commit_tree(repository, "deploy/", commit)) == {"a": "1", "link": "1"}
    assert commit_tree(repository, "", second).paths == ("deploy/a", "deploy/link", "other")
    assert commit_tree(repository, "", commit).links == {"deploy/link": "a"}


def test_a_commit_that_is_not_there(tmp_path: Path) -> None:
    """Nothing is read as an empty tree that could not be read."""
    Repo(tmp_path)
    with pytest.raises(GitError):
        commit_tree(Repository(tmp_path), "", "0" * 40)


OVERLAYS: dict[str, tuple[dict[str, bytes | None], dict[str, str]]] = {
    "nothing": ({}, {"a": "1", "b/c": "1", "link": "1"}),
    "another content, which the link shows, too": ({"b/c": b"2"}, {"a": "1", "b/c": "2", "link": "2"}),
    "a new file": ({"a.new": b""}, {"a": "1", "a.new": "", "b/c": "1", "link": "1"}),
    "a file less": ({"a": None}, {"b/c": "1", "link": "1"}),
    "a link to nothing": ({"b/c": None}, {"a": "1", "link": MISSING}),
    "a file over a link": ({"link": b"2"}, {"a": "1", "b/c": "1", "link": "2"}),
    "no link any more": ({"link": None}, {"a": "1", "b/c": "1"}),
}


@pytest.mark.parametrize(("over", "expected"), OVERLAYS.values(), ids=OVERLAYS)
def test_overlay(over: dict[str, bytes | None], expected: dict[str, str], repo: Repo) -> None:
    """What lies over a tree counts, and the rest is as it was, on disk and in the index alike."""
    repo.commit(files={"a": "1", "b/c": "1"})
    repo.link("link", "b/c")
    repo.git("add", "--all")
    for tree in (on_disk(repo), in_index(repo)):
        overlay = OverlayTree(tree, over)
        assert content(overlay) == expected
        assert overlay.links.keys() == {"link"} & expected.keys() - over.keys()


def test_overlay_of_what_is_gone() -> None:
    """A file that was taken away cannot be read, and a link in a circle ends."""
    overlay = OverlayTree(MemoryTree({"a": "1"}), {"a": None})
    assert content(overlay, ["a", "b"]) == {"a": MISSING, "b": MISSING}
    circle = MemoryTree({"a": "1"})
    circle.links["a"] = "a"
    assert content(OverlayTree(circle, {"b": b"2"})) == {"a": "1", "b": "2"}


def test_a_sparse_checkout(repo: Repo) -> None:
    """What a sparse checkout leaves out counts as what the index holds of it: nobody deleted it."""
    repo.link("b/link", "file")
    repo.commit(files={"a/file": "1", "b/file": "2", "b/changed": "3"})
    repo.git("sparse-checkout", "set", "--no-cone", "/a/")
    repo.write("b/changed", "on disk all the same")
    files = {"a/file": "1", "b/changed": "on disk all the same", "b/file": "2", "b/link": "2"}
    assert content(on_disk(repo)) == files
    assert content(on_disk(repo, "b/"), ["file"]) == {"file": "2"}
    assert on_disk(repo).links == {"b/link": "file"}
    (repo.path / "a/file").unlink()
    assert on_disk(repo).paths == ("b/changed", "b/file", "b/link"), "what is gone without that is gone"


def test_a_sparse_and_partial_clone(repo: Repo, tmp_path: Path) -> None:
    """What is neither on disk nor in the clone is there all the same, and says what would bring it."""
    repo.commit(files={"a/file": "1", "b/file": "2"})
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = ("clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{repo.path}", str(tmp_path / "clone"))
    repo.git("-c", "protocol.file.allow=always", *clone)
    there = Repo(tmp_path / "clone")
    there.git("sparse-checkout", "set", "--no-cone", "/a/")
    there.git("checkout", "--quiet")
    found = content(on_disk(there))
    assert found["a/file"] == "1"
    assert "git sparse-checkout add" in found["b/file"]
    assert content(in_index(there)) == found

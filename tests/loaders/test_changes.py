"""Which files differ from a commit, told by their content: on disk, in the index, and in another commit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gitopslint.loaders.changes import changed_files
from gitopslint.loaders.git import Repository
from gitopslint.loaders.tree import commit_tree, disk_tree, index_tree
from tests.support.repo import Repo

CONTENT = b"a large picture"
POINTER = (
    f"version https://git-lfs.github.com/spec/v1\noid sha256:{hashlib.sha256(CONTENT).hexdigest()}\n"
    f"size {len(CONTENT)}\n"
)


def _unlink(repo: Repo, path: str) -> Repo:
    (repo.path / path).unlink()
    return repo


def _without_modes(repo: Repo) -> Repo:
    repo.git("config", "core.fileMode", "false")
    return repo


CASES: dict[str, tuple[Callable[[Repo], object], list[str]]] = {
    "nothing": (lambda repo: None, []),
    "touched only": (lambda repo: (repo.path / "a.txt").touch(), []),
    "other content of the same length": (lambda repo: repo.write("a.txt", "b\n"), ["a.txt"]),
    "new and not added": (lambda repo: repo.write("new.txt"), ["new.txt"]),
    "new and ignored": (lambda repo: repo.write("x.log"), []),
    "gone": (lambda repo: _unlink(repo, "a.txt"), ["a.txt"]),
    "executable": (lambda repo: (repo.path / "a.txt").chmod(0o755), ["a.txt"]),
    "a link to something else": (
        lambda repo: _unlink(repo, "link").link("link", "b.txt"),
        ["link"],
    ),
    "a file in the place of a link": (lambda repo: _unlink(repo, "link").write("link", "a.txt"), ["link"]),
    "what Git LFS has put there": (lambda repo: repo.write("picture.png", CONTENT), []),
    "line ends that an attribute asks for": (lambda repo: repo.write("a.txt", "a\r\n"), []),
    "line ends that are staged": (lambda repo: repo.stage({"a.txt": "a\r\n"}), ["a.txt"]),
    "line ends and more": (lambda repo: repo.write("a.txt", "b\r\n"), ["a.txt"]),
    "executable, where that means nothing": (
        lambda repo: _without_modes(repo).write("a.txt", "a\n", executable=True),
        [],
    ),
    "left out by a sparse checkout": (lambda repo: repo.git("sparse-checkout", "set", "--no-cone", "/b.txt"), []),
    "something else than Git LFS would": (lambda repo: repo.write("picture.png", CONTENT + b"!"), ["picture.png"]),
}


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_on_disk(object_format: str, tmp_path: Path) -> None:
    """Only content, kind and the right to execute count, whatever the clock and the index say."""
    for number, (name, (act, expected)) in enumerate(CASES.items()):
        if object_format == "sha256" and name not in ("nothing", "gone", "executable"):
            continue
        repo = Repo(tmp_path / f"{number}", object_format=object_format)
        repo.link("link", "a.txt")
        commit = repo.commit("Begin", {"a.txt": "a\n", ".gitignore": "*.log\n", "picture.png": POINTER})
        act(repo)
        repository = Repository(repo.path)
        found = changed_files(repository, "", commit_tree(repository, "", commit), disk_tree(repo.path, repository))
        assert [change.path for change in found] == expected, name


def test_in_index(tmp_path: Path) -> None:
    """Of what is staged only that counts, and paths start at the root of the contract."""
    repo = Repo(tmp_path)
    commit = repo.commit("Begin", {"shop/a.txt": "a\n", "b.txt": "b\n"})
    repo.stage({"shop/a.txt": "c\n", "b.txt": "c\n"})
    repo.write("shop/a.txt", "d\n")
    repository = Repository(repo.path)
    before, after = commit_tree(repository, "shop/", commit), index_tree(repository, "shop/")
    found = changed_files(repository, "shop/", before, after)
    assert [change.path for change in found] == ["a.txt"]

"""Files written all or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitopslint.loaders.overlay import OverlayTree
from gitopslint.loaders.rewriting import RewriteError, write_all
from gitopslint.loaders.tree import MemoryTree, disk_tree


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_mode_and_links_stay(tmp_path: Path) -> None:
    """A file keeps its mode, and a symbolic link inside the root stays one: its target is written."""
    (tmp_path / "real.yaml").write_bytes(b"old")
    (tmp_path / "real.yaml").chmod(0o640)
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    write_all(tmp_path, {"link.yaml": (b"old", b"new")})
    assert (tmp_path / "link.yaml").is_symlink()
    assert (tmp_path / "real.yaml").read_bytes() == b"new"
    assert (tmp_path / "real.yaml").stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["link.yaml", "real.yaml"]


def test_never_outside(tmp_path: Path) -> None:
    """A link that leaves the root is refused, and what it leads to stays as it is."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.yaml").write_bytes(b"old")
    (root / "link.yaml").symlink_to("../outside.yaml")
    with pytest.raises(RewriteError, match="leaves the repository"):
        write_all(root, {"link.yaml": (b"old", b"new")})
    assert (tmp_path / "outside.yaml").read_bytes() == b"old"


def test_changed_meanwhile(tmp_path: Path) -> None:
    """What somebody else has written since it was read is not overwritten; nor is any other file."""
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "b").write_bytes(b"theirs")
    with pytest.raises(RewriteError, match="b has changed meanwhile"):
        write_all(tmp_path, {"a": (b"old", b"new"), "b": (b"old", b"new")})
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a", "b"]


def test_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the second of two files cannot be replaced, the first one is as before."""
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"old")
    replace = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if target.name == "b":
            raise OSError(28, "No space left on device", os.fspath(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(RewriteError, match="No space left on device; nothing was changed"):
        write_all(tmp_path, {"a": (b"old", b"new"), "b": (b"old", b"new")})
    assert [(tmp_path / name).read_bytes() for name in ("a", "b")] == [b"old", b"old"]
    assert names(tmp_path) == ["a", "b"]


def test_overlay(tmp_path: Path) -> None:
    """Other contents stand over those of a tree; a link to a changed file shows the new one."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/real").write_bytes(b"old")
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "link").symlink_to("a/real")
    tree = OverlayTree(disk_tree(tmp_path, None), {"a/real": b"new", "more": b"more"})
    assert tree.paths == ("a/real", "link", "more", "other")
    assert [tree.read(path) for path in tree.paths] == [b"new", b"new", b"more", b"other"]
    assert dict(tree.read_many(["other", "link"])) == {"other": b"other", "link": b"new"}
    assert OverlayTree(MemoryTree({"a": "x"}), {}).read("a") == b"x"

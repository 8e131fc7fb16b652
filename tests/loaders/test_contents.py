"""What stands in files, without reading again what has not changed: never another answer than reading gives."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitopslint.loaders import contents, stat_data
from gitopslint.loaders.annals import Keeper
from gitopslint.loaders.cache_store import CacheStore
from gitopslint.loaders.contents import Contents
from gitopslint.loaders.tree import DiskTree, disk_tree

_TICK = 0.02  # seconds: the clocks of the file systems of tests are finer than those of all
_FILES = [f"deploy/{folder}/app-{number}.yaml" for folder in ("dev", "prod") for number in range(40)]

Edit = Callable[[Path, random.Random], None]


@pytest.fixture(autouse=True)
def fine_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a few hundredths of a second instead of three."""
    monkeypatch.setattr(stat_data, "_TICK", int(_TICK * 1e9))


def made(root: Path) -> Path:
    """Make files that were changed long ago, as clocks count."""
    for path in _FILES:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"{path}: 10\n")
    time.sleep(2 * _TICK)
    return root


def look(root: Path, keeper: Keeper) -> tuple[str, ...]:
    """Return the digests that a run asks for: of all files, of some, and of each app."""
    tree = disk_tree(root, None, stated=True)
    found = Contents(tree, keeper)
    wanted = [tree.paths, tree.paths[::2], ("gone", *tree.paths[:3]), *((path,) for path in tree.paths[:9])]
    said = tuple(found.together(paths) for paths in wanted)
    found.keep()
    return said


def reading(root: Path) -> tuple[str, ...]:
    """Return the digests of who has no record, and so reads everything."""
    return look(root, Keeper(_Nothing(), "this program", "here"))


class _Nothing:
    def get(self, _: str) -> None:
        """Nothing is kept."""

    def put(self, _: str, __: object) -> None:
        """Nothing is kept."""


def keeper_in(folder: Path) -> Keeper:
    """Return where a record is kept."""
    return Keeper(CacheStore(folder), "this program", "here")


def _some(root: Path, chance: random.Random) -> Path:
    there = sorted(path for path in root.rglob("*.yaml") if path.is_file() and not path.is_symlink())
    return chance.choice(there)


def _write(root: Path, chance: random.Random) -> None:
    _some(root, chance).write_text("image: {tag: latest}\n" * chance.randrange(3))


def _same_size(root: Path, chance: random.Random) -> None:
    path = _some(root, chance)
    data = path.read_bytes()
    with path.open("r+b") as file:
        file.write(data.replace(b"10", b"%d" % chance.randrange(10, 99)))


def _same_size_and_time(root: Path, chance: random.Random) -> None:
    path = _some(root, chance)
    before = path.stat()
    _same_size(root, chance)
    with path.open("r+b") as file:
        file.write(path.read_bytes()[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _touch(root: Path, chance: random.Random) -> None:
    moment = chance.randrange(2**31)
    os.utime(_some(root, chance), (moment, moment))


def _replace(root: Path, chance: random.Random) -> None:
    path, other = _some(root, chance), root / "new"
    before = path.stat()
    other.write_bytes(path.read_bytes()[::-1])
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.rename(path)


def _swap(root: Path, chance: random.Random) -> None:
    one, other, aside = _some(root, chance), _some(root, chance), root / "aside"
    one.rename(aside)
    if one != other:
        other.rename(one)
    aside.rename(other)


def _link(root: Path, chance: random.Random) -> None:
    path = _some(root, chance)
    path.unlink()
    path.symlink_to(chance.choice(("app-1.yaml", "../prod/app-2.yaml", "nowhere", "../../../outside")))


def _linked_folder(root: Path, _: random.Random) -> None:
    """Move a folder out of the root, and let a link lead to it: the same files, which nobody may read there."""
    folder, out = root / "deploy/dev", root.parent / "moved"
    if not out.exists():
        folder.rename(out)
        folder.symlink_to(out)


def _mode(root: Path, chance: random.Random) -> None:
    _some(root, chance).chmod(chance.choice((0o600, 0o644, 0o755)))


def _come_and_go(root: Path, chance: random.Random) -> None:
    _some(root, chance).unlink()
    (root / f"new-{chance.randrange(9)}.yaml").write_text("a: 1\n")


def _folders(root: Path, _: random.Random) -> None:
    one, other, aside = root / "deploy/dev", root / "deploy/prod", root / "deploy/aside"
    for old, new in ((one, aside), (other, one), (aside, other)):
        old.rename(new)


EDITS: tuple[Edit, ...] = (
    _write,
    _same_size,
    _same_size_and_time,
    _touch,
    _replace,
    _swap,
    _link,
    _mode,
    _come_and_go,
    _folders,
)


@pytest.mark.parametrize("seed", range(6))
def test_the_answer_is_that_of_reading(seed: int, tmp_path: Path) -> None:
    """Whatever happens to files between runs, and however soon, all digests are those without a record."""
    chance = random.Random(seed)
    root, keeper = made(tmp_path / "repo"), keeper_in(tmp_path / "cache")
    (tmp_path / "outside").write_text("secret: 1\n")
    done = []
    for _ in range(20):
        edit = chance.choice(EDITS)
        done.append(edit.__name__)
        edit(root, chance)
        assert look(root, keeper) == reading(root), done
        if chance.random() < 0.4:
            time.sleep(2 * _TICK)
            assert look(root, keeper) == reading(root), done


@pytest.mark.parametrize("edit", [*EDITS, _linked_folder], ids=lambda edit: edit.__name__)
def test_each_change_is_seen(edit: Edit, tmp_path: Path) -> None:
    """After a record of everything, one change of one kind."""
    root, keeper = made(tmp_path / "repo"), keeper_in(tmp_path / "cache")
    look(root, keeper)
    edit(root, random.Random(7))
    assert look(root, keeper) == reading(root)
    assert look(root, keeper) == reading(root)


def test_two_changes_within_one_tick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is changed, looked at and changed again before a clock goes on: the file system says the same."""
    hour = 3_600_000_000_000
    monkeypatch.setattr(stat_data, "_TICK", hour)
    monkeypatch.setattr(stat_data, "_FIELDS", lambda one: (one.st_mode, one.st_size, one.st_ctime_ns // hour, 0, 0, 0))
    root, keeper = tmp_path / "repo", keeper_in(tmp_path / "cache")
    root.mkdir()
    for number in range(10, 15):
        (root / "a.yaml").write_text(f"a: {number}\n")
        assert look(root, keeper) == reading(root)


def test_another_file_in_the_meantime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read while folders are exchanged says nothing about the files that were looked at."""
    root, keeper = made(tmp_path / "repo"), keeper_in(tmp_path / "cache")
    read_stated = DiskTree.read_stated

    def elsewhere(self: DiskTree, path: str) -> tuple[bytes, os.stat_result]:
        _folders(root, random.Random())
        try:
            return read_stated(self, path)
        finally:
            _folders(root, random.Random())

    monkeypatch.setattr(DiskTree, "read_stated", elsewhere)
    wrong = look(root, keeper)
    monkeypatch.setattr(DiskTree, "read_stated", read_stated)
    assert look(root, keeper) == reading(root) != wrong


def _reading(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    read: list[str] = []
    read_stated = DiskTree.read_stated

    def noted(self: DiskTree, path: str) -> tuple[bytes, os.stat_result]:
        read.append(path)
        return read_stated(self, path)

    monkeypatch.setattr(DiskTree, "read_stated", noted)
    return read


def test_what_has_not_changed_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read again; after a change a group of files is, and what comes new moves no other group."""
    root, keeper = made(tmp_path / "repo"), keeper_in(tmp_path / "cache")
    read = _reading(monkeypatch)
    for change, most in (("", 80), ("", 0), ("changed", 60), ("new", 60)):
        if change:
            path = root / ("deploy/dev/app-7.yaml" if change == "changed" else "deploy/dev/app-07.yaml")
            path.write_text("a: 1\n")
            time.sleep(2 * _TICK)
        read.clear()
        tree = disk_tree(root, None, stated=True)
        found = Contents(tree, keeper)
        found.together(tree.paths)
        found.keep()
        assert len(read) <= most, change
        assert bool(read) == bool(most), change
        assert len(read) == len(set(read)), change


def test_what_changed_just_now_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the tick of a clock nobody can tell two changes apart; later the record is made good."""
    root, keeper = made(tmp_path / "repo"), keeper_in(tmp_path / "cache")
    monkeypatch.setattr(stat_data, "_TICK", 3_000_000_000)
    read = _reading(monkeypatch)
    for _ in range(2):
        read.clear()
        look(root, keeper)
        assert len(set(read)) > len(_FILES) - 1
    assert not list((tmp_path / "cache").glob("stat-*"))
    monkeypatch.setattr(stat_data, "_TICK", int(_TICK * 1e9))
    look(root, keeper)
    read.clear()
    look(root, keeper)
    assert set(read) == {"gone"}


def test_a_record_without_news_is_not_written(tmp_path: Path) -> None:
    """An unchanged tree leaves the file as it is; what nobody asks for any more goes some time."""
    root, keeper = made(tmp_path / "repo"), keeper_in(tmp_path / "cache")
    look(root, keeper)
    (record,) = (tmp_path / "cache").glob("stat-*")
    before = record.stat().st_ino
    look(root, keeper)
    assert record.stat().st_ino == before
    for number in range(30):
        _touch(root, random.Random(number))
        time.sleep(2 * _TICK)
        look(root, keeper)
    kept = keeper.store.get(record.name.removesuffix(".cache"))
    assert record.stat().st_ino != before
    assert kept is not None
    assert len(kept) < 75


@pytest.mark.parametrize("record", [None, [], {"a": 1}, 7, {}])
def test_a_record_of_another_form(record: object, tmp_path: Path) -> None:
    """Whoever wrote it, it counts as not there."""
    root, keeper = made(tmp_path / "repo"), keeper_in(tmp_path / "cache")
    look(root, keeper)
    (kept,) = (tmp_path / "cache").glob("stat-*")
    keeper.store.put(kept.name.removesuffix(".cache"), record)
    assert look(root, keeper) == reading(root)


def test_no_digest_of_one_file_is_kept(tmp_path: Path) -> None:
    """From the digest of one small file among many a short secret could be guessed."""
    paths = [f"{number:03}.yaml" for number in range(500)]
    groups = list(contents._groups(paths))
    assert [path for group in groups for path in group] == paths
    assert len(groups) > 5
    assert min(map(len, groups)) >= 16

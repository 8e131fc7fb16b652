"""The folder in which results are kept: bounded, whole, and safe beside others."""

from __future__ import annotations

import hashlib
import os
from multiprocessing import get_context
from pathlib import Path

import pytest

from gitopslint.loaders.cache_store import CacheError, CacheStore


def test_what_was_not_used_goes(tmp_path: Path) -> None:
    """The folder stays below its limit, and what was used last stays."""
    store = CacheStore(tmp_path / "cache", most=3_000)
    for number, name in enumerate(("one", "two", "three")):
        store.put(name, "x" * 800)
        os.utime(tmp_path / "cache" / f"{name}.cache", (number, number))
    assert store.get("one") == "x" * 800  # used now
    store.put("four", "x" * 800)
    assert [name for name in ("one", "two", "three", "four") if store.get(name)] == ["one", "three", "four"]
    assert sum(path.stat().st_size for path in (tmp_path / "cache").glob("*.cache")) <= 3_000
    store.put("too large", "x" * 4_000)
    assert store.get("too large") is None


def test_half_written_files_of_the_dead_go(tmp_path: Path) -> None:
    """A run that was killed while it wrote leaves nothing for ever."""
    store = CacheStore(tmp_path)
    (tmp_path / ".old.tmp").write_text("x")
    os.utime(tmp_path / ".old.tmp", (1, 1))
    (tmp_path / ".new.tmp").write_text("x")
    store.put("one", [])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".gitignore", ".new.tmp", "one.cache"]


def _write(folder: str, letter: str) -> None:
    store = CacheStore(Path(folder))
    for _ in range(30):
        store.put("same", letter * 50_000)


def test_runs_beside_each_other(tmp_path: Path) -> None:
    """Who reads while others write sees a whole result of one of them."""
    context = get_context("fork")
    writers = [context.Process(target=_write, args=(str(tmp_path), letter)) for letter in "ab"]
    for writer in writers:
        writer.start()
    store = CacheStore(tmp_path)
    seen = {found[:1] + str(len(found)) for _ in range(100) if (found := store.get("same")) is not None}
    for writer in writers:
        writer.join()
    assert seen <= {"a50000", "b50000"}
    assert store.get("same") in ("a" * 50_000, "b" * 50_000)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """The message names the folder."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(CacheError, match="cannot be made"):
        CacheStore(tmp_path / "file" / "cache")


def test_a_full_disk_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be kept is not kept."""
    store = CacheStore(tmp_path)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "open", full)
    store.put("one", [])
    monkeypatch.undo()
    assert store.get("one") is None


def test_nobody_else_reads_it(tmp_path: Path) -> None:
    """What is kept is for the user who ran it."""
    CacheStore(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000])
def test_what_is_no_json(tmp_path: Path, body: bytes) -> None:
    """A file that somebody made, with a sum that fits, is no result, and no reason to fail."""
    head = b"gitopslint cache 1 " + hashlib.blake2b(body, digest_size=16).hexdigest().encode()
    (tmp_path / "one.cache").write_bytes(head + b"\n" + body)
    assert CacheStore(tmp_path).get("one") is None
    (tmp_path / "one.cache").write_bytes(head + b"\n[]")
    assert CacheStore(tmp_path).get("one") is None  # the sum is of something else

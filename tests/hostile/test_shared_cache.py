"""Runs that keep their results in one folder at the same time, and one that dies while it does."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from gitopslint.loaders.cache_store import CacheStore
from tests.support.attempts import RELEASE, Scene, in_image

# Writes half of the first result, as a run does whose machine is switched off at that moment.
_KILLED = """
import os, signal, sys
from pathlib import Path
from gitopslint.cli import main
def killed(self, target):
    os.truncate(self, self.stat().st_size // 2)
    os.kill(os.getpid(), signal.SIGKILL)
Path.replace = killed
main(sys.argv[1:])
"""


def words(reports: Path, name: str, *more: str) -> tuple[str, ...]:
    """Return how to check. The report lies outside of the repository, where it would be a file to check."""
    return ("check", "--exit-zero", "--report", f"json={reports / name}", *more)


def started(folder: Path, name: str, *program: str) -> subprocess.Popen[bytes]:
    """Start a check that keeps its results in a folder."""
    asked = words(folder.parent, name, "--cache-dir", str(folder))
    return subprocess.Popen((sys.executable, *program, *asked), stdout=subprocess.DEVNULL)


def is_whole(folder: Path) -> bool:
    """Tell whether every result in a folder can be read, and whether there are any."""
    files = sorted(folder.glob("*.cache"))
    return bool(files) and all(CacheStore(folder).get(file.name.removesuffix(".cache")) is not None for file in files)


def test_two_runs_on_one_cache(scene: Scene, tmp_path: Path) -> None:
    """Each says what a run without a cache says, and leaves results that the next one can use."""
    scene.write({RELEASE: in_image("latest")})
    scene.run(*words(tmp_path, "fresh", "--no-cache"))
    folder = tmp_path / "cache"
    runs = [started(folder, f"run-{number}", "-m", "gitopslint") for number in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    scene.run(*words(tmp_path, "later", "--cache-dir", str(folder)))
    fresh = (tmp_path / "fresh").read_bytes()
    assert b"mutable-tag" in fresh
    assert [(tmp_path / name).read_bytes() for name in ("run-0", "run-1", "later")] == [fresh] * 3
    assert is_whole(folder)
    assert not list(folder.glob(".*.tmp"))


def test_a_run_that_is_killed_while_it_keeps_results(scene: Scene, tmp_path: Path) -> None:
    """Nobody takes what it left half written for a result: neither the next run nor the one after it."""
    scene.write({RELEASE: in_image("latest")})
    scene.run(*words(tmp_path, "fresh", "--no-cache"))
    folder = tmp_path / "cache"
    # One after the other: where the whole one is quicker, the killed one has nothing to keep.
    assert started(folder, "killed", "-c", _KILLED).wait() == -signal.SIGKILL
    assert started(folder, "other", "-m", "gitopslint").wait() == 0
    assert len(list(folder.glob(".*.tmp"))) == 1
    scene.run(*words(tmp_path, "later", "--cache-dir", str(folder)))
    fresh = (tmp_path / "fresh").read_bytes()
    assert [(tmp_path / name).read_bytes() for name in ("other", "later")] == [fresh] * 2
    assert is_whole(folder)

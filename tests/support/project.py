"""The project itself, as data for tests: its files, a copy of it, work that all test processes share."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.repo import clean_git_environment
from tests.support.skips import without

ROOT = Path(__file__).parent.parent.parent


def project_files(root: Path = ROOT) -> list[str]:
    """Return the paths of what is tracked, or would be with the next `git add`: all that the project consists of."""
    if not (root / ".git").exists():
        without("a git checkout of gitopslint: only git knows which files belong to it")
    question = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(question, cwd=root, env=clean_git_environment(), capture_output=True, check=True)
    return sorted(path for path in set(os.fsdecode(listed.stdout).split("\0")[:-1]) if (root / path).is_file())


def python(*words: str | Path) -> None:
    """Run the Python of the tests; what it printed is the message when it fails."""
    done = subprocess.run([sys.executable, *words], env=clean_git_environment(), capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def copy_project(target: Path) -> Path:
    """Copy the project as it stands now, without anything that git ignores, and return `target`."""
    for path in project_files():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, target / path)
    return target


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object], workers: str) -> Path:
    """Let `make` fill a folder once for all test processes, and return the folder to each of them.

    `workers` is the fixture `worker_id` of pytest-xdist: with several processes, one makes and the others wait. Groups
    of pytest-xdist would not do: 3.8 marks ids of tests in a way that pytest 9.2 does not read.
    """
    base = factory.getbasetemp()
    folder = (base if workers == "master" else base.parent) / name
    with (folder.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder.with_name(f"{name}.done")
        if not done.exists():
            if folder.exists():
                pytest.fail(f"making {name} failed already, in another test")
            folder.mkdir()
            make(folder)
            done.touch()
    return folder

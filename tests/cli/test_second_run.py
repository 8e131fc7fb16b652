"""A second run does nothing again that nobody needs, and says the same."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from gitopslint.cli import looking, main, said
from gitopslint.engine import cache
from gitopslint.loaders import stat_data
from gitopslint.loaders.tree import DiskTree
from tests.support.fleet import EDITS, POLICY, edit, fleet
from tests.support.repo import Repo

RELEASE = "deploy/env/release-dev/cinema.yaml"


class Runs:
    """Checks one repository with a cache, and without."""

    def __init__(self, repo: Repo, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.repo = repo
        self.folder = folder
        self._capsys = capsys

    def kept(self, *words: str) -> tuple[int, str, str]:
        """Return what a run with the cache says, and how it ends."""
        return self._said(*words, "--cache-dir", str(self.folder))

    def fresh(self, *words: str) -> tuple[int, str, str]:
        """Return what a run without a cache says, and how it ends."""
        return self._said(*words, "--no-cache")

    def files(self, start: str) -> dict[str, int]:
        """Return the kept files whose names start so, with what tells whether they were written anew."""
        return {path.name: path.stat().st_ino for path in self.folder.glob(f"{start}*")}

    def _said(self, *words: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = main(["check", str(self.repo.path), *words])
        out = self._capsys.readouterr()
        return code, out.out, out.err


@pytest.fixture
def runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Runs:
    """Return how to check a fleet of apps."""
    return Runs(fleet(tmp_path / "repo", POLICY), tmp_path / "cache", capsys)


def test_nothing_is_read_and_nothing_is_made(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an unchanged repository no file but the contract is read, no report is made, and nothing is written."""
    monkeypatch.setattr(stat_data, "_TICK", 0)
    first = runs.kept()
    assert first[0] == 1
    before = runs.files("")
    read: list[str] = []
    read_stated = DiskTree.read_stated

    def noted(self: DiskTree, path: str) -> tuple[bytes, os.stat_result]:
        read.append(path)
        return read_stated(self, path)

    def made(*_: Any, **__: Any) -> Any:
        raise AssertionError("a report is made")

    monkeypatch.setattr(DiskTree, "read_stated", noted)
    monkeypatch.setattr(looking, "run", made)
    assert runs.kept() == first
    assert set(read) == {".gitopslint.yaml"}
    assert runs.files("") == before


@pytest.mark.parametrize(
    "words",
    [
        ("--undecided", "error"),
        ("--undecided", "ignore"),
        ("--fail-on", "note"),
        ("--exit-zero",),
        ("--color", "always"),
        ("--output-format", "json"),
        ("--select", "mutable-tag"),
        ("--statistics",),
    ],
    ids=" ".join,
)
def test_other_words_say_something_else(runs: Runs, words: tuple[str, ...]) -> None:
    """What was said to other words is not said again."""
    runs.kept()
    times = "time: "  # differ from run to run
    for _ in range(2):
        kept, fresh = runs.kept(*words), runs.fresh(*words)
        assert [line for line in kept[2].splitlines() if times not in line] == [
            line for line in fresh[2].splitlines() if times not in line
        ]
        assert kept[:2] == fresh[:2]


def test_another_day(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A waiver may have ended since: what was said on another day does not count."""
    runs.kept()
    assert len(runs.files("said-")) == 1
    monkeypatch.setattr(said, "today", lambda: "2036-01-01")
    runs.kept()
    assert len(runs.files("said-")) == 2


def test_where_reports_go(runs: Runs, tmp_path: Path) -> None:
    """The same reports are written wherever they are wanted, and what was kept is not asked for another format."""
    for name in ("one", "two"):
        assert runs.kept("--report", f"junit={tmp_path / name}")[0] == 1
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert len(runs.files("said-")) == 1
    assert runs.kept("--report", f"sarif={tmp_path / 'two'}")[0] == 1
    assert (tmp_path / "one").read_bytes() != (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("kept", [[], [1, []], [1, [["text", True, "other"]]], ["x", [["text", False, "other"]]], {}])
def test_reports_of_another_form(runs: Runs, kept: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody of this version can have kept counts as not there."""
    first = runs.kept()
    store_get = said.Said.__init__

    def given(self: said.Said, *words: Any) -> None:
        store_get(self, *words)
        self._kept = kept

    monkeypatch.setattr(said.Said, "__init__", given)
    assert runs.kept() == first


def test_long_reports_are_made_again(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """They would fill the folder, and what they are made of is there."""
    monkeypatch.setattr(said, "_MOST", 10)
    first = runs.kept()
    assert runs.files("said-") == {}
    assert runs.kept() == first


@pytest.mark.parametrize("seed", range(2))
def test_few_new_results_stand_beside_the_others(seed: int, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an edit only these are written, as long as they are few, and any run says what it says without them."""
    chance = random.Random(seed)
    monkeypatch.setattr(cache, "_WORTH_WRITING", 2)
    runs.kept()
    (base,) = runs.files("tasks-").items()
    EDITS["release"](runs.repo, chance)
    runs.kept()
    assert runs.files("tasks-")[base[0]] == base[1]
    assert len(runs.files("tasks-")) == 2
    for _ in range(5):
        done = [edit(runs.repo, chance) for _ in range(chance.randrange(1, 3))]
        words = ("--output-format", "json")
        assert runs.kept(*words) == runs.fresh(*words), done


def test_results_beside_others_of_another_run(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written beside a file that another run has replaced since is not taken for a part of the new one."""
    monkeypatch.setattr(cache, "_WORTH_WRITING", 2)
    runs.kept()
    (base,) = runs.folder.glob("tasks-*")
    old = base.read_bytes()
    EDITS["release"](runs.repo, random.Random(1))
    runs.kept()
    (more,) = runs.folder.glob("tasks-*-more.cache")
    later = more.read_bytes()
    base.unlink()
    runs.kept("--undecided", "ignore")
    assert base.read_bytes() != old
    more.write_bytes(later)
    EDITS["release"](runs.repo, random.Random(2))
    assert runs.kept() == runs.fresh()

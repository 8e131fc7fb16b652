"""The benchmark: its repositories hold what they promise, and its table says what was measured."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.monorepo import Shape, generate
from bench.rows import Rows
from bench.stopwatch import Usage, most_memory, ratio

TARGETS = json.loads((Path(__file__).parents[1] / "bench/targets.json").read_text("utf-8"))


def test_what_is_planted_is_found(tmp_path: Path) -> None:
    """A repository is made to be checked: each violation in it is reported, and a row begins by finding them."""
    assert set(Rows(tmp_path).pair("ten-apps")) == {"check", "python -c pass"}


def test_the_same_numbers_make_the_same_repository(tmp_path: Path) -> None:
    """Two measurements can be compared, because chance is none."""
    shape = Shape(6, landings=3)
    planted = {generate(tmp_path / name, shape) for name in ("one", "two")}
    assert len(planted) == 1
    heads = {(tmp_path / name / ".git/refs/heads/main").read_text("ascii") for name in ("one", "two")}
    assert len(heads) == 1


def test_ratios_are_of_pairs() -> None:
    """What disturbs a pair disturbs both, so the median is of ratios and not of times."""
    ours = [Usage(2, 1), Usage(20, 1), Usage(3, 3)]
    theirs = [Usage(1, 1), Usage(10, 2), Usage(3, 1)]
    assert ratio(ours, theirs) == (2, 1)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux tells what processes share")
def test_the_memory_of_all_processes_counts() -> None:
    """What a program starts counts as well, and what both share counts once."""
    hold = "held = bytearray(b'x' * 40_000_000)\n"
    fork = "import os, time\npid = os.fork()\n"
    apart = fork + hold + "time.sleep(0.6)\nif pid: os.waitpid(pid, 0)\n"
    shared = hold + fork + "time.sleep(0.6)\nif pid: os.waitpid(pid, 0)\n"
    assert 80 <= most_memory([sys.executable, "-c", apart]) < 160
    assert 38 <= most_memory([sys.executable, "-c", shared]) < 80


@pytest.mark.parametrize("row", TARGETS)
def test_every_target_has_a_row(row: str) -> None:
    """The data names rows that exist, each with a target, and a limit where every change is held against it."""
    assert hasattr(Rows, "_" + row.replace("-", "_"))
    assert TARGETS[row]["target"] > 0
    assert not TARGETS[row].get("quick") or TARGETS[row]["limit"] > TARGETS[row]["target"]


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A row tells ours, the peer, both ratios and the target."""
    assert main(["version", "--pairs", "1"]) == 0
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["ours", "peer", "ratio", "(cpu)", "target", "peer"]
    assert row.startswith("version ")
    assert row.endswith("python -c pass")

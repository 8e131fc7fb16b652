"""Work that is shared out among processes is all done, or nobody believes it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.engine.examination import Examiner
from gitopslint.engine.workers import MOST_PORTIONS, WorkerError, automatic, shared_out
from gitopslint.loaders.unit import Unit
from gitopslint.model.part import Part
from tests.support.fleet import POLICY, fleet
from tests.support.processes import children


@pytest.mark.parametrize("processes", [1, 2, 5, 50])
def test_all_is_done_once(processes: int) -> None:
    """Every item has its result, however many processes there are, and however long a result is."""
    portions = [range(number, number + 2) for number in range(0, 40, 2)]
    found = list(shared_out(portions, processes, lambda some: [(number, "x" * number * 10_000) for number in some]))
    assert sorted(found) == [(number, "x" * number * 10_000) for number in range(40)]


def test_nothing_to_do() -> None:
    """Nobody is started for it."""
    assert list(shared_out([], 2, list)) == []


def test_as_many_portions_as_may_be() -> None:
    """A pipe holds the numbers of all of them."""
    assert sorted(shared_out([[number] for number in range(MOST_PORTIONS)], 3, list)) == list(range(MOST_PORTIONS))


def test_this_process_works_as_well() -> None:
    """Each begins with a portion of its own, so two portions are done by two processes."""
    ours = os.getpid()
    assert sorted(pid == ours for pid in shared_out([[1], [2]], 2, lambda _: [os.getpid()])) == [False, True]


@pytest.mark.parametrize("end", ["raise", "kill", "exit"])
def test_a_worker_that_ends_is_a_fault(end: str) -> None:
    """Whatever ends a process that shared the work, its results are missing, and the run says so."""
    ours = os.getpid()

    def work(numbers: range) -> Iterator[int]:
        for number in numbers:
            if os.getpid() != ours and number == 6:
                if end == "raise":
                    raise ValueError("no")
                if end == "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                os._exit(7)
            yield number

    before = children()
    with pytest.raises(WorkerError):
        list(shared_out([range(4), range(4, 8)], 2, work))
    assert children() == before


def test_what_fails_here_ends_all() -> None:
    """The process that was asked fails as it would alone, and no other one is left behind."""
    ours = os.getpid()

    def work(numbers: list[int]) -> Iterator[int]:
        if os.getpid() == ours:
            raise ValueError("no")
        time.sleep(60)
        yield from numbers

    before = children()
    with pytest.raises(ValueError, match="no"):
        list(shared_out([[1], [2], [3]], 3, work))
    assert children() == before


def test_no_process_is_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no more may be started, what they would have done is done all the same."""
    fork = os.fork
    started: list[bool] = []

    def scarce() -> int:
        if started:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        started.append(True)
        return fork()

    monkeypatch.setattr(os, "fork", scarce)
    portions = [range(start, start + 2) for start in range(0, 10, 2)]
    assert sorted(shared_out(portions, 4, list)) == list(range(10))


@pytest.mark.parametrize(
    ("files", "processors", "processes"),
    [(0, 8, 1), (399, 8, 1), (400, 8, 2), (400, 1, 1), (8_000, 2, 2), (100_000, 64, 4)],
)
def test_as_many_as_pay(files: int, processors: int, processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small run is one process, and a large one takes neither more than there are processors nor all of many."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)), raising=False)
    assert automatic(files) == processes


def test_a_fault_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The run ends with 3 and names the place."""
    repo = fleet(tmp_path / "repo", POLICY)

    ours, examine = os.getpid(), Examiner.examine

    def gone(self: Examiner, unit: Unit) -> Part:
        if os.getpid() != ours:
            os._exit(9)
        return examine(self, unit)

    monkeypatch.setattr(Examiner, "examine", gone)
    assert main(["check", str(repo.path), "--jobs", "2"]) == 3
    assert "WorkerError at engine/workers.py" in capfd.readouterr().err


def test_an_interrupt_ends_all(tmp_path: Path) -> None:
    """Nobody is left behind when people have enough."""
    program = (
        "import time\nfrom gitopslint.engine.workers import shared_out\n"
        "print('ready', flush=True)\n"
        "try:\n    list(shared_out([[1], [2]], 2, lambda _: [time.sleep(60)]))\n"
        "except KeyboardInterrupt:\n    print('interrupted')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=20)[0] == "interrupted\n"
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)

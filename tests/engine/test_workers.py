"""Work that is shared out among processes is all done, or nobody believes it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.engine.examination import Examiner
from gitopslint.engine.workers import WorkerError, shared_out
from tests.support.fleet import POLICY, fleet


@pytest.mark.parametrize("jobs", [1, 2, 5, 50])
def test_all_is_done_once(jobs: int) -> None:
    """Every item has its result, however many processes there are, and however long a result is."""
    shares = [range(20)[number::jobs] for number in range(jobs)]
    found = list(shared_out(shares, lambda number: (number, "x" * number * 10_000)))
    assert sorted(found) == [(number, "x" * number * 10_000) for number in range(20)]


@pytest.mark.parametrize("end", ["raise", "kill", "exit"])
def test_a_worker_that_ends_is_a_fault(end: str) -> None:
    """Whatever ends a process that shared the work, its results are missing, and the run says so."""

    def work(number: int) -> int:
        if number == 3:
            if end == "raise":
                raise ValueError("no")
            if end == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            os._exit(7)
        return number

    with pytest.raises(WorkerError):
        list(shared_out([range(4), range(4, 8)], work))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_fault_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The run ends with 3 and names the place."""
    repo = fleet(tmp_path / "repo", POLICY)

    def gone(self: Examiner, _: object) -> None:
        os._exit(9)

    monkeypatch.setattr(Examiner, "examine", gone)
    assert main(["check", str(repo.path), "--jobs", "2"]) == 3
    assert "WorkerError at engine/workers.py" in capfd.readouterr().err


def test_an_interrupt_ends_all(tmp_path: Path) -> None:
    """Nobody is left behind when people have enough."""
    program = (
        "import time\nfrom gitopslint.engine.workers import shared_out\n"
        "print('ready', flush=True)\n"
        "try:\n    list(shared_out([[1], [2]], lambda _: time.sleep(60)))\n"
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

"""The stop watch of all benchmarks: whole processes from outside, or pieces of work, in turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

Work = Callable[[], "Usage"]


_MOMENT = 0.1
"""Seconds between two looks at the memory of a program."""


class Usage(NamedTuple):
    """What some work took: seconds by the clock, and seconds of processors."""

    seconds: float
    processor: float


def process(command: Sequence[str | Path], folder: Path | None = None) -> Work:
    """Return how to run a program and measure it, whatever it prints and however it ends."""

    def measured() -> Usage:
        start = time.perf_counter()
        done = _started(command, folder)
        _, status, used = os.wait4(done.pid, 0)
        seconds = time.perf_counter() - start
        done.returncode = os.waitstatus_to_exitcode(status)
        return Usage(seconds, used.ru_utime + used.ru_stime)

    return measured


def most_memory(command: Sequence[str | Path]) -> float:
    """Return the most MB that a program and those that it starts take together, looked at ten times a second.

    What processes share is counted once (`Pss` of Linux). The looks take time, so nothing else is measured meanwhile.
    """
    most = 0
    started = _started(command, None)
    while started.poll() is None:
        most = max(most, sum(map(_proportional, _family(started.pid))))
        time.sleep(_MOMENT)
    return most / 1024


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        below = [Path(task, "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:  # it has ended
        return
    for child in " ".join(below).split():
        yield from _family(int(child))


def _proportional(pid: int) -> int:
    """Return the kilobytes of a process, of what it shares with others its part."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def _started(command: Sequence[str | Path], folder: Path | None) -> subprocess.Popen[bytes]:
    # As where it is installed: Python keeps what it has compiled.
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def allowed(seconds: float) -> Work:
    """Return a time that is given, to compare with: nothing runs."""
    return lambda: Usage(seconds, seconds)


def piece(work: Callable[[], None], prepare: Callable[[], None] = lambda: None) -> Work:
    """Return how to measure a function of this process; what prepares it does not count."""

    def measured() -> Usage:
        prepare()
        start, before = time.perf_counter(), time.process_time()
        work()
        return Usage(time.perf_counter() - start, time.process_time() - before)

    return measured


def in_turn(works: Mapping[str, Work], pairs: int) -> dict[str, list[Usage]]:
    """Measure some works in turn, A B A B, after one run of each that does not count."""
    for work in works.values():
        work()
    measured: dict[str, list[Usage]] = {name: [] for name in works}
    for _ in range(pairs):
        for name, work in works.items():
            measured[name].append(work())
    return measured


def ratio(ours: Sequence[Usage], peers: Sequence[Usage]) -> tuple[float, float]:
    """Return how many times as long ours took, pair by pair: the medians by the clock and by the processors."""
    pairs = list(zip(ours, peers, strict=True))
    return (
        statistics.median(mine.seconds / theirs.seconds for mine, theirs in pairs),
        statistics.median(mine.processor / theirs.processor for mine, theirs in pairs),
    )

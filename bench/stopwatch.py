"""The stop watch of all benchmarks: whole processes from outside, or pieces of work, in turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

Work = Callable[[], "Usage"]


class Usage(NamedTuple):
    """What some work took: seconds by the clock, seconds of processors, and the most memory in MB."""

    seconds: float
    processor: float
    memory: float


def process(command: Sequence[str | Path], folder: Path | None = None) -> Work:
    """Return how to run a program and measure it, whatever it prints and however it ends."""
    # As where it is installed: Python keeps what it has compiled.
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def measured() -> Usage:
        start = time.perf_counter()
        done = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(done.pid, 0)
        seconds = time.perf_counter() - start
        done.returncode = os.waitstatus_to_exitcode(status)
        return Usage(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    return measured


def piece(work: Callable[[], None]) -> Work:
    """Return how to measure a function of this process. Its memory is not told apart."""

    def measured() -> Usage:
        start, before = time.perf_counter(), time.process_time()
        work()
        return Usage(time.perf_counter() - start, time.process_time() - before, 0.0)

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

"""The stop watch of all benchmarks: whole processes, from outside."""

from __future__ import annotations

import subprocess
import time


def seconds(command: list[str]) -> float:
    """Return how long a command takes, in seconds, whatever it prints and however it ends."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start

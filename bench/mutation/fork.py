"""A process of its own for one trial: with limits, without a terminal, and gone with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import sys
from collections.abc import Callable

MOST_MEMORY = 4 << 30
STOPPED = "stopped by a limit"


def forked(act: Callable[[], str | None], seconds: float) -> str | None:
    """Return what a function says in a process of its own, or `STOPPED` where it comes to no end.

    Processor time is what counts, so that a busy machine changes no result; the clock only stops what waits.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        _limit(seconds)
        try:
            said = act()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the outcome
            said = f"{type(error).__name__} outside of the tests: {error}"
        os.write(writing, json.dumps(said).encode()[:60000])
        os._exit(0)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], 60 + 20 * seconds)
    answer = os.read(reading, 65536) if ready else b""
    os.close(reading)
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it ended before it had a group of its own
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = json.loads(answer) if answer else STOPPED
    return str(said) if said is not None else None


def allow(seconds: float) -> None:
    """Let this process go on for that much processor time, from now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _limit(seconds: float) -> None:
    allow(seconds)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    nothing = os.open(os.devnull, os.O_RDWR)
    for one in (0, 1, 2):
        os.dup2(nothing, one)

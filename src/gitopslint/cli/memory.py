"""How much memory a command may take: the last resort where counting does not help.

The process looks at itself several times in each second that it computes, so a small run never does, and no code that
reads or judges knows of it. A limit of the operating system (`RLIMIT_AS`) would hold git as well, which maps packs of
any size, and would let Python fail wherever it happens to be.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gitopslint.cli.deadline import timed
from gitopslint.engine.deadline import MemoryUp

MEGABYTES = 2000
_EVERY = 0.1
"""Seconds of computing between two looks. Python makes some 50 MB of objects in that time."""
_GRACE = 1.25
"""By how much it may grow further to write down what is known."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the word that sets the limit."""
    parser.add_argument(
        "--memory",
        metavar="MB",
        type=_megabytes,
        default=MEGABYTES,
        help=f"stop a process that takes more memory, say what was not checked, and end with 2 (default: {MEGABYTES}; "
        "0: never)",
    )


class Watch:
    """Whether the memory was used up."""

    over: MemoryUp | None = None


@contextmanager
def watched(megabytes: float) -> Iterator[Watch]:
    """Raise MemoryUp in what is done here once the process is too large, and again when it still grows."""
    watch = Watch()
    if not megabytes or not hasattr(signal, "ITIMER_PROF"):
        yield watch
        return
    allowed = megabytes

    def look(_: int, __: FrameType | None) -> None:
        nonlocal allowed
        if (now := _taken()) > allowed:
            allowed = now * _GRACE
            watch.over = MemoryUp(megabytes)
            raise watch.over

    with timed(signal.ITIMER_PROF, signal.SIGPROF, look, _EVERY, _EVERY):
        yield watch


def _taken() -> float:
    """Return the most memory that the process ever had, in MB."""
    import resource  # small runs never look

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000)


def _megabytes(text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of megabytes")
    return int(text)

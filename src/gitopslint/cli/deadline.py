"""How long a command may take: the last resort where counting does not help, such as a git that does not answer."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from gitopslint.cli.exits import USAGE, tell
from gitopslint.engine.deadline import Stopped, TimeUp

SECONDS = 600
_GRACE = 30
"""Seconds to write down what is known; a command that takes longer for that ends without a report."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the word that sets the limit."""
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=SECONDS,
        help=f"stop after so many seconds, say what was not checked, and end with 2 (default: {SECONDS}; 0: never)",
    )


class Clock:
    """Whether the time was up."""

    over: TimeUp | None = None


@contextmanager
def limited(seconds: float) -> Iterator[Clock]:
    """Raise TimeUp in what is done here once the time is over, and again when the grace is over, too."""
    clock = Clock()
    if not seconds or not hasattr(signal, "setitimer"):
        yield clock
        return

    def ring(_: int, __: FrameType | None) -> None:
        clock.over = TimeUp(seconds)
        raise clock.over

    with timed(signal.ITIMER_REAL, signal.SIGALRM, ring, seconds, _GRACE):
        yield clock


@contextmanager
def timed(
    timer: int, number: int, ring: Callable[[int, FrameType | None], None], first: float, every: float
) -> Iterator[None]:
    """Let a timer ring by its signal in what is done here: after the first seconds, and then every so many."""
    try:
        before = signal.signal(number, ring)
    except ValueError:  # not in the main thread, where no signal arrives
        yield
        return
    signal.setitimer(timer, first, every)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, before)


def stopped(over: Stopped) -> int:
    """Say that a command was stopped, and return its exit code."""
    tell(f"{over}: nothing of this run counts as checked; {over.remedy}")
    return USAGE


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < sys.maxsize:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds

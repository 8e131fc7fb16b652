"""A line on the terminal for whoever waits: what a long run has done so far. It is gone when the run is over."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from gitopslint.engine.run import Watch
from gitopslint.model.part import Part
from gitopslint.reporters.escape import visible

_PATIENCE = 1.0
_BETWEEN = 0.1
_COLUMNS = 80  # where nobody knows
_ERASE = "\r\x1b[K"


def wanted(choice: str, stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether anybody could be waiting: a terminal, no pipeline, and nobody who said `never`."""
    quiet = environment.get("CI") or environment.get("TERM") == "dumb"
    return choice == "auto" and not quiet and stream.isatty()


@contextmanager
def progress(
    choice: str, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Watch | None]:
    """Give what a run tells of each part, or None where nobody waits. Nothing is said of a run that is quick."""
    stream = sys.stderr if stream is None else stream
    if not wanted(choice, stream):
        yield None
        return
    line = _Line(stream, clock)
    try:
        yield line.see
    finally:
        line.erase()


class _Line:
    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock
        self._start = clock()
        self._next = self._start + _PATIENCE
        self._apps = self._files = 0
        self._drawn = False

    def see(self, app: str | None, part: Part) -> None:
        """Count a part, and say so now and then."""
        self._apps += part.apps
        self._files += len(part.files)
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _BETWEEN
        at = f", {visible(app)}" if app is not None else ""
        text = f"gitopslint: {self._apps:,} apps and {self._files:,} files in {now - self._start:.0f} s{at}"
        # A line that wraps could not be erased.
        self._stream.write(f"{_ERASE}{text[: self._columns() - 1]}")
        self._stream.flush()
        self._drawn = True

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _COLUMNS
        except (OSError, ValueError):
            return _COLUMNS

    def erase(self) -> None:
        """Leave nothing behind."""
        if self._drawn:
            self._stream.write(_ERASE)
            self._stream.flush()

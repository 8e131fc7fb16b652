"""Work that waits for another program, begun before anybody needs it."""

from __future__ import annotations

import _thread
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Begun(Generic[Result]):
    """A function that runs beside all else.

    It is for waiting: git tells a history while Python reads files, which costs a run of a few apps a tenth less, and
    one of thousands as long as git takes. A lock is all that it needs of `threading`.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._done: list[Result] = []
        self._failed: list[BaseException] = []
        self._running = _thread.allocate_lock()
        self._running.acquire()
        _thread.start_new_thread(self._run, ())

    def result(self) -> Result:
        """Wait for the end, and return what came of it, or raise what was raised."""
        with self._running:
            if self._failed:
                raise self._failed[0]
            return self._done[0]

    def _run(self) -> None:
        try:
            self._done.append(self._work())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is wanted
            self._failed.append(error)
        finally:
            self._running.release()

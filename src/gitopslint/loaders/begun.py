"""Work that waits for another program, begun before anybody needs it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Begun(Generic[Result]):
    """A function that runs beside all else.

    It is for waiting: git tells a history while Python reads files, which costs a run of a few apps a tenth less, and
    one of thousands as long as git takes.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._done: list[Result] = []
        self._failed: list[BaseException] = []
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> Result:
        """Wait for the end, and return what came of it, or raise what was raised."""
        self._thread.join()
        if self._failed:
            raise self._failed[0]
        return self._done[0]

    def _run(self) -> None:
        try:
            self._done.append(self._work())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is wanted
            self._failed.append(error)

"""When to look again: once for many changes, and never twice at a time at one repository."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path


class Queue:
    """Roots that wait to be looked at."""

    def __init__(self, work: Callable[[Path], Awaitable[None]]) -> None:
        """`work` must not raise."""
        self._work = work
        self._due: dict[Path, float] = {}
        self._tasks: dict[Path, asyncio.Task[None]] = {}

    def ask(self, root: Path, delay: float) -> None:
        """Look at a root after a delay, which begins anew each time that somebody asks."""
        self._due[root] = asyncio.get_running_loop().time() + delay
        if root not in self._tasks:
            self._tasks[root] = asyncio.create_task(self._until_done(root))

    def forget(self, root: Path) -> None:
        """Do not look at a root any more, unless somebody asks again."""
        self._due.pop(root, None)

    async def _until_done(self, root: Path) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while (due := self._due.get(root)) is not None:
                if (left := due - clock()) > 0:
                    await asyncio.sleep(left)
                    continue
                del self._due[root]
                await self._work(root)
        finally:
            del self._tasks[root]

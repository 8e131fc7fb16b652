"""Divides work among processes. The only module that forks ours.

Few runs do, so what it needs is imported where it is needed.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from gitopslint.model.namedtuple import NamedTuple

Item = TypeVar("Item")
Result = TypeVar("Result")

_LENGTH = 8  # bytes in front of each result that say how long it is
_NO_MEMORY = 12  # the exit code of a worker that took too much; ENOMEM
_PER_WORKER = 300  # files: two processes take a tenth less time over 300, a sixth less over 600, and 14 % more work
_MOST = 4  # a quarter of a run is not shared out, and every process takes memory


class WorkerError(Exception):
    """A process that shared the work ended before it was done, so nobody knows what it would have found."""


class _Worker(NamedTuple):
    pid: int
    pipe: int


def automatic(files: int) -> int:
    """Return how many processes are worth their start where some files wait to be checked."""
    if not hasattr(os, "fork"):
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, files // _PER_WORKER, _MOST))


def shared_out(shares: Sequence[Sequence[Item]], work: Callable[[Item], Result]) -> Iterator[Result]:
    """Yield the results of work on all items, in any order, with a process for each share.

    They are forked, so `work` may be anything that is ready by now. Whatever happens, none of them is left behind.
    What no process can be had for is done here. Raises WorkerError, and MemoryUp where one of them takes too much.
    """
    import signal

    from gitopslint.engine.deadline import MemoryUp

    workers: list[_Worker] = []
    here: list[Item] = []
    try:
        for share in shares:
            try:
                workers.append(_started(share, work, workers))
            except OSError:  # as many processes as are allowed, or no memory for another
                here += share
        yield from map(work, here)
        yield from _received(workers)
        while workers:
            _, status = os.waitpid(workers[0].pid, 0)
            os.close(workers.pop(0).pipe)
            if os.waitstatus_to_exitcode(status) == _NO_MEMORY:
                raise MemoryUp
            if status:
                raise WorkerError(f"a worker ended with status {status}")
    finally:
        for worker in workers:
            os.close(worker.pipe)
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
            os.waitpid(worker.pid, 0)


def _started(items: Sequence[Item], work: Callable[[Item], Result], others: Iterable[_Worker]) -> _Worker:
    import pickle
    import signal

    from gitopslint.engine.deadline import MemoryUp

    pipe, end = os.pipe()
    every = signal.getitimer(signal.ITIMER_PROF)[1]
    try:
        pid = os.fork()
    except OSError:
        os.close(pipe)
        os.close(end)
        raise
    if pid:
        os.close(end)
        return _Worker(pid, pipe)
    try:
        # An interrupt ends it at once: the parent tells people.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, every, every)  # whoever looks at the memory does it here, too
        for other in (_Worker(0, pipe), *others):
            os.close(other.pipe)
        with os.fdopen(end, "wb") as out:
            for item in items:
                data = pickle.dumps(work(item), pickle.HIGHEST_PROTOCOL)
                out.write(len(data).to_bytes(_LENGTH, "big") + data)
        os._exit(0)
    except (MemoryUp, MemoryError):
        os._exit(_NO_MEMORY)
    except BaseException:  # noqa: BLE001 - nothing of the parent may go on here, whatever happened
        os._exit(1)


def _received(workers: list[_Worker]) -> Iterator[Any]:
    """Yield results as they come, until all have closed their pipe."""
    import selectors

    with selectors.DefaultSelector() as selector:
        for worker in workers:
            selector.register(worker.pipe, selectors.EVENT_READ, bytearray())
        while selector.get_map():
            for key, _ in selector.select():
                data = os.read(key.fd, 1 << 20)
                if not data:
                    selector.unregister(key.fd)
                key.data.extend(data)
                yield from _whole(key.data)


def _whole(received: bytearray) -> Iterator[Any]:
    """Take the results out of what was received that are there as a whole."""
    import pickle

    while len(received) >= _LENGTH:
        end = _LENGTH + int.from_bytes(received[:_LENGTH], "big")
        if len(received) < end:
            return
        yield pickle.loads(received[_LENGTH:end])  # noqa: S301 - written by a process that was forked just now
        del received[:end]

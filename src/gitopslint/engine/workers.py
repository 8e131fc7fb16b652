"""Divides work among processes. The only module that forks ours.

This process works as well: it would have little else to do, and one less takes less memory. Nobody deals: each begins
with a portion of its own and takes the numbers of further ones out of a pipe, so none waits for another before the end.
Few runs divide anything, so what that needs is imported where it is needed.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from gitopslint.model.namedtuple import NamedTuple

Portion = TypeVar("Portion")
Result = TypeVar("Result")

MOST_PORTIONS = 1_000
"""Any pipe holds their numbers while nobody reads them: 4 KB."""

_LENGTH = 8  # bytes in front of results that say how long they are
_NUMBER = 4  # bytes of the number of a portion
_AT_ONCE = 16  # results that are sent together: what is the same in them is sent once
_NO_MEMORY = 12  # the exit code of a worker that took too much; ENOMEM
_PER_WORKER = 200  # files: of 400, two processes take a sixth less time, for 4 % more work
_MOST = 4  # a quarter of a run is not shared out, and every process takes memory


class WorkerError(Exception):
    """A process that shared the work ended before it was done, so nobody knows what it would have found."""


def automatic(files: int) -> int:
    """Return how many processes are worth their start where some files wait to be checked."""
    if not hasattr(os, "fork"):
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, files // _PER_WORKER, _MOST))


def shared_out(
    portions: Sequence[Portion], processes: int, work: Callable[[Portion], Iterable[Result]]
) -> Iterator[Result]:
    """Yield the results of work on all portions, at most `MOST_PORTIONS`, in any order.

    This process is one of `processes`, and the others are forked, so `work` may be anything that is ready by now.
    Whatever happens, none of them is left behind; what no process can be had for is done here. Raises WorkerError, and
    MemoryUp where one of them takes too much.
    """
    own = list(portions[:1])
    first = portions[1:processes]
    queue = _queue(range(len(own) + len(first), len(portions)))
    crew = _Crew()
    try:
        for portion in first:
            try:
                crew.start(work, chain([portion], _taken(queue, portions)))
            except OSError:  # as many processes as are allowed, or no memory for another
                own.append(portion)
        for portion in chain(own, _taken(queue, portions)):
            for result in work(portion):
                yield result
                yield from crew.received()  # a worker whose pipe is full waits
        while crew.works:
            yield from crew.received(wait=True)
    finally:
        os.close(queue)
        crew.end()


def _queue(numbers: range) -> int:
    """Return a pipe from which every process takes numbers until there are no more."""
    queue, end = os.pipe()
    try:
        os.write(end, b"".join(number.to_bytes(_NUMBER, "big") for number in numbers))
    finally:
        os.close(end)
    return queue


def _taken(queue: int, portions: Sequence[Portion]) -> Iterator[Portion]:
    """Yield portions that nobody else takes: one reader at a time gets what a pipe holds."""
    while number := os.read(queue, _NUMBER):
        yield portions[int.from_bytes(number, "big")]


class _Worker(NamedTuple):
    pid: int
    received: bytearray


class _Crew:
    """The other processes that work."""

    def __init__(self) -> None:
        import select

        self._workers: dict[int, _Worker] = {}
        self._poll = select.poll()

    @property
    def works(self) -> bool:
        """Whether any of them may still have something to send."""
        return bool(self._workers)

    def start(self, work: Callable[[Portion], Iterable[Any]], portions: Iterable[Portion]) -> None:
        """Let one more process work. Raises OSError."""
        import select

        pipe, end = os.pipe()
        try:
            pid = _forked(lambda: _send(chain.from_iterable(map(work, portions)), end), (pipe, *self._workers))
        except OSError:
            os.close(pipe)
            raise
        finally:
            os.close(end)
        self._workers[pipe] = _Worker(pid, bytearray())
        self._poll.register(pipe, select.POLLIN)

    def received(self, *, wait: bool = False) -> Iterator[Any]:
        """Yield results that have come, or wait for some. Raises WorkerError and MemoryUp."""
        for pipe, _ in self._poll.poll(None if wait else 0):
            if data := os.read(pipe, 1 << 20):
                self._workers[pipe].received.extend(data)
                yield from _whole(self._workers[pipe].received)
            else:
                self._dismiss(pipe)

    def _dismiss(self, pipe: int) -> None:
        """Let go of a process that has sent everything."""
        from gitopslint.engine.deadline import MemoryUp

        self._poll.unregister(pipe)
        _, status = os.waitpid(self._workers[pipe].pid, 0)
        os.close(pipe)
        del self._workers[pipe]
        if os.waitstatus_to_exitcode(status) == _NO_MEMORY:
            raise MemoryUp
        if status:
            raise WorkerError(f"a worker ended with status {status}")

    def end(self) -> None:
        """Stop all that still work."""
        import signal

        for pipe, worker in self._workers.items():
            os.close(pipe)
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
            os.waitpid(worker.pid, 0)
        self._workers.clear()


def _forked(work: Callable[[], None], foreign: Iterable[int]) -> int:
    """Return the id of a process that works and ends. What is `foreign` to it, it closes. Raises OSError."""
    import signal

    from gitopslint.engine.deadline import MemoryUp

    every = signal.getitimer(signal.ITIMER_PROF)[1]
    if pid := os.fork():
        return pid
    try:
        # An interrupt ends it at once: the parent tells people.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, every, every)  # whoever looks at the memory does it here, too
        for descriptor in foreign:
            os.close(descriptor)
        work()
        os._exit(0)
    except (MemoryUp, MemoryError):
        os._exit(_NO_MEMORY)
    except BaseException:  # noqa: BLE001 - nothing of the parent may go on here, whatever happened
        os._exit(1)


def _send(results: Iterator[Any], end: int) -> None:
    import pickle

    with os.fdopen(end, "wb") as out:
        while some := list(islice(results, _AT_ONCE)):
            data = pickle.dumps(some, pickle.HIGHEST_PROTOCOL)
            out.write(len(data).to_bytes(_LENGTH, "big") + data)
            out.flush()


def _whole(received: bytearray) -> Iterator[Any]:
    """Take the results out of what was received that are there as a whole."""
    import pickle

    while len(received) >= _LENGTH:
        end = _LENGTH + int.from_bytes(received[:_LENGTH], "big")
        if len(received) < end:
            return
        yield from pickle.loads(received[_LENGTH:end])  # noqa: S301 - written by a process that was forked just now
        del received[:end]

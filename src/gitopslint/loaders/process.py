"""The one door to other programs.

`subprocess` takes 3 ms to import, a tenth of the time that a check of a few apps should take, and more than 0.3 ms for
each program on top. What git needs is little: no shell, no folder of its own (`git -C`), three pipes. Python's own
descriptors are closed in every program that it starts (PEP 446).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
from collections.abc import Mapping

from gitopslint.model.namedtuple import NamedTuple

_IN, _OUT, _ERR = 0, 1, 2
_CHUNK, _WIDE = 1 << 16, 1 << 20
# Python ignores these; a program has to end when nobody reads what it writes.
_DEFAULT_SIGNALS = [getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name)]


class Done(NamedTuple):
    """How a program ended, and what it wrote."""

    code: int
    out: bytes
    err: bytes


class Process:
    """A program that runs. Its descriptors are the caller's to close, and the program is to be ended or waited for."""

    def __init__(self, words: tuple[str, ...], environment: Mapping[str, str], *, fed: bool, heard: bool) -> None:
        """`fed`: it reads what is written to `stdin`. `heard`: its complaints are read from `stderr`.

        Raises FileNotFoundError where PATH has no such program.
        """
        self.stdin = self.stderr = -1
        theirs: list[int] = []
        actions: list[tuple[int, ...] | tuple[int, int, str, int, int]] = []
        try:
            if fed:
                end, self.stdin = _pipe()
                theirs.append(end)
                actions.append((os.POSIX_SPAWN_DUP2, end, _IN))
            else:
                actions.append((os.POSIX_SPAWN_OPEN, _IN, os.devnull, os.O_RDONLY, 0))
            self.stdout, end = _pipe()
            theirs.append(end)
            actions.append((os.POSIX_SPAWN_DUP2, end, _OUT))
            if heard:
                self.stderr, end = _pipe()
                theirs.append(end)
                actions.append((os.POSIX_SPAWN_DUP2, end, _ERR))
            else:
                actions.append((os.POSIX_SPAWN_OPEN, _ERR, os.devnull, os.O_WRONLY, 0))
            self._pid: int | None = os.posix_spawnp(
                words[0], words, environment, file_actions=actions, setsigdef=_DEFAULT_SIGNALS
            )
        except BaseException:
            self.close()
            raise
        finally:
            for end in theirs:
                os.close(end)

    def widen(self) -> None:
        """Let the program write 1 MiB before anybody reads: it would wait after 64 KiB, where it runs ahead."""
        # Only Linux has it, and it can refuse a user who has too many pipes.
        with contextlib.suppress(AttributeError, OSError):
            fcntl.fcntl(self.stdout, fcntl.F_SETPIPE_SZ, _WIDE)

    def wait(self) -> int:
        """Wait for the end, and return the exit code; below zero for a signal."""
        if self._pid is None:
            return 0
        _, status = os.waitpid(self._pid, 0)
        self._pid = None
        return os.waitstatus_to_exitcode(status)

    def kill(self) -> None:
        """End the program, whatever it does."""
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self.wait()

    def close(self) -> None:
        """Close the pipes."""
        for name in ("stdin", "stdout", "stderr"):
            if (descriptor := getattr(self, name, -1)) >= 0:
                os.close(descriptor)
                setattr(self, name, -1)

    def result(self, data: bytes = b"") -> Done:
        """Write `data` to the program, read all that it writes, and wait for its end."""
        try:
            out, err = self._exchanged(data)
            return Done(self.wait(), out, err)
        finally:
            self.close()
            self.kill()

    def _exchanged(self, data: bytes) -> tuple[bytes, bytes]:
        heard: dict[int, list[bytes]] = {self.stdout: [], self.stderr: []}
        out, err, stdin = self.stdout, self.stderr, self.stdin
        waiting = memoryview(data)
        poll = select.poll()
        open_ones = {one for one in (out, err) if one >= 0}
        for one in open_ones:
            poll.register(one, select.POLLIN)
        if stdin >= 0:
            # A program that writes before it has read everything must not wait for us, nor we for it.
            os.set_blocking(stdin, False)
            poll.register(stdin, select.POLLOUT)
        while open_ones:
            for one, _ in poll.poll():
                if one == stdin:
                    with contextlib.suppress(BlockingIOError):
                        try:
                            waiting = waiting[os.write(stdin, waiting[:_CHUNK]) :]
                        except BrokenPipeError:  # it has read enough
                            waiting = waiting[:0]
                    if not waiting:
                        poll.unregister(stdin)
                        os.close(stdin)
                        self.stdin = -1
                elif chunk := os.read(one, _CHUNK):
                    heard[one].append(chunk)
                else:
                    poll.unregister(one)
                    open_ones.discard(one)
        return b"".join(heard[out]), b"".join(heard[err])


def _pipe() -> tuple[int, int]:
    """Return the ends of a pipe, none of which is a standard stream: a run may have been started without one."""
    low: list[int] = []
    try:
        while min(ends := os.pipe()) <= _ERR:
            low += ends
    finally:
        for end in low:
            os.close(end)
    return ends

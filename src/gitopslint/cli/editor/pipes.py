"""The pipes to the editor. They are apart from standard input and output, which the library would close."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

from gitopslint.cli.exits import UsageError

MOST_BYTES = 64_000_000
"""In one message. The text of a file that is looked at has ten million at most, and escapes can make it longer."""
_LONGEST_HEADER = 10_000


class Incoming:
    """What the editor sends, as far as somebody in their right mind would: the library takes any length for true."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def readline(self) -> bytes:
        """Return the next line of a header. Raises UsageError."""
        line = self._pipe.readline(_LONGEST_HEADER)
        if len(line) == _LONGEST_HEADER:
            raise UsageError(
                "standard input is no message of the Language Server Protocol: an editor starts this command"
            )
        return line

    def read(self, size: int) -> bytes:
        """Return the body of a message. Raises UsageError."""
        if size > MOST_BYTES:
            raise UsageError(
                f"the editor announces a message of {size:,} bytes, and {MOST_BYTES:,} are the most: close that file"
            )
        return self._pipe.read(size)


def incoming() -> Incoming:
    """Return what the editor sends."""
    return Incoming(os.fdopen(os.dup(sys.stdin.fileno()), "rb"))


def outgoing() -> BinaryIO:
    """Return where the editor listens."""
    return os.fdopen(os.dup(sys.stdout.fileno()), "wb")

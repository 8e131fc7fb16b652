"""How a run ends, and how it says so."""

from __future__ import annotations

import sys

CLEAN, FINDINGS, USAGE, FAULT, INTERRUPTED = 0, 1, 2, 3, 130


class UsageError(Exception):
    """The run cannot do what was asked; the message says why and what to do instead."""

    code = USAGE


def tell(message: str) -> None:
    """Say something to the person who runs the tool, apart from the report."""
    for line in message.splitlines():
        print(f"gitopslint: {line}".encode("utf-8", "backslashreplace").decode("utf-8"), file=sys.stderr)

"""`gitopslint lsp`."""

from __future__ import annotations

import argparse
import gc

from gitopslint.cli.exits import CLEAN, UsageError


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("--stdio", action="store_true", help="speak over standard input and output (always so)")


def lsp(_: argparse.Namespace) -> int:
    """Serve an editor until it leaves. Raises UsageError."""
    try:
        from gitopslint.cli.editor.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs"):
            raise
        raise UsageError("the language server needs pygls: pip install 'gitopslint[lsp]'") from None
    gc.enable()  # `run` turned it off for commands that end soon
    serve()
    return CLEAN

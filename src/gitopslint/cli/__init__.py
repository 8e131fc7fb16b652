"""The command line: words in, exit code out.

Exit codes: 0 clean, 1 findings, 2 wrong usage, contract or input, 3 a fault of gitopslint itself.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from gitopslint import __version__
from gitopslint.cli.exits import FAULT, INTERRUPTED, UsageError, tell


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Nothing but the code leaves: no exception, no traceback."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["-V"]):  # before anything else is imported
        print(f"gitopslint {__version__}")
        return 0
    try:
        from gitopslint.cli.arguments import parse

        arguments = parse(words)
        code: int = arguments.command(arguments)
        sys.stdout.flush()
    except UsageError as error:
        tell(str(error))
        return error.code
    except BrokenPipeError:
        # Whoever read the report has gone, for example `| head`. Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as leaving:  # argparse: --help
        return leaving.code if isinstance(leaving.code, int) else 2
    except Exception as error:  # noqa: BLE001 - the last door
        from gitopslint.engine.faults import where

        tell(f"fault of gitopslint itself: {where(error)}; please report it with the command")
        return FAULT
    return code


def run() -> NoReturn:
    """Leave the process with the exit code of `main`."""
    # A run only builds up, and what it builds has hardly a cycle: collecting costs a tenth of a small run, and
    # taking everything apart at the end another tenth. All files are closed by then.
    gc.disable()
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)

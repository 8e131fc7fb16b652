"""The command line: words in, exit code out.

Exit codes: 0 clean, 1 findings, 2 wrong usage, contract or input, 3 a fault of gitopslint itself.
"""

from __future__ import annotations

import errno
import gc
import os
import sys

from gitopslint import __version__
from gitopslint.cli.exits import FAULT, INTERRUPTED, USAGE, UsageError, tell

TYPE_CHECKING = False  # `typing` itself would be half of the time that `--version` takes
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Nothing but the code leaves: no exception, no traceback."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["-V"]):  # before anything else is imported
        print(f"gitopslint {__version__}")
        return 0
    try:
        from gitopslint.cli.arguments import parse

        arguments = parse(words)
        code: int = _bounded(arguments)
        sys.stdout.flush()
    except UsageError as error:
        tell(str(error))
        return error.code
    except BrokenPipeError:
        _forget_output()  # whoever read the report has gone, for example `| head`
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as leaving:  # argparse: --help
        return leaving.code if isinstance(leaving.code, int) else 2
    except Exception as error:  # noqa: BLE001 - the last door
        if isinstance(error, OSError) and error.errno in _UNWRITABLE:
            _forget_output()
            tell(f"the output cannot be written: {error.strerror}")
            return USAGE
        from gitopslint.engine.faults import where

        tell(f"fault of gitopslint itself: {where(error)}; please report it with the command")
        return FAULT
    return code


def _bounded(arguments: Any) -> int:
    """Run a command within the time and memory that it may take, where it says so."""
    if "memory" not in arguments:  # a `timeout` alone, as that of `verify`, is about something else
        code: int = arguments.command(arguments)
        return code
    from gitopslint.cli.deadline import limited, stopped
    from gitopslint.cli.memory import watched
    from gitopslint.engine.deadline import MemoryUp, Stopped

    try:
        with limited(arguments.timeout) as clock, watched(arguments.memory) as memory:
            code = arguments.command(arguments)
    except Stopped as over:
        return stopped(over)
    except MemoryError:
        return stopped(MemoryUp())
    late = clock.over or memory.over  # in case nobody has said so, as after the check of a base
    return code if late is None or code in (USAGE, FAULT) else stopped(late)


def _forget_output() -> None:
    """Let what could not be written go nowhere: Python would try again at exit, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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

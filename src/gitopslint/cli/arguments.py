"""From the words of the command line to a command and its arguments."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from functools import cache
from typing import Any, NoReturn

from gitopslint import __version__
from gitopslint.cli.commands import COMMANDS, Entry
from gitopslint.cli.exits import UsageError
from gitopslint.model.closest import closest

_COLUMNS = 80


class _Formatter(argparse.HelpFormatter):
    """Knows how wide the terminal is without `shutil`, whose import of compressors costs as much as argparse itself.

    argparse makes one for each option that it learns, whether help is asked for or not.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class _Parser(argparse.ArgumentParser):
    """Says one line where argparse would print the whole usage."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_Formatter, **options)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see `{self.prog} --help`)")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Turn the words into a namespace whose `command` is the function to call. Raises UsageError."""
    known = list(COMMANDS)
    first = next((word for word in words if not word.startswith("-")), None)
    if first is not None and first not in known:
        near = closest(first, known)
        hint = f"did you mean {near!r}?" if near else f"known are {', '.join(known)}"
        raise UsageError(f"there is no command {first!r}: {hint}")
    if first is not None and words[0] == first:
        # A leading command takes all words after it, so its parser is the only one that is made: each of the others
        # costs 0.2 ms, most of it for gettext, which looks on the disk for translations.
        entry = COMMANDS[first]
        parser = chosen = _filled(_Parser(prog=f"gitopslint {first}", description=entry.summary), entry)
        arguments, rest = parser.parse_known_args(words[1:])
    else:
        parser, chosen = _parsers(first)
        arguments, rest = parser.parse_known_args(words)
    if not hasattr(arguments, "command"):
        raise UsageError(f"name a command: {', '.join(known)} (see `gitopslint --help`)")
    if rest:
        raise UsageError(_about_unknown(rest[0], chosen))
    return arguments


def _parsers(first: str | None) -> tuple[_Parser, _Parser]:
    """Return the parser of all words, and that of the command that they name. Only that one is filled in."""
    parser = chosen = _Parser(
        prog="gitopslint",
        description="A policy linter for GitOps repositories.",
        epilog="Exit codes: 0 clean, 1 findings, 2 wrong usage or input, 3 a fault of gitopslint.",
    )
    parser.add_argument("-V", "--version", action="version", version=f"gitopslint {__version__}")
    adder = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    for name, entry in COMMANDS.items():
        added = adder.add_parser(name, help=entry.summary, description=entry.summary)
        if name == first:
            chosen = _filled(added, entry)
    return parser, chosen


def _filled(parser: _Parser, entry: Entry) -> _Parser:
    """Let a parser know the words of a command."""
    command = entry.load()
    command.declare(parser)
    parser.set_defaults(command=command.run)
    return parser


@cache
def _columns() -> int:
    if (said := os.environ.get("COLUMNS", "")).isdecimal() and int(said) > 0:
        return int(said)
    try:
        return os.get_terminal_size(1).columns or _COLUMNS
    except OSError:  # no terminal
        return _COLUMNS


def _about_unknown(word: str, parser: argparse.ArgumentParser) -> str:
    if not word.startswith("-"):
        return f"one argument too many: {word!r} (see `{parser.prog} --help`)"
    flag = word.partition("=")[0]
    known = [name for action in parser._actions for name in action.option_strings]  # noqa: SLF001 - no public list
    near = closest(flag, known)
    hint = f"did you mean {near!r}?" if near else f"see `{parser.prog} --help`"
    return f"there is no option {flag!r}: {hint}"

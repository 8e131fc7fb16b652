"""All commands with their words, as the real parsers have them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from gitopslint.cli.commands import COMMANDS, Entry
from gitopslint.model.commandline import Argument, Kind, Verb

_KINDS: dict[str, Kind] = {
    "APP": "app",
    "ENV": "environment",
    "RULE": "rule",
    "FILE": "file",
    "PATH": "file",
    "DIR": "folder",
}


def vocabulary() -> Iterator[Verb]:
    """Yield every command."""
    for name, entry in COMMANDS.items():
        yield Verb(name, entry.summary, tuple(map(_argument, declared(entry))))


def declared(entry: Entry, *, add_help: bool = True) -> list[argparse.Action]:
    """Return the words of a command that are told about. `add_help`: that for help itself, too."""
    parser = argparse.ArgumentParser(add_help=add_help)
    entry.load().declare(parser)
    return [action for action in parser._actions if action.help != argparse.SUPPRESS]  # noqa: SLF001 - no public list


def _argument(action: argparse.Action) -> Argument:
    choices = tuple(map(str, action.choices or ()))
    kind = _kind(action, choices)
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    repeatable = action.nargs in ("*", "+") or type(action).__name__ in ("_AppendAction", "_ExtendAction")
    return Argument(tuple(action.option_strings), kind, name, action.help or "", choices, repeatable)


def _kind(action: argparse.Action, choices: tuple[str, ...]) -> Kind:
    if action.nargs == 0:
        return "nothing"
    if choices:
        return "choice"
    return _KINDS.get(action.metavar if isinstance(action.metavar, str) else "", "text")

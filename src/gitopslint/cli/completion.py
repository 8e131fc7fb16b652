"""`gitopslint completion`: a script for a shell, or the names that such a script asks for."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable

from gitopslint.cli.exits import CLEAN, UsageError
from gitopslint.cli.output import write_out
from gitopslint.loaders.rules import load_catalogue

_SHELLS = ("bash", "zsh", "fish")
_NAMES = ("apps", "environments", "rules")
# Names come from the repository, and a shell will see them: what could mean more to it is left out.
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]*")


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument(
        "what",
        choices=(*_SHELLS, *_NAMES),
        metavar="|".join(_SHELLS),
        help="the shell; its script asks for `apps`, `environments` and `rules` by this command, too",
    )


def completion(arguments: argparse.Namespace) -> int:
    """Print a script, or names, one to a line; where there are none, nothing."""
    if arguments.what in _SHELLS:
        from gitopslint.cli.vocabulary import vocabulary
        from gitopslint.reporters.completion import SCRIPTS

        write_out(SCRIPTS[arguments.what](list(vocabulary())))
        return CLEAN
    try:
        names = list(_names(arguments.what))
    except UsageError:  # nobody wants to read that while typing
        return CLEAN
    write_out("".join(f"{name}\n" for name in names if _PLAIN.fullmatch(name)))
    return CLEAN


def _names(what: str) -> Iterable[str]:
    from gitopslint.cli.workspace import find_ground, open_ground

    shipped = load_catalogue()
    if what == "rules":
        ground = find_ground(".", shipped)
        return shipped if ground is None else ground.catalogue
    ground = open_ground(".", shipped)
    if what == "environments":
        return ground.contract.environments
    from gitopslint.loaders.exclusion import included
    from gitopslint.loaders.layout import Layout

    return Layout(ground.contract, included(ground.tree.paths, ground.contract.exclude)).stacks()

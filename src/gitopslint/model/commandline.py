"""The command line as data: what shells complete."""

from __future__ import annotations

from typing import Literal

from gitopslint.model.namedtuple import NamedTuple

Kind = Literal["nothing", "text", "choice", "file", "folder", "app", "environment", "rule"]


class Argument(NamedTuple):
    """An option or, without flags, an argument by its place. `kind` is what its value is; options may take none."""

    flags: tuple[str, ...]
    kind: Kind
    name: str
    help: str
    choices: tuple[str, ...] = ()
    repeatable: bool = False


class Verb(NamedTuple):
    """One command with what it understands."""

    name: str
    summary: str
    arguments: tuple[Argument, ...]

    @property
    def options(self) -> tuple[Argument, ...]:
        """What begins with a hyphen."""
        return tuple(one for one in self.arguments if one.flags)

    @property
    def places(self) -> tuple[Argument, ...]:
        """What is told by its place."""
        return tuple(one for one in self.arguments if not one.flags)

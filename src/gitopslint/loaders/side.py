"""A repository as a run looks at it: from which one of two, and what the other one is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from gitopslint.loaders.tree import Tree
from gitopslint.loaders.unit import Mine, Task, Unit, all_mine
from gitopslint.model.contract import Contract
from gitopslint.model.secret import OwnRules, Pattern
from gitopslint.model.timeline import Timeline


class Side(Protocol):
    """A repository that a run stands in."""

    contract: Contract
    tree: Tree
    paths: tuple[str, ...]

    @property
    def beside(self) -> Tree | None:
        """The files of the other repository, where it is at hand."""

    @property
    def other(self) -> str:
        """What people call the other repository."""

    @property
    def turned(self) -> bool:
        """Whether this is the platform, so that plain paths are those of the other repository."""

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The shapes of credentials to look for, and to hide."""

    @property
    def own_secrets(self) -> OwnRules:
        """What the repository itself says about secrets. Raises GitleaksError."""

    def is_template(self, path: str, /) -> bool:
        """Tell whether a file is a template of a chart, which is no YAML before it is rendered."""

    def home_of(self, path: str, /) -> tuple[str | None, str | None]:
        """Return the app and the environment to which a file belongs."""

    def tasks(self, *, texts: bool = False, past: bool = False, mine: Mine = all_mine) -> Iterator[Task]:
        """Yield what is to be checked; with `texts` every file of text is in some unit.

        `past`: timelines will be asked for, so the history can be read meanwhile.
        """

    def texts(self, *, mine: Mine = all_mine) -> Iterator[Task]:
        """Yield all files of text, for rules that know no apps."""

    def timelines(self, unit: Unit, /, *, fresh: bool = False) -> Iterator[Timeline]:
        """Yield the timelines of the app of a unit. Raises HistoryError where there is no history to tell them.

        `fresh`: it is also asked how far the main line has moved on since the builds of today's releases.
        """

    def expect(self, apps: Sequence[str], /) -> None:
        """Say which apps will be asked for next, sorted: what git knows of them can be read at one go."""

    def prepare(self, *, past: bool) -> None:
        """Load what all tasks share, before processes are forked that share them out. `past`: the history, too."""

    def close(self) -> None:
        """Let go of what answers questions about the past."""

    def strangers(self) -> dict[str, str]:
        """Return names in the place of an environment that the contract does not know, each with a file."""

"""What the landings of a main line made of files, in a form that a later run can continue.

Twenty thousand landings told once more cost git seconds. Kept as numbers they are read in a few hundredths of one, and
a value of the model is made only of what somebody asks for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol

from gitopslint.model.landing import FileChange, Landing
from gitopslint.model.namedtuple import NamedTuple

LAYERS = (".yaml", ".yml", ".json")
"""How the names of files end that may be layers. No others are followed."""

WIDTH = 3
"""Numbers of a row for each landing."""

Landings = Callable[[Sequence[int]], list[Landing]]
"""Return the landings at some positions."""


class Store(Protocol):
    """Keeps plain data by name; what comes back may be anything."""

    def get(self, name: str) -> Any | None:
        """Return what is kept under a name."""

    def put(self, name: str, value: Any) -> None:
        """Keep a value under a name."""


class Keeper(NamedTuple):
    """Where things are kept for the next run. `program` stands for this program, `place` is where the repository is."""

    store: Store
    program: str
    place: str


class Made(NamedTuple):
    """What a landing made of a file: the blob before, and after; None for no file."""

    position: int
    old: str | None
    new: str | None
    link: bool = False


class Annals:
    """All landings that touched certain files, by path from the top of the repository.

    `rows` holds for each path, the oldest landing first, its position, the blob before and the blob after. Blobs are
    counted from 1, and 0 is none; `blobs` are their ids. `links` are the positions at which a path became a symbolic
    link, `whole` those of landings that changed nothing else.
    """

    def __init__(
        self,
        landings: Landings,
        commits: Sequence[str],
        rows: dict[str, list[int]] | None = None,
        links: dict[str, list[int]] | None = None,
        whole: Iterable[int] = (),
        known: Callable[[int], str] = str,
        count: int = 0,
    ) -> None:
        """`landings` tells the landings at some positions, `commits` are their ids by position.

        `known` tells the ids of so many blobs that are known already, counted from 0.
        """
        self._landings = landings
        self._commits = commits
        self.rows = {} if rows is None else rows
        self.links = {} if links is None else links
        self.whole = set(whole)
        self._known = known
        self._count = count
        self._added: list[str] = []

    def __contains__(self, path: str) -> bool:
        """Tell whether a file ever was there."""
        return path in self.rows

    @property
    def paths(self) -> Iterable[str]:
        """All files that ever were there."""
        return self.rows

    @property
    def blobs(self) -> list[str]:
        """The ids of all blobs."""
        return [*map(self._known, range(self._count)), *self._added]

    def add(self, position: int, changes: Sequence[FileChange], *, whole: bool = False) -> None:
        """Add a landing that is newer than all. `whole`: these are all its changes."""
        followed = [change for change in changes if change.path.endswith(LAYERS)]
        for change in followed:
            row = self.rows.setdefault(change.path, [])
            before = row[-1] if row else 0
            old = before if self._name(before) == change.old else self._number(change.old)
            row += (position, old, old if change.new == change.old else self._number(change.new))
            if change.link:
                self.links.setdefault(change.path, []).append(position)
        if whole and len(followed) == len(changes):
            self.whole.add(position)

    def cut(self, position: int) -> None:
        """Leave out what landed after a position."""
        for path, row in list(self.rows.items()):
            while row and row[-WIDTH] > position:
                del row[-WIDTH:]
            if not row:
                del self.rows[path]
        self.links = {path: [one for one in at if one <= position] for path, at in self.links.items()}
        self.whole = {one for one in self.whole if one <= position}

    def made(self, path: str) -> list[Made]:
        """Return what landings made of a file, the oldest first."""
        row, links = self.rows.get(path, ()), self.links.get(path, ())
        return [
            Made(position, self._name(old), self._name(new), position in links)
            for position, old, new in zip(row[::WIDTH], row[1::WIDTH], row[2::WIDTH], strict=True)
        ]

    def last(self, path: str) -> int | None:
        """Return the position of the newest landing that touched a file."""
        row = self.rows.get(path)
        return None if row is None else row[-WIDTH]

    def newest(self, path: str) -> str | None:
        """Return the blob that a file holds at the end."""
        row = self.rows.get(path)
        return None if row is None else self._name(row[-1])

    def older(self, path: str) -> list[str]:
        """Return the blobs that a file held before the newest landing that touched it."""
        numbers = self.rows.get(path, ())[2:-WIDTH:WIDTH]
        return [name for name in map(self._name, numbers) if name is not None]

    def landings(self, positions: Sequence[int]) -> list[Landing]:
        """Return the landings at some positions. Raises HistoryError."""
        return self._landings(positions)

    def commit(self, position: int) -> str:
        """Return the id of the landing at a position."""
        return self._commits[position]

    def changed_in(self, position: int) -> list[tuple[str, str | None]]:
        """Return the files that a landing changed, in the order of git, each with its blob before."""
        return [(path, self._name(row[at + 1])) for path, row, at in self._rows_at(position)]

    def changes_of(self, position: int) -> tuple[FileChange, ...] | None:
        """Return all changes of a landing; None where it may have made others."""
        if position not in self.whole:
            return None
        return tuple(
            FileChange(path, self._name(row[at + 1]), self._name(row[at + 2]), position in self.links.get(path, ()))
            for path, row, at in self._rows_at(position)
        )

    def appearances(self) -> Iterator[tuple[int, str]]:
        """Yield where files came that were not there before, the newest first; not what the oldest landing holds."""
        found = [
            (row[at], path)
            for path, row in self.rows.items()
            if row[0] or len(row) > WIDTH  # most files came with the oldest landing and never changed
            for at in range(0, len(row), WIDTH)
            if row[at] and row[at + 2] and (not at or not row[at - 1])
        ]
        yield from sorted(found, reverse=True)

    def _rows_at(self, position: int) -> list[tuple[str, list[int], int]]:
        """Return the changes of a landing in the order of git: path, row, and where in the row."""
        if position:
            found = self._by_landing.get(position, [])
        else:
            found = [(path, row, 0) for path, row in self.rows.items() if not row[0]]
        return sorted(found, key=lambda one: os.fsencode(one[0]))

    @cached_property
    def _by_landing(self) -> dict[int, list[tuple[str, list[int], int]]]:
        """All landings but the oldest, which made most files, and which hardly anybody asks for."""
        found: dict[int, list[tuple[str, list[int], int]]] = {}
        for path, row in self.rows.items():
            for at in range(0 if row[0] else WIDTH, len(row), WIDTH):
                found.setdefault(row[at], []).append((path, row, at))
        return found

    def _name(self, number: int) -> str | None:
        if not number:
            return None
        if number > self._count:
            return self._added[number - self._count - 1]
        return self._known(number - 1)

    def _number(self, name: str | None) -> int:
        if name is None:
            return 0
        self._added.append(name)
        return self._count + len(self._added)

"""The first-parent chain of a commit, as git tells it or as an earlier run knew it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from gitopslint.loaders.git import GitError, Repository
from gitopslint.model.namedtuple import NamedTuple


class Step(NamedTuple):
    """A commit of the chain: its place, the oldest being 0, and its parents."""

    position: int
    parents: tuple[str, ...]


class Chain:
    """The commits of a chain, the oldest first. A commit names what lies before it, so a chain is known by its end."""

    def __init__(self, commits: Sequence[str], others: Mapping[str, tuple[str, ...]]) -> None:
        """`others` are the parents of merges beyond the first."""
        self.commits = commits
        self.others = others

    def __len__(self) -> int:
        """Return how many commits there are."""
        return len(self.commits)

    def position(self, commit: str) -> int | None:
        """Return the place of a commit, the oldest being 0; None for one that is not there."""
        return self._positions.get(commit)

    def parents(self, position: int) -> tuple[str, ...]:
        """Return the parents of a commit. The oldest has none, or they are not in this clone."""
        first = self.commits[position - 1 : position] if position else ()
        return (*first, *self.others.get(self.commits[position], ()))

    def newest(self, start: int, end: int) -> dict[str, Step]:
        """Return some commits, the newest first: those of which `start` to `end` are newer."""
        last = len(self.commits) - 1
        positions = range(last - start, max(last - end, -1), -1)
        return {self.commits[position]: Step(position, self.parents(position)) for position in positions}

    def upto(self, position: int) -> Chain:
        """Return the chain of an earlier commit."""
        return self if position == len(self.commits) - 1 else Chain(self.commits[: position + 1], self.others)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {commit: position for position, commit in enumerate(self.commits)}


def read_chain(repository: Repository, tip: str, known: Chain | None = None) -> Chain:
    """Return the chain of a commit. Of one that shares commits with a known one, only those beyond are read.

    Raises GitError.
    """
    if known is not None and known.commits[-1] == tip:
        return known
    if known is not None and (position := known.position(tip)) is not None:
        return known.upto(position)
    return (known and _continued(repository, tip, known)) or _joined(_told(repository, tip))


def _continued(repository: Repository, tip: str, known: Chain) -> Chain | None:
    """Return the chain of a commit that leaves a known chain at some place; None where it does not."""
    try:
        told = _told(repository, tip, f"^{known.commits[-1]}")
    except GitError:  # the known commit may be gone: the history was rewritten
        return None
    # What is left out is part of the known end, but need not be on its chain.
    position = known.position(told[-1][1]) if told and len(told[-1]) > 1 else None
    return None if position is None else _joined(told, known.upto(position))


def _told(repository: Repository, *revisions: str) -> list[list[str]]:
    """Return commits, the newest first, each with its parents."""
    told = repository.ask("rev-list", "--first-parent", "--parents", "--end-of-options", *revisions)
    return [line.split(" ") for line in told.decode().splitlines()]


def _joined(told: list[list[str]], older: Chain | None = None) -> Chain:
    others = {commit: tuple(more) for commit, _, *more in filter(_merges, told) if more}
    commits = [one[0] for one in reversed(told)]
    return Chain([*older.commits, *commits], {**older.others, **others}) if older else Chain(commits, others)


def _merges(told: list[str]) -> bool:
    return len(told) > 2


def containment(chain: Chain, heads: Iterable[str], parents: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return for every commit the position of the first landing that contains it; `heads` lie beyond the chain.

    One walk over all commits: `merge-base --is-ancestor` would be a process for each question.
    """
    first: dict[str, int] = {}
    for position, landing in enumerate((*chain.commits, *heads)):
        waiting = [landing]
        while waiting:
            commit = waiting.pop()
            if commit not in first:
                first[commit] = position
                waiting += parents.get(commit, ())
    return first

"""The newest landings of a main line, which one process of git tells before anybody asks.

For a small repository they are all there are, or most: that saves a run three questions that wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gitopslint.loaders.chain import Chain, Step, read_chain
from gitopslint.loaders.git import GitError, Repository
from gitopslint.loaders.main_line import (
    FIELDS,
    Told,
    changes_from,
    landings,
    landings_of,
    lies_in,
    told_from,
    wanted_in,
)
from gitopslint.loaders.questions import NEWEST
from gitopslint.model.namedtuple import NamedTuple

_ENTRIES = (b":", b"\n:")


class Newest(NamedTuple):
    """What was told: commits, each with every file that it changes, and the parents of merges beyond the first.

    `before` is the commit at which the rest of the main line ends; None where there is no rest.
    """

    before: str | None
    commits: dict[str, tuple[Told, list[bytes]]]
    others: Mapping[str, tuple[str, ...]]

    def chain(self, repository: Repository, known: Chain | None) -> Chain:
        """Return the whole main line, of which an earlier run may have known a part. Raises GitError."""
        older = read_chain(repository, self.before, known) if self.before is not None else Chain([], {})
        if not self.commits:
            return older
        return Chain([*older.commits, *reversed(self.commits)], {**older.others, **self.others})

    def landings(self, repository: Repository, steps: Mapping[str, Step], folders: Sequence[str]) -> Iterator[Told]:
        """Yield those of some commits that change anything in the folders, or all. Raises GitError."""
        yield from self._within(steps, folders)
        if left := {commit: step for commit, step in steps.items() if commit not in self.commits}:
            yield from landings(repository, left, folders)

    def landings_of(self, repository: Repository, path: str) -> Iterator[Told]:
        """Yield the commits of the main line that change one file, with that change. Raises GitError."""
        yield from self._within(self.commits, [path])
        if self.before is not None:
            yield from landings_of(repository, self.before, path)

    def _within(self, commits: Mapping[str, object], folders: Sequence[str]) -> Iterator[Told]:
        wanted, inside = wanted_in(folders)
        for commit in commits:
            if commit not in self.commits:
                return
            told, entries = self.commits[commit]
            if folders:  # most changes are of other files: they are not even read
                paths = entries[1::2]
                chosen = [at for at, path in enumerate(paths) if lies_in(path, wanted, inside)]
                if not chosen:
                    continue
                some = [token for at in chosen for token in entries[2 * at : 2 * at + 2]]
            else:
                some = entries
            changes = changes_from([*some, b""], 0)[0]
            files = tuple(change.of_file() for change in changes)
            yield told._replace(changes=files, whole=2 * len(files) == len(entries))


def newest_landings(repository: Repository, tip: str) -> Newest:
    """Return the newest landings of the main line that ends with a commit: none where git was not asked ahead."""
    asked = repository.ahead.taken(NEWEST) if repository.ahead is not None else None
    try:
        tokens = asked.answer().split(b"\0") if asked is not None else []
    except GitError:  # those who ask in another way will say what is wrong
        tokens = []
    if not tokens or tokens[0] != tip.encode():  # it is about HEAD, and the line may end elsewhere
        return Newest(tip, {}, {})
    commits: dict[str, tuple[Told, list[bytes]]] = {}
    others: dict[str, tuple[str, ...]] = {}
    parents: list[str] = []
    at = 0
    while at + FIELDS + 1 < len(tokens):
        told = told_from(tokens[at : at + FIELDS])
        parents = tokens[at + FIELDS].decode().split()
        start = at = at + FIELDS + 1
        while tokens[at].startswith(_ENTRIES):
            at += 2
        commits[told.commit] = told, tokens[start:at]
        if parents[1:]:
            others[told.commit] = tuple(parents[1:])
    return Newest(parents[0] if parents else None, commits, others)

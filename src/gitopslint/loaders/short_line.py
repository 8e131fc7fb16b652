"""A main line of few landings, which one process of git tells whole before anybody asks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from gitopslint.loaders.chain import Chain, Step
from gitopslint.loaders.git import GitError, Repository
from gitopslint.loaders.main_line import Change, Told, commits_from, lies_in, wanted_in
from gitopslint.loaders.questions import NEWEST
from gitopslint.model.namedtuple import NamedTuple


class ShortLine(NamedTuple):
    """All landings of a main line, each with every file that it changes."""

    chain: Chain
    commits: Mapping[str, tuple[Told, tuple[Change, ...]]]

    def landings(self, steps: Mapping[str, Step], folders: Sequence[str]) -> Iterator[Told]:
        """Yield what `main_line.landings` yields for some of the commits."""
        wanted, inside = wanted_in(folders)
        for step in steps:
            commit, changes = self.commits[step]
            if not folders:
                yield commit._replace(changes=tuple(change.of_file() for change in changes), whole=True)
            elif files := tuple(one.of_file() for one in changes if lies_in(one.path, wanted, inside)):
                yield commit._replace(changes=files, whole=len(files) == len(changes))


def short_line(repository: Repository, tip: str) -> ShortLine | None:
    """Return the main line that ends with a commit; None where git was not asked ahead, or has not told all of it."""
    asked = repository.ahead.taken(NEWEST) if repository.ahead is not None else None
    try:
        told = asked.answer() if asked is not None else b""
    except GitError:  # those who ask in another way will say what is wrong
        return None
    found = list(commits_from(told, more=1))
    if not found or found[0][0].commit != tip or found[-1][2][0]:
        return None  # HEAD is another commit by now or ends no line of interest, or the oldest has a parent
    commits = {commit.commit: (commit, changes) for commit, changes, _ in found}
    others = {
        commit.commit: tuple(more) for commit, _, (parents,) in found if (more := os.fsdecode(parents).split()[1:])
    }
    return ShortLine(Chain([*commits][::-1], others), commits)

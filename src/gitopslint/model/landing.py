"""Steps of the main line, and what git knows of single commits."""

from __future__ import annotations

from typing import Literal

from gitopslint.model.moment import day
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.shown import spoken

_SHORT = 8
_LONGEST_SUBJECT = 60

WHOLE_HISTORY = (
    "fetch all of it: `GIT_DEPTH: 0` in GitLab, `fetch-depth: 0` in GitHub, `git fetch --unshallow` elsewhere"
)
CUT_OFF = ("the history is cut off (a shallow clone)", WHOLE_HISTORY)
WHOLE_CLONE = "clone without `--filter`, or run `git fetch --refetch --no-filter`"
"""What a doubt about an incomplete clone says, as reason and way out."""

Start = Literal["root", "shallow", "carried"]
"""Why nothing is known from before a landing: the history begins with it, the clone was cut off there, or it took an
image over from a file that names it in a way that is not followed."""


class FileChange(NamedTuple):
    """One file that differs between two trees. `path` starts at the top of the repository.

    `old` and `new` are blob ids; None where there is no such file. `link`: the new one is a symbolic link.
    """

    path: str
    old: str | None
    new: str | None
    link: bool = False


class Commit(NamedTuple):
    """One commit. `time` is when it was committed, in seconds since 1970 (UTC); `subject` its first line."""

    id: str
    time: int
    author: str
    subject: str

    def __str__(self) -> str:
        return _named(self.id, self.time, self.subject)


class Landing(NamedTuple):
    """One step of the main line: a commit of the first-parent chain, or the pending change on top of it.

    `id` is empty for the pending change. `position` grows from the oldest landing to the newest. `merge`: it brought
    in another branch. `start` says why nothing is known from before it.
    """

    id: str
    position: int
    time: int
    author: str
    subject: str
    merge: bool = False
    start: Start | None = None

    @property
    def pending(self) -> bool:
        """Whether this is the change that has not landed yet."""
        return not self.id

    @property
    def short(self) -> str:
        """The commit id as people write it."""
        return self.id[:_SHORT] or "pending"

    def __str__(self) -> str:
        return "the pending change" if self.pending else _named(self.id, self.time, self.subject)


def _named(commit: str, time: int, subject: str) -> str:
    said = spoken(subject)
    said = said if len(said) <= _LONGEST_SUBJECT else said[: _LONGEST_SUBJECT - 1] + "…"
    return f"{commit[:_SHORT]} ({day(time)}, {said!r})"

"""A history that remembers which answers could be others the next time, though the same landings are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gitopslint.loaders.annals import Annals
from gitopslint.loaders.history import History, HistoryError, Landed, Later, Unavailable
from gitopslint.loaders.past import Past
from gitopslint.model.landing import Commit, FileChange, Landing


def recorded(
    open_history: Callable[[], History | Unavailable],
) -> Callable[[], History | Unavailable]:
    """Return how to open a history that records what it is asked."""

    def opened() -> History | Unavailable:
        history = open_history()
        return history if isinstance(history, Unavailable) else RecordedHistory(history)

    return opened


def recorded_of(past: Past) -> RecordedHistory | None:
    """Return the history of a product, where there is one that records what it is asked."""
    try:
        chronology = past.chronology
    except HistoryError:
        return None
    history = chronology.history if chronology is not None else None
    return history if isinstance(history, RecordedHistory) else None


class RecordedHistory:
    """Passes on every question.

    What a landing and those before it tell stays as it is for ever. `asked` are the commits that were looked for, which
    a fetch may bring: each prefix with the ids found. `volatile`: an answer was about the pending change, or might come
    out otherwise when more is there.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self.asked: dict[str, tuple[str, ...]] = {}
        self.volatile = False

    def begin(self) -> None:
        """Forget what was asked so far."""
        self.asked = {}
        self.volatile = False

    @property
    def pending(self) -> Landing:
        """The change on top. A step of a timeline that is pending shows by itself."""
        return self._history.pending

    @property
    def cut_off(self) -> bool:
        """Whether the oldest landings are missing."""
        return self._history.cut_off

    @property
    def forked(self) -> bool:
        """Whether the pending change is a merge request."""
        return self._history.forked

    def frame(self, newest: int) -> str:
        """Return what the answers depend on beside the landings."""
        return self._history.frame(newest)

    def at_fork(self, path: str) -> bytes | None:
        """Return the content of a file where the merge request forked, which is a fixed commit."""
        return self._history.at_fork(path)

    def annals(self, folders: Sequence[str]) -> Annals:
        """Return what landings made of files. Newer ones may come; whoever asks names those it takes."""
        return self._history.annals(folders)

    def steps(self, folders: Sequence[str]) -> Iterator[Landed]:
        """Yield the landings that touch any of the folders."""
        return self._history.steps(folders)

    def steps_of(self, path: str) -> Iterator[Landed]:
        """Yield the landings that change one file."""
        return self._history.steps_of(path)

    @property
    def tip(self) -> str:
        """The newest commits of all."""
        return self._history.tip

    def since(self, commit: str) -> Later:
        """Return what landed after a commit. Whoever asks names what it made of that (`Trail.freshness`)."""
        return self._history.since(commit)

    def contents(self, blobs: Sequence[str]) -> list[bytes | None]:
        """Return the content of each blob. One that is not here may come."""
        found = self._history.contents(blobs)
        self.volatile = self.volatile or None in found
        return found

    def changes(self, landing: Landing) -> tuple[FileChange, ...]:
        """Return every file that a landing changes."""
        self.volatile = self.volatile or landing.pending
        return self._history.changes(landing)

    def changes_between(self, old: str, new: str) -> tuple[FileChange, ...]:
        """Return every file in which two commits differ."""
        self.volatile = self.volatile or not (old and new)
        return self._history.changes_between(old, new)

    def files_at(self, landing: Landing) -> Iterator[tuple[str, str]]:
        """Yield all files when a landing is there, each with its blob."""
        return self._history.files_at(landing)

    def commits(self, prefix: str) -> tuple[Commit, ...]:
        """Return all commits whose id starts with a prefix."""
        found = self._history.commits(prefix)
        self.asked[prefix] = tuple(one.id for one in found)
        return found

    def commits_of(self, prefixes: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the ids of the commits for each of many prefixes."""
        return self._history.commits_of(prefixes)

    def contains(self, landing: Landing, commit: str) -> bool:
        """Tell whether a commit is part of a landing. What is no part today may be one of a later pending change."""
        found = self._history.contains(landing, commit)
        self.volatile = self.volatile or not found
        return found

    def close(self) -> None:
        """Let go of what answers the questions."""
        self._history.close()

"""What can be asked of a history, whoever tells it: git, or the example of a rule."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from gitopslint.model.landing import Commit, FileChange, Landing

SHORTEST_PREFIX = 7


class HistoryError(Exception):
    """A question about the history has no answer here; the message is the reason, `remedy` the way out."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


class Unavailable(NamedTuple):
    """Why there is no history at all, and what would bring one."""

    reason: str
    remedy: str


class Step(NamedTuple):
    """One landing with what it changed in the folders that were asked for."""

    landing: Landing
    changes: tuple[FileChange, ...]


class History(Protocol):
    """The main line of one repository, and what else its commits tell. Paths start at its top."""

    pending: Landing
    """The change on top of the newest landing, whether there is any or not."""
    cut_off: bool
    """Whether the oldest landings are missing (a shallow clone)."""

    def steps(self, folders: Sequence[str]) -> Iterator[Step]:
        """Yield the landings that touch any of the folders or files, the newest first. Raises HistoryError."""

    def contents(self, blobs: Sequence[str]) -> list[bytes | None]:
        """Return the content of each blob; None for one that is not here. Raises HistoryError."""

    def changes(self, landing: Landing) -> tuple[FileChange, ...]:
        """Return every file that a landing changes, the pending one included. Raises HistoryError."""

    def changes_between(self, old: str, new: str) -> tuple[FileChange, ...]:
        """Return every file in which two commits differ. Raises HistoryError."""

    def commits(self, prefix: str) -> tuple[Commit, ...]:
        """Return all commits whose id starts with a prefix of at least 7 digits. Raises HistoryError."""

    def contains(self, landing: Landing, commit: str) -> bool:
        """Tell whether a commit is part of a landing: it, or one of its ancestors. Raises HistoryError."""


class Told(NamedTuple):
    """One landing as an example tells it; None for a file that it deletes."""

    files: Mapping[str, str | None]
    id: str = ""
    subject: str = ""
    author: str = "Ada Author"
    time: int = 0


class ToldHistory:
    """A history that an example tells. Every landing is a commit, and there are no others."""

    cut_off = False

    def __init__(self, told: Sequence[Told], pending: Mapping[str, str | None]) -> None:
        """Lay the landings over each other, the first one as the root, and the pending files on top."""
        self.pending = Landing("", len(told), told[-1].time if told else 0, "", "")
        self._blobs: dict[str, bytes] = {}
        self._trees: dict[str, dict[str, str]] = {}
        self._steps: list[Step] = []
        tree: dict[str, str] = {}
        for position, one in enumerate(told):
            commit = one.id + hashlib.sha1(str(position).encode()).hexdigest()[len(one.id) :]  # noqa: S324
            start = "root" if position == 0 else None
            landing = Landing(commit, position, one.time, one.author, one.subject, start=start)
            self._steps.append(Step(landing, self._laid(tree, one.files)))
            self._trees[commit] = dict(tree)
        self._pending = self._laid(tree, pending)
        self.files: dict[str, str | bytes | None] = {path: self._blobs[blob] for path, blob in tree.items()}
        """What is there at the end."""

    def steps(self, folders: Sequence[str]) -> Iterator[Step]:
        """Yield the landings that touch any of the folders, the newest first."""
        for step in reversed(self._steps):
            touched = tuple(change for change in step.changes if not folders or _lies_in(change.path, folders))
            if touched:
                yield Step(step.landing, touched)

    def contents(self, blobs: Sequence[str]) -> list[bytes | None]:
        """Return the content of each blob."""
        return [self._blobs.get(blob) for blob in blobs]

    def changes(self, landing: Landing) -> tuple[FileChange, ...]:
        """Return every file that a landing changes."""
        return self._pending if landing.pending else self._steps[landing.position].changes

    def changes_between(self, old: str, new: str) -> tuple[FileChange, ...]:
        """Return every file in which two landings differ."""
        before, after = self._trees[old], self._trees[new]
        paths = sorted(before.keys() | after.keys())
        return tuple(
            FileChange(path, before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)
        )

    def commits(self, prefix: str) -> tuple[Commit, ...]:
        """Return the landings whose id starts with a prefix."""
        landings = [step.landing for step in self._steps if step.landing.id.startswith(prefix)]
        return tuple(Commit(one.id, one.time, one.author, one.subject) for one in landings)

    def contains(self, landing: Landing, commit: str) -> bool:
        """Tell whether a commit is a landing or an earlier one."""
        return any(step.landing.id == commit and step.landing.position <= landing.position for step in self._steps)

    def _laid(self, tree: dict[str, str], files: Mapping[str, str | None]) -> tuple[FileChange, ...]:
        changes = []
        for path, text in sorted(files.items()):
            old, new = tree.get(path), None
            if text is not None:
                data = text.encode()
                new = hashlib.sha1(data).hexdigest()  # noqa: S324
                self._blobs[new] = data
                tree[path] = new
            else:
                tree.pop(path, None)
            if old != new:
                changes.append(FileChange(path, old, new))
        return tuple(changes)


def _lies_in(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)

"""What can be asked of a history, whoever tells it: git, or the example of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from gitopslint.loaders.annals import Annals
from gitopslint.model.hashes import sha1
from gitopslint.model.landing import Commit, FileChange, Landing, Start
from gitopslint.model.namedtuple import NamedTuple

_EPOCH = 1_767_225_600  # the first of January 2026


class HistoryError(Exception):
    """A question about the history has no answer here; the message is the reason, `remedy` the way out."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


class Unavailable(NamedTuple):
    """Why there is no history at all, and what would bring one."""

    reason: str
    remedy: str


NO_HISTORY = Unavailable("there is no git history here", "check a clone of the repository")


class Landed(NamedTuple):
    """One landing with what it changed in the folders that were asked for."""

    landing: Landing
    changes: tuple[FileChange, ...]


class Later(NamedTuple):
    """What landed after a commit, the newest landing first.

    `position` is that of the first landing that contains it. `beyond` is that landing with what it holds beside the
    commit; None where it is the commit itself.
    """

    position: int
    landings: tuple[Landed, ...]
    beyond: Landed | None = None


class History(Protocol):
    """The main line of one repository, and what else its commits tell. Paths start at its top."""

    @property
    def pending(self) -> Landing:
        """The change on top of the newest landing, whether there is any or not."""

    @property
    def cut_off(self) -> bool:
        """Whether the oldest landings are missing (a shallow clone)."""

    @property
    def forked(self) -> bool:
        """Whether the pending change is a merge request, which forked from the main line at some landing."""

    @property
    def tip(self) -> str:
        """The newest commits of all, for answers about what landed last."""

    def frame(self, newest: int) -> str:
        """Return what answers about files depend on beside their landings, of which the newest has a position.

        That is where the clone is cut off, and where a merge request forked; but not where all were there already.
        """

    def at_fork(self, path: str) -> bytes | None:
        """Return the content of a file where the merge request forked; None for no file. Raises HistoryError."""

    def annals(self, folders: Sequence[str]) -> Annals:
        """Return what landings made of the files in some folders. Raises HistoryError."""

    def steps(self, folders: Sequence[str]) -> Iterator[Landed]:
        """Yield the landings that touch any of the folders or files, the newest first. Raises HistoryError."""

    def steps_of(self, path: str) -> Iterator[Landed]:
        """Yield the landings that change one file, the newest first. Raises HistoryError."""

    def contents(self, blobs: Sequence[str]) -> list[bytes | None]:
        """Return the content of each blob; None for one that is not here. Raises HistoryError."""

    def changes(self, landing: Landing) -> tuple[FileChange, ...]:
        """Return every file that a landing changes, the pending one included. Raises HistoryError."""

    def changes_between(self, old: str, new: str) -> tuple[FileChange, ...]:
        """Return every file in which two commits differ; an empty id is the pending change. Raises HistoryError."""

    def files_at(self, landing: Landing) -> Iterator[tuple[str, str]]:
        """Yield all files when a landing is there, each with its blob. Raises HistoryError."""

    def commits(self, prefix: str) -> tuple[Commit, ...]:
        """Return all commits whose id starts with a prefix of at least 7 digits. Raises HistoryError."""

    def commits_of(self, prefixes: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the ids of the commits for each of many prefixes. Raises HistoryError."""

    def contains(self, landing: Landing, commit: str) -> bool:
        """Tell whether a commit is part of a landing: it, or one of its ancestors. Raises HistoryError."""

    def since(self, commit: str) -> Later:
        """Return what landed after a commit that has landed, the newest landing first. Raises HistoryError."""

    def close(self) -> None:
        """Let go of what answers the questions."""


class Told(NamedTuple):
    """One landing as an example tells it.

    `files` are those that it writes; None for one that it deletes. `commit` is how its id starts, `hours` how much
    later than the one before it landed.
    """

    files: Mapping[str, str | bytes | None]
    commit: str = ""
    subject: str = ""
    hours: int = 24


class ToldHistory:
    """A history that an example tells. Every landing is a commit, and there are no others."""

    cut_off = False
    forked = False
    tip = ""

    def __init__(self, told: Sequence[Told], pending: Mapping[str, str | bytes | None]) -> None:
        """Lay the landings over each other, the first one as the root, and the pending files on top."""
        self._blobs: dict[str, bytes] = {}
        self._trees: dict[str, dict[str, str]] = {}
        self._steps: list[Landed] = []
        tree: dict[str, str] = {}
        time = _EPOCH
        for position, one in enumerate(told):
            time += one.hours * 3_600
            commit = one.commit + _id(str(position).encode())[len(one.commit) :]
            start: Start | None = "root" if position == 0 else None
            landing = Landing(commit, position, time, "Ada Author", one.subject, start=start)
            self._steps.append(Landed(landing, self._laid(tree, one.files)))
            self._trees[commit] = dict(tree)
        self.pending = Landing("", len(told), time, "", "")
        self._pending = self._laid(tree, pending)
        self._trees[""] = dict(tree)
        self.files: dict[str, str | bytes | None] = {path: self._blobs[blob] for path, blob in tree.items()}
        """What is there at the end."""

    def frame(self, _: int) -> str:
        """Return nothing: every landing is there, and nothing forked."""
        return ""

    def at_fork(self, _: str) -> bytes | None:
        """Return nothing: no example is about a merge request."""
        return None

    def annals(self, folders: Sequence[str]) -> Annals:
        """Return what landings made of the files in some folders."""
        landings = [step.landing for step in self._steps]
        annals = Annals(lambda positions: [landings[one] for one in positions], [one.id for one in landings])
        for step in reversed(list(self.steps(folders))):
            annals.add(step.landing.position, step.changes)
        return annals

    def steps(self, folders: Sequence[str]) -> Iterator[Landed]:
        """Yield the landings that touch any of the folders, the newest first."""
        for step in reversed(self._steps):
            touched = tuple(change for change in step.changes if not folders or _lies_in(change.path, folders))
            if touched:
                yield Landed(step.landing, touched)

    def steps_of(self, path: str) -> Iterator[Landed]:
        """Yield the landings that change one file, the newest first."""
        return self.steps([path])

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

    def files_at(self, landing: Landing) -> Iterator[tuple[str, str]]:
        """Yield all files when a landing is there, each with its blob."""
        return iter(self._trees[landing.id].items())

    def commits(self, prefix: str) -> tuple[Commit, ...]:
        """Return the landings whose id starts with a prefix."""
        landings = [step.landing for step in self._steps if step.landing.id.startswith(prefix)]
        return tuple(Commit(one.id, one.time, one.author, one.subject) for one in landings)

    def commits_of(self, prefixes: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the ids of the commits for each of many prefixes."""
        return {prefix: tuple(one.id for one in self.commits(prefix)) for prefix in prefixes}

    def contains(self, landing: Landing, commit: str) -> bool:
        """Tell whether a commit is a landing or an earlier one."""
        return any(step.landing.id == commit and step.landing.position <= landing.position for step in self._steps)

    def since(self, commit: str) -> Later:
        """Return the landings after one, the newest first."""
        at = next(step.landing.position for step in self._steps if step.landing.id == commit)
        return Later(at, tuple(reversed(self._steps[at + 1 :])))

    def close(self) -> None:
        """There is nothing to let go of."""

    def _laid(self, tree: dict[str, str], files: Mapping[str, str | bytes | None]) -> tuple[FileChange, ...]:
        changes = []
        for path, text in sorted(files.items()):
            old, new = tree.get(path), None
            if text is not None:
                data = text.encode() if isinstance(text, str) else text
                new = _id(data)
                self._blobs[new] = data
                tree[path] = new
            else:
                tree.pop(path, None)
            if old != new:
                changes.append(FileChange(path, old, new))
        return tuple(changes)


def _lies_in(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _id(data: bytes) -> str:
    found: str = sha1()(data).hexdigest()
    return found

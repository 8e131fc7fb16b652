"""How far the main line has moved on since builds were made, in what their images are built from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gitopslint.loaders.history import History, Landed
from gitopslint.model.affected import Cause
from gitopslint.model.landing import FileChange, Landing
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.timeline import Freshness


class Inputs(Protocol):
    """What images are built from; `BuildInputs` is."""

    def causes(self, path: str) -> dict[str, Cause]:
        """Return the apps for whose images a file counts, and why."""

    def lock_cause(self, app: str, path: str, old: bytes | None, new: bytes | None) -> Cause | None:
        """Return why a changed lockfile counts for an app; None where the same is installed for it."""


class _Touch(NamedTuple):
    """A landing that changed a file which counts for an app."""

    landing: Landing
    change: FileChange
    lockfile: bool


class Progress:
    """Answers for all apps from one reading of the newest landings."""

    def __init__(self, history: History, prefix: str, inputs: Callable[[], Inputs]) -> None:
        """`prefix` leads from the top of the repository to the root, from which the paths of inputs start."""
        self._history = history
        self._prefix = prefix
        self._open_inputs = inputs
        self._inputs: Inputs | None = None
        self._touches: dict[str, list[_Touch]] = {}
        self._read = 0

    def since(self, app: str, commit: str) -> Freshness:
        """Tell how many landings since the commit of a build changed its inputs, but for what was taken back.

        The commit has landed. Raises HistoryError.
        """
        position, later, beyond = self._history.since(commit)
        if not later and beyond is None:
            return Freshness(position)
        for landed in later[self._read :]:
            self._note(landed, self._touches)
        self._read = max(self._read, len(later))
        touches = [one for one in self._touches.get(app, ()) if one.landing.position > position]
        if beyond is not None:
            own: dict[str, list[_Touch]] = {}
            self._note(beyond, own)
            touches += own.get(app, [])
        counting = self._counting(app, touches)
        found = list(dict.fromkeys(one.landing for one in touches if one.change.path in counting))
        return Freshness(position, len(found), found[0] if found else None)

    def touched(self, commit: str) -> frozenset[str] | None:
        """Return the apps that have to do with what landed since a commit; None for one that is no landing.

        The commit has landed. Raises HistoryError.
        """
        _, later, beyond = self._history.since(commit)
        touches: dict[str, list[_Touch]] = {}
        for landed in later:
            self._note(landed, touches)
        return frozenset(touches) if beyond is None else None

    def _note(self, landed: Landed, touches: dict[str, list[_Touch]]) -> None:
        """Note for each app what a landing changes of its inputs."""
        if self._inputs is None:
            self._inputs = self._open_inputs()
        for change in landed.changes:
            if change.path.startswith(self._prefix):
                for app, cause in self._inputs.causes(change.path[len(self._prefix) :]).items():
                    touches.setdefault(app, []).append(_Touch(landed.landing, change, cause.kind == "lockfile"))

    def _counting(self, app: str, touches: list[_Touch]) -> set[str]:
        """Return the files that are another content now, and that count for the app."""
        ends: dict[str, tuple[str | None, str | None, bool]] = {}
        for one in touches:  # the newest first
            new = ends[one.change.path][1] if one.change.path in ends else one.change.new
            ends[one.change.path] = (one.change.old, new, one.lockfile)
        return {
            path
            for path, (old, new, lockfile) in ends.items()
            if old != new and (not lockfile or self._lockfile_counts(app, path, old, new))
        }

    def _lockfile_counts(self, app: str, path: str, old: str | None, new: str | None) -> bool:
        before, after = (self._history.contents([one])[0] if one is not None else None for one in (old, new))
        inner = path[len(self._prefix) :]
        return self._inputs is None or self._inputs.lock_cause(app, inner, before, after) is not None

"""What git tells about the releases of today: the commits that tags name, and what landings changed beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gitopslint.loaders.history import History, HistoryError
from gitopslint.loaders.layout import Layout
from gitopslint.model.glob import fits_any
from gitopslint.model.landing import Commit, FileChange, Landing
from gitopslint.model.layer import Release
from gitopslint.model.tag import commit_in
from gitopslint.model.timeline import Run, TagCommit, Trail

_SHORTEST = 7
_LANDINGS_KEPT = 64


class Evidence:
    """Gathers what is known of releases."""

    def __init__(self, history: History, layout: Layout, prefix: str, built_elsewhere: Callable[[], bool]) -> None:
        """`prefix` leads from the top of the repository to the root."""
        self._history = history
        self._layout = layout
        self._contract = layout.contract
        self._prefix = prefix
        self._built_elsewhere = built_elsewhere
        self._others: dict[str, tuple[FileChange, ...]] = {}

    def trail(self, release: Release, runs: tuple[Run, ...], former: frozenset[str]) -> Trail:
        """Return what is known of a release beyond its tag, whose last run is today's.

        `former` are the paths under which its layers stood at any time.
        """
        run = runs[-1]
        landing = run.landing
        trail = Trail(release)
        try:
            trail = trail._replace(commit=self.commit(run.name, landing))
            if landing.start is not None:
                return trail
            others = tuple(change for change in self._changes(landing) if change.path not in former)
            sources = self._sources(release.app, others)
            trail = trail._replace(others=others, sources=sources)
            if sources and trail.commit is not None and trail.commit.landed and (landing.merge or landing.pending):
                beyond = self._history.changes_between(trail.commit.commits[0].id, landing.id)
                trail = trail._replace(beyond=self._sources(release.app, beyond))
            if (earlier := next((one for one in runs[:-1] if one.name == run.name), None)) is not None:
                since = self._history.changes_between(earlier.landing.id, landing.id)
                trail = trail._replace(
                    since=self._sources(release.app, since), migrations=self.migrations(release.app, earlier, runs[-2])
                )
        except HistoryError as error:
            trail = trail._replace(unknown=(str(error), error.remedy))
        return trail

    def migrations(self, app: str, before: Run, run: Run) -> tuple[FileChange, ...]:
        """Return the migrations that came or went between two builds. Raises HistoryError."""
        return self._migrations(app, self._history.changes_between(self._code(before), self._code(run)))

    def commit(self, name: str, landing: Landing) -> TagCommit | None:
        """Return what the digits in a tag stand for when a landing is there. Raises HistoryError."""
        digits = commit_in(name, self._contract.tag_patterns)
        if digits is None or self._contract.commits == "elsewhere":
            return None
        # One question for both: what starts with all digits starts with the first ones.
        near = self._history.commits(digits[:_SHORTEST])
        if commits := tuple(one for one in near if one.id.startswith(digits)):
            landed = tuple(one for one in commits if self._history.contains(landing, one.id))
            merged = any(self._history.contains(self._history.pending, one.id) for one in commits)
            return TagCommit(digits, landed or commits, landed=bool(landed), merged=merged)
        if self._built_elsewhere():
            return TagCommit(digits, (), elsewhere=True)
        return TagCommit(digits, (), near)

    def _changes(self, landing: Landing) -> tuple[FileChange, ...]:
        """Return what a landing changes beside release layers. Several apps may have one landing."""
        if landing.id not in self._others:
            if len(self._others) >= _LANDINGS_KEPT:
                self._others.clear()
            changes = self._history.changes(landing)
            self._others[landing.id] = tuple(one for one in changes if self._role(one.path) != "release")
        return self._others[landing.id]

    def _code(self, run: Run) -> str:
        """Return the commit that a build stands for, or else the landing that released it."""
        digits = commit_in(run.name, self._contract.tag_patterns)
        commits: tuple[Commit, ...] = self._history.commits(digits) if digits is not None else ()
        return commits[0].id if len(commits) == 1 else run.landing.id

    def _sources(self, app: str, changes: Iterable[FileChange]) -> tuple[FileChange, ...]:
        """Return the changes of what the image of an app is built from. No layer is built into an image."""
        patterns, start = self._contract.sources_of(app), self._prefix
        inside = (one for one in changes if one.path.startswith(start) and fits_any(patterns, one.path[len(start) :]))
        return tuple(one for one in inside if self._role(one.path) is None)

    def _migrations(self, app: str, changes: Iterable[FileChange]) -> tuple[FileChange, ...]:
        """Return the migrations of an app that were added or removed."""
        come_and_gone = [one for one in changes if one.old is None or one.new is None]
        return tuple(one for one in self._sources(app, come_and_gone) if fits_any(self._contract.migrations, one.path))

    def _role(self, path: str) -> str | None:
        if not path.startswith(self._prefix):
            return None
        place = self._layout.place(path[len(self._prefix) :])
        return place.layer.role if place is not None else None

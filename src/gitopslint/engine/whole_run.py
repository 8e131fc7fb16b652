"""What an earlier run concluded of the same state, kept under the digest of all that it could have seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gitopslint.engine.examination import Examiner, examined
from gitopslint.engine.joining import Joined, joined
from gitopslint.loaders.annals import Store
from gitopslint.loaders.unit import Task
from gitopslint.model.packing import unpacked_or_none
from gitopslint.model.part import Part
from gitopslint.model.share import Share

Found = tuple[str | None, Part]


class WholeRun:
    """The result of a run as a whole."""

    def __init__(self, store: Store, state: str | None) -> None:
        """`state` is a digest of all that the run can see; None where that is not known."""
        self._store = store
        self._run = f"run-{state}" if state is not None else None
        self.state = state
        self.lasts = False
        """Whether what the run concluded will hold at another time of day as well."""
        self.worth_keeping = True

    def whole(self) -> Part | None:
        """Return what an earlier run concluded of the same state."""
        found: Part | None = unpacked_or_none(Part, self._store.get(self._run)) if self._run is not None else None
        self.lasts = found is not None
        return found

    def keep_whole(self, everything: Joined, examiner: Examiner) -> None:
        """Keep what a run concluded, unless it depends on the time of day."""
        self.lasts = not examiner.looked_at_the_clock
        if self._run is not None and self.lasts and self.worth_keeping:
            self._store.put(self._run, everything.part())


class Undivided(WholeRun):
    """The result of a run of which no part holds by itself: in the platform, masks depend on all files."""

    def parts(
        self,
        examiner: Examiner,
        tasks: Iterator[Task],
        share: Share,
        divided: Callable[[Iterable[Task], Callable[[Task], Found]], Iterable[Found]],
        *,
        past: bool,  # noqa: ARG002
    ) -> Iterator[Found]:
        """Yield the part of each task with its app: all are worked on."""
        yield from divided(tasks, lambda task: (task.app, joined(examined(examiner, task, share)).part()))

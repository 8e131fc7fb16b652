"""What each landing did to an environment: a release, a promotion, a rollback, or one that skipped an environment."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from gitopslint.model.contract import Contract
from gitopslint.model.landing import CUT_OFF, WHOLE_CLONE, Landing
from gitopslint.model.move import Kind, Move
from gitopslint.model.tag import without_environment
from gitopslint.model.timeline import Run, Timeline, Trail

IMPORTED = (
    "the history begins with the landing that brought it, so what ran before is not recorded",
    "nothing to do: the next promotion is judged",
)
_CARRIED = (
    "the landing that brought it took it over from a file whose history is not followed",
    "nothing to do: the next promotion is judged",
)
_UNREAD = (
    "older release layers cannot be read (a partial clone, or symbolic links)",
    f"{WHOLE_CLONE}; put a file in the place of a link",
)


class Course:
    """A timeline with the runs of all its environments, worked out once for all rules that judge it."""

    environment = None
    """It spans all environments."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.app = timeline.app
        self.runs = {environment: timeline.runs(environment) for environment in timeline.environments}
        self._latest: dict[str, Move | None] = {}
        self._gaps: dict[str, tuple[str, str] | None] = {}

    def __str__(self) -> str:
        return str(self.timeline)

    @cached_property
    def followed(self) -> tuple[tuple[Trail, Run], ...]:
        """Today's releases whose history is known, each with the run that it is."""
        return tuple((trail, self.runs[environment][-1]) for environment, trail in self.timeline.today.items())

    def gap(self, environment: str) -> tuple[str, str] | None:
        """Return why a part of the timeline of an environment is not known, as `incomplete` does. Five rules ask."""
        if environment not in self._gaps:
            self._gaps[environment] = incomplete(self.timeline, environment)
        return self._gaps[environment]

    def latest(self, environment: str) -> Move | None:
        """Return the move that brought what an environment runs today; None where it runs nothing."""
        if environment not in self._latest:
            runs = self.runs[environment]
            self._latest[environment] = self.move(environment, len(runs) - 1) if runs else None
        return self._latest[environment]

    def move(self, environment: str, number: int) -> Move:
        """Return the move that began a run, by its number among those of its environment."""
        run = self.runs[environment][number]
        before = self.runs[environment][number - 1] if number else None
        move = Move(run.landing, environment, "undecided", run.image, run, before)
        if run.landing.start == "root":
            return move._replace(kind="imported", doubt=IMPORTED)
        if run.landing.start is not None:
            return move._replace(doubt=_CARRIED if run.landing.start == "carried" else CUT_OFF)
        gap = self.gap(environment)
        if before is not None and gap is None and self._is_older(environment, run, before):
            return move._replace(kind="rollback")
        place = self.timeline.environments.index(environment)
        contract = self.timeline.contract
        free = contract.promotion == "prod-first" and environment == contract.environments[-1]
        if place == 0 or free:
            # What came before the part that is known could make a rollback of any release.
            return (
                move._replace(doubt=gap) if gap is not None else move._replace(kind=self._released(environment, number))
            )
        return self._promoted(move, run, self._gate(place, run.landing))

    def moves(self) -> Iterator[Move]:
        """Yield all moves, the oldest first, those of one landing in the order of environments."""
        begun = {
            (environment, run.landing.position): number
            for environment, runs in self.runs.items()
            for number, run in enumerate(runs)
        }
        states: dict[str, str] = {}
        for step in self.timeline.steps:
            for environment in self.timeline.environments:
                if (image := step.images.get(environment)) is None:
                    continue
                number = begun.get((environment, step.landing.position))
                if number is not None:
                    yield self.move(environment, number)
                elif image.state == "image":
                    kind: Kind = "new digest" if states.get(environment) == "image" else "restored"
                    yield Move(step.landing, environment, kind, image)
                elif image.state in ("placeholder", "corrupt"):
                    yield Move(step.landing, environment, image.state, image)
                elif image.state == "unread":
                    yield Move(step.landing, environment, "undecided", image, doubt=_UNREAD)
                else:
                    yield Move(step.landing, environment, "removed", image)
                states[environment] = image.state

    def ran_at(self, environment: str, landing: Landing) -> Run | None:
        """Return what an environment ran when a landing was there."""
        began = [run for run in self.runs.get(environment, ()) if run.landing.position <= landing.position]
        return began[-1] if began else None

    def _released(self, environment: str, number: int) -> Kind:
        """Tell what a release is where no environment before has to have it."""
        run = self.runs[environment][number]
        if any(self._equal(one, run) for one in self.runs[environment][:number]):
            return "restored"
        later = self.timeline.environments[self.timeline.environments.index(environment) + 1 :]
        for other in later:
            if any(self._equal(one, run) and _earlier(one, run.landing) for one in self.runs[other]):
                return "sync back"
        return "first release" if number == 0 else "release"

    def _promoted(self, move: Move, run: Run, gate: str) -> Move:
        """Judge a release against the environment that should have had it before."""
        landing = run.landing
        move = move._replace(gate=gate)
        same = [one for one in self.runs[gate] if self._equal(one, run)]
        gap = self.gap(gate) or self.gap(move.environment)
        if had := [one for one in same if _earlier(one, landing)]:
            soak = sum(_time_in(one, landing) for one in had) if gap is None else None
            return move._replace(kind="promotion", evidence=had[0], soak=soak)
        if gap is not None:
            return move._replace(doubt=gap)
        if together := [one for one in same if one.landing.position == landing.position]:
            return move._replace(kind="simultaneous", evidence=together[0])
        bare = _bare(run.name, self.timeline.contract)
        for one in self.runs[gate]:
            if one.name != run.name and bare == _bare(one.name, self.timeline.contract):
                return move._replace(kind="divergent", evidence=one)
        return move._replace(kind="skipped environment")

    def _gate(self, place: int, landing: Landing) -> str:
        """Return the nearest environment before that was there at the time, or else one that came later."""
        nearest = self.timeline.environments[:place][::-1]
        # One that lost its layer is still passed over, unless the app has left it for good.
        known = [
            one
            for one in nearest
            if self.ran_at(one, landing) is not None
            and (one in self.timeline.current or self._state(one, landing) not in (None, "absent"))
        ]
        return (known or list(nearest))[0]

    def _state(self, environment: str, landing: Landing) -> str | None:
        state = None
        for step in self.timeline.steps:
            if step.landing.position > landing.position:
                break
            if environment in step.images:
                state = step.images[environment].state
        return state

    def _is_older(self, environment: str, run: Run, before: Run) -> bool:
        """Tell whether a build was there before the one that it replaces: then this is the way back."""
        first: dict[str, int] = {}
        for one in self.runs[environment]:
            first.setdefault(one.name, one.landing.position)
        return first[run.name] < first[before.name]

    def build(self, name: str) -> str:
        """Return the name that all tags share which are the same by the contract."""
        return name if self.timeline.contract.tag_equality == "exact" else _bare(name, self.timeline.contract)

    def _equal(self, one: Run, other: Run) -> bool:
        return self.build(one.name) == self.build(other.name)


def incomplete(timeline: Timeline, environment: str) -> tuple[str, str] | None:
    """Return why a part of the timeline of an environment is not known, and the way out; None where all of it is."""
    if timeline.cut_off:
        return CUT_OFF
    own = [step for step in timeline.steps if environment in step.images]
    if any(step.images[environment].state == "unread" for step in own):
        return _UNREAD
    return _CARRIED if any(step.landing.start == "carried" for step in own) else None


def _bare(tag: str, contract: Contract) -> str:
    return without_environment(tag, contract.environment_tags, contract.environments)


def _earlier(run: Run, landing: Landing) -> bool:
    return run.landing.position < landing.position


def _time_in(run: Run, landing: Landing) -> int:
    """Return for how many seconds a run lasted until a landing. Clocks of two machines may disagree: never below 0."""
    end = landing.time
    if run.until is not None and run.until.position <= landing.position:
        end = run.until.time
    return max(0, end - run.landing.time)

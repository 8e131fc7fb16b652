"""Rules about how today's releases got where they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitopslint.checks.check import Outcome, check
from gitopslint.checks.moves import Course
from gitopslint.checks.trails import doubts, followed, offence, place_of, tag_span
from gitopslint.model.finding import Doubt
from gitopslint.model.landing import FileChange
from gitopslint.model.moment import length, parse_length
from gitopslint.model.move import Kind, Move
from gitopslint.model.rule import Level
from gitopslint.model.timeline import Run, Trail

_MOST_NAMED = 3


@check("skipped-environment", over=Course)
def skipped_environment(course: Course, _: object) -> Iterator[Outcome]:
    """An environment runs a tag that the one before it never ran in an earlier landing."""
    timeline = course.timeline
    yield from _undecided(course)
    for trail, move, run in _moves(course, "skipped environment"):
        gate = move.gate or ""
        then = course.ran_at(gate, run.landing)
        later = next((one for one in course.runs[gate] if one.name == run.name), None)
        ran = f"{gate} ran {then.name!r} then" if then is not None else f"{gate} ran nothing then"
        only = f", and got it only with {later.landing}" if later is not None else ""
        yield offence(
            timeline,
            trail,
            run,
            f"{gate} had not run it before ({ran}{only}); release it to {gate} first, and promote it in a later "
            f"landing",
            place_of(timeline, gate, ran + (f", since {then.landing}" if then is not None else "")),
        )


@check("simultaneous-promotion", over=Course)
def simultaneous_promotion(course: Course, _: object) -> Iterator[Outcome]:
    """Two environments got a tag in one landing, so nothing was validated in between."""
    timeline = course.timeline
    yield from _undecided(course)
    for trail, move, run in _moves(course, "simultaneous"):
        gate = move.gate or ""
        yield offence(
            timeline,
            trail,
            run,
            f"{gate} {'gets' if run.landing.pending else 'got'} it in the same landing, so nothing "
            f"{'is' if run.landing.pending else 'was'} validated there in between; promote it in a later landing",
            place_of(timeline, gate, f"{gate} got it in the same landing"),
        )


@check("divergent-promotion", over=Course)
def divergent_promotion(course: Course, _: object) -> Iterator[Outcome]:
    """The tags of two environments differ by the environment only: two builds, of which one was never tried."""
    timeline = course.timeline
    yield from _undecided(course)
    for trail, move, run in _moves(course, "divergent"):
        gate, other = move.gate or "", move.evidence
        ran = f"{gate} ran {other.name!r}" if other is not None else ""
        yield offence(
            timeline,
            trail,
            run,
            f"{ran}, another image of the same name, and never this one; build once, and promote that very tag",
            place_of(timeline, gate, ran + (f", since {other.landing}" if other is not None else "")),
        )


@check("short-soak", over=Course)
def short_soak(course: Course, _: object) -> Iterator[Outcome]:
    """A tag was promoted before it ran as long as the contract demands."""
    timeline = course.timeline
    least = timeline.contract.minimum_soak
    if least is None:
        return
    yield from _undecided(course)
    for trail, move, run in _moves(course, "promotion"):
        if move.soak is not None and move.soak < parse_length(least):
            gate = move.gate or ""
            brought = f"{gate} got it with {move.evidence.landing}" if move.evidence is not None else ""
            # A pending change lands later: how much later is not for a report to say that is the same tomorrow.
            lasted = f"for less than {least} so far" if run.landing.pending else f"for {length(move.soak)} only"
            yield offence(
                timeline,
                trail,
                run,
                f"it ran in {gate} {lasted}, and the contract demands {least}; let it run there for longer",
                place_of(timeline, gate, brought),
            )


@check("rollback", over=Course)
def rollback(course: Course, _: object) -> Iterator[Outcome]:
    """An environment went back to an earlier tag; migrations of the database do not go back with it."""
    timeline = course.timeline
    for trail, _run in followed(course):
        gap = course.gap(trail.release.environment)
        move = course.latest(trail.release.environment)
        if gap is not None and move is not None and move.kind != "promotion":
            yield Doubt(*gap, tag_span(trail.release))
    for trail, move, run in _moves(course, "rollback"):
        before = move.before.name if move.before is not None else ""
        moved = trail.migrations
        if moved is None and trail.unknown is not None:
            reason, remedy = trail.unknown
            yield Doubt(
                f"whether migrations lie between two builds is not known: {reason}", remedy, tag_span(trail.release)
            )
        if moved:
            consequence = (
                f"{_listed(moved)} {'lies' if len(moved) == 1 else 'lie'} between the two, and migrations only go "
                f"forward: see that the older code runs on the newer database"
            )
        elif moved is None or timeline.contract.commits == "elsewhere" or (trail.commit and not trail.commit.commits):
            consequence = "the code of the two is not here: see that no migration of the database lies between them"
        else:
            consequence = "no migration lies between the two"
        mild: Level | None = None if moved else "note"
        yield offence(timeline, trail, run, f"back from {before!r}; {consequence}", (), mild)


@check("mixed-release", over=Course)
def mixed_release(course: Course, _: object) -> Iterator[Outcome]:
    """A landing that releases something also changes other things, so neither can be reverted without the other."""
    timeline = course.timeline
    if not any(layer.role == "release" for layer in timeline.contract.layers):
        return
    yield from _unknown(course)
    for trail, run in followed(course):
        others = trail.others or ()
        if len(course.runs[trail.release.environment]) == 1:
            # An app enters an environment, and its other files come with it.
            sources = trail.sources or ()
            others = tuple(
                one for one in others if one.old is not None or one in sources or timeline.app not in one.path
            )
        if others:
            yield offence(
                timeline,
                trail,
                run,
                f"that landing also changes {_listed(others)}, so neither can be reverted alone; release in a landing "
                f"of its own",
            )


@check("release-with-source", over=Course)
def release_with_source(course: Course, _: object) -> Iterator[Outcome]:
    """A landing that releases an app also changes the sources of the app: the image cannot hold them."""
    timeline = course.timeline
    yield from _unknown(course)
    for trail, run in followed(course):
        # A merge may bring sources, a build of them, and its release.
        sources = trail.sources if trail.beyond is None else trail.beyond
        if sources:
            yield offence(
                timeline,
                trail,
                run,
                f"that landing also changes {_listed(sources)}, and the image was built without that; land the sources "
                f"first, build them, then release",
            )


def _moves(course: Course, kind: Kind) -> Iterator[tuple[Trail, Move, Run]]:
    """Yield the moves of one kind that brought today's releases."""
    for trail, run in followed(course):
        move = course.latest(trail.release.environment)
        if move is not None and move.kind == kind:
            yield trail, move, run


def _undecided(course: Course) -> Iterator[Doubt]:
    """Yield what keeps promotions from being judged. The first environment needs none."""
    timeline = course.timeline
    for trail, _run in followed(course):
        move = course.latest(trail.release.environment)
        if move is not None and move.doubt is not None and timeline.environments[0] != move.environment:
            yield Doubt(*move.doubt, tag_span(trail.release))
    if len(timeline.environments) > 1:
        yield from doubts(timeline)


def _unknown(course: Course) -> Iterator[Doubt]:
    """Yield what keeps from knowing what else a landing changed."""
    timeline = course.timeline
    for trail, run in followed(course):
        gap = course.gap(trail.release.environment)
        if gap is not None and (run.landing.start == "shallow" or not timeline.cut_off):
            yield Doubt(*gap, tag_span(trail.release))
        elif trail.others is None and trail.unknown is not None:
            yield Doubt(*trail.unknown, tag_span(trail.release))
    yield from doubts(timeline)


def _listed(changes: Sequence[FileChange]) -> str:
    names = [repr(change.path) for change in changes[:_MOST_NAMED]]
    more = f" and {len(changes) - _MOST_NAMED} more" if len(changes) > _MOST_NAMED else ""
    return ", ".join(names) + more

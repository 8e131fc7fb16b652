"""The rule about what was merged and is neither built nor released."""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.check import Outcome, check
from gitopslint.checks.moves import Course
from gitopslint.checks.trails import followed, offence, place_of, tag_span
from gitopslint.model.finding import Doubt


@check("stale-release", over=Course)
def stale_release(course: Course, _: object) -> Iterator[Outcome]:
    """What the image is built from has changed since the commit that its tag stands for.

    Only the newest build of an app is judged: that others wait for their promotion is how it should be. An environment
    that was rolled back is behind on purpose.
    """
    timeline = course.timeline
    order = timeline.environments
    apart = min((order.index(one) for one in timeline.apart if one in order), default=len(order))
    known = []
    for trail, run in followed(course):
        if trail.freshness is None or order.index(trail.release.environment) > apart:
            break  # a later environment is not ahead of one of which nobody knows the build
        known.append((trail, run, trail.freshness))
    newest = max((freshness.built for _, _, freshness in known), default=None)
    told: set[str] = set()
    for trail, _run in followed(course):
        commit = trail.commit
        if trail.unknown is not None and trail.freshness is None and commit is not None and commit.landed:
            yield Doubt(*trail.unknown, tag_span(trail.release))
    for trail, run, freshness in known:
        if freshness.built != newest or freshness.newest is None or trail.commit is None or run.name in told:
            continue
        told.add(run.name)
        moves = [course.latest(other.release.environment) for other, its_run, _ in known if its_run.name == run.name]
        if any(move is not None and move.kind == "rollback" for move in moves):
            continue
        count, last = freshness.landings, freshness.newest
        since = f"{last} has changed" if count == 1 else f"{count} landings have changed, the newest one {last},"
        also = tuple(
            place
            for other, its_run, _ in known
            if other is not trail and its_run.name == run.name
            for place in place_of(timeline, other.release.environment, f"{other.release.environment} runs it, too")
        )
        yield offence(
            timeline,
            trail,
            run,
            f"{since} what the image is built from since its commit {trail.commit.commits[0]}; build that and release "
            f"it (`gitopslint affected --base {trail.commit.digits}` says why)",
            also,
        )

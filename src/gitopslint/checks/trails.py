"""How findings about today's releases name them, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.moves import IMPORTED, Course, incomplete
from gitopslint.model.document import KeyPath, dotted
from gitopslint.model.finding import Doubt, Offence, Related
from gitopslint.model.layer import Release
from gitopslint.model.rule import Level
from gitopslint.model.span import Span
from gitopslint.model.timeline import Run, Timeline, Trail

APART = (
    "the image is set outside the layers whose history is followed, or behind a symbolic link",
    "set it in a layer of each environment",
)
"""Why nothing is known of how some releases got where they are, and the way out."""


def followed(course: Course) -> tuple[tuple[Trail, Run], ...]:
    """Return today's releases whose history is known, each with the run that it is."""
    return course.followed


def offence(
    timeline: Timeline,
    trail: Trail,
    run: Run,
    reason: str,
    related: tuple[Related, ...] = (),
    at_most: Level | None = None,
) -> Offence:
    """Return an offence on the tag of today: which tag, since when, and what is wrong with that."""
    pending = run.landing.pending
    since = "with the pending change" if pending else f"since {run.landing}"
    return Offence(
        f"{_name(timeline, trail)} {'would run' if pending else 'runs'} {run.name!r} {since}: {reason}",
        tag_span(trail.release),
        related,
        _key_path(timeline, trail.release.environment),
        trail.release.environment,
        at_most,
        app=timeline.app,
    )


def place_of(timeline: Timeline, environment: str, note: str) -> tuple[Related, ...]:
    """Return today's tag of another environment as a related place; none where it runs nothing today."""
    trail = timeline.today.get(environment)
    release = trail.release if trail is not None else timeline.apart.get(environment)
    return (Related(tag_span(release), note),) if release is not None else ()


def doubts(timeline: Timeline) -> Iterator[Doubt]:
    """Yield a doubt for every release of today whose tag stands where no history is followed."""
    for release in timeline.apart.values():
        yield Doubt(*APART, tag_span(release))


def beginning(timeline: Timeline, trail: Trail, run: Run) -> Doubt | None:
    """Return the doubt that a release came with the first landing that is known; None for a later one."""
    if run.landing.start == "root":
        return Doubt(*IMPORTED, tag_span(trail.release))
    gap = incomplete(timeline, trail.release.environment)
    return Doubt(*gap, tag_span(trail.release)) if gap is not None else None


def tag_span(release: Release) -> Span:
    """Return where the tag of a release stands, or the digest where it has none."""
    node = release.tag or release.digest
    return node.span if node is not None else release.stack.span


def _name(timeline: Timeline, trail: Trail) -> str:
    """Name a release, with its key where an app has several images."""
    if len(timeline.contract.images) == 1:
        return str(trail.release)
    return f"{trail.release} ({dotted(_key_path(timeline, trail.release.environment))})"


def _key_path(timeline: Timeline, environment: str) -> KeyPath:
    paths = timeline.keys.paths(environment)
    return paths.get("tag") or paths.get("reference") or paths.get("digest") or ()

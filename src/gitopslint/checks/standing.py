"""How one environment stands to another: which of the two runs the newer build, and by how many."""

from __future__ import annotations

from collections.abc import Mapping

from gitopslint.checks.moves import IMPORTED, Course
from gitopslint.checks.trails import APART
from gitopslint.model.board import Relation, Standing
from gitopslint.model.timeline import Image

_NOTHING = {
    "absent": "runs nothing",
    "placeholder": "has a placeholder",
    "corrupt": "has a layer that cannot be read",
    "unread": "has a layer that this clone does not hold",
}


def standing(course: Course, environment: str, image: Image, against: str, other: Image) -> Standing:
    """Return how an environment with an image stands to another one with another image."""
    for name, one in ((environment, image), (against, other)):
        if one.state != "image":
            return Standing(against, "unknown", reason=f"{name} {_NOTHING[one.state]}")
    if course.build(image.name or "") == course.build(other.name or ""):
        differs = [
            part
            for part in ("repository", "digest")
            if None not in (pair := (getattr(image, part), getattr(other, part))) and pair[0] != pair[1]
        ]
        if not differs:
            return Standing(against, "same")
        return Standing(against, "diverged", reason=f"the same tag with another {' and '.join(differs)}")
    return _apart(course, environment, image, against, other)


def _apart(course: Course, environment: str, image: Image, against: str, other: Image) -> Standing:
    """Compare two builds by when each was first seen in either environment."""
    mine, theirs = (_builds(course, name) for name in (environment, against))
    first = mine | {build: min(position, mine.get(build, position)) for build, position in theirs.items()}
    here, there = (course.build(one.name or "") for one in (image, other))
    if here not in first or there not in first:
        return Standing(against, "unknown", reason=APART[0])
    if here in theirs and first[here] <= first[there]:
        return Standing(against, "behind", _since(theirs, first, here, there))
    if there in mine and first[there] <= first[here]:
        return Standing(against, "ahead", _since(mine, first, there, here))
    if here in theirs or there in mine:  # one of them went back to a build that the other never had
        newer: Relation = "ahead" if first[there] < first[here] else "behind"
        return Standing(against, newer, _since(mine | theirs, first, *sorted((here, there), key=first.__getitem__)))
    for name, build in ((environment, here), (against, there)):
        if (gap := course.gap(name)) is not None:
            return Standing(against, "unknown", reason=gap[0])
        if any(run.landing.start is not None and course.build(run.name) == build for run in course.runs[name]):
            return Standing(against, "unknown", reason=IMPORTED[0])
    return Standing(against, "diverged", reason=f"{environment} and {against} never ran each other's build")


def _builds(course: Course, environment: str) -> dict[str, int]:
    """Return the builds that an environment ran, each with the position of the landing that brought it first."""
    builds: dict[str, int] = {}
    for run in course.runs[environment]:
        builds.setdefault(course.build(run.name), run.landing.position)
    return builds


def _since(builds: Mapping[str, int], first: Mapping[str, int], older: str, newer: str) -> int:
    """Count the builds that came after the older one, up to the newer one."""
    between = sum(first[older] < first[build] <= first[newer] for build in builds)
    return max(1, between)  # both may have come with one landing

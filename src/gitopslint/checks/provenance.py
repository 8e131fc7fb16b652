"""Rules about what a tag stands for: one commit, which its landing contains, and one content for ever."""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.check import Outcome, check
from gitopslint.checks.moves import Course
from gitopslint.checks.trails import beginning, doubts, followed, offence, place_of, tag_span
from gitopslint.model.finding import Doubt
from gitopslint.model.landing import Commit, Landing
from gitopslint.model.timeline import Run, Timeline

_ELSEWHERE = (
    "no tag here names a commit of this repository, so the images seem to be built from another one",
    "say `commits: elsewhere` in the contract, or correct the tags",
)
_MOST_NEAR = 2


@check("unknown-tag-commit", over=Course)
def unknown_tag_commit(course: Course, _: object) -> Iterator[Outcome]:
    """The digits in a tag are the beginning of no commit."""
    timeline = course.timeline
    yield from _undecided(course)
    for trail, run in followed(course):
        commit = trail.commit
        if commit is None or commit.commits:
            continue
        if commit.elsewhere:
            yield Doubt(*_ELSEWHERE, tag_span(trail.release))
        elif (doubt := beginning(timeline, trail, run)) is not None:
            yield doubt
        elif commit.digits.isdigit():
            yield Doubt(
                f"{commit.digits} may be a commit or a number: no commit starts with it",
                "describe with `tag_patterns` in the contract how a tag carries its commit",
                tag_span(trail.release),
            )
        else:
            yield offence(
                timeline,
                trail,
                run,
                f"no commit of this repository starts with {commit.digits!r}{_near(commit.digits, commit.near)}; "
                f"release a tag that CI built from a commit of the main line",
            )


@check("foreign-tag-commit", over=Course)
def foreign_tag_commit(course: Course, _: object) -> Iterator[Outcome]:
    """The commit in a tag is no part of the landing that released it."""
    timeline = course.timeline
    yield from _undecided(course)
    for trail, run in followed(course):
        commit = trail.commit
        if commit is None or not commit.commits or commit.landed:
            continue
        if (doubt := beginning(timeline, trail, run)) is not None:
            yield doubt
            continue
        fate = "landed later" if commit.merged else "was never merged"
        yield offence(
            timeline,
            trail,
            run,
            f"its commit {commit.commits[0]} {fate}, so the image holds code that the main line did not; merge it, "
            f"build it there, and release that",
        )


@check("reused-tag", over=Course)
def reused_tag(course: Course, _: object) -> Iterator[Outcome]:
    """One tag stood for two contents."""
    timeline = course.timeline
    yield from doubts(timeline)
    for trail, run in followed(course):
        digests = _digests(timeline, run)
        if len(digests) > 1:
            (first, (where, since)), (second, (where_then, then)) = list(digests.items())[:2]
            yield offence(
                timeline,
                trail,
                run,
                f"the tag stood for {_short(first)} ({where}, since {since}) and for {_short(second)} ({where_then}, "
                f"since {then}): it was overwritten; build under a new tag",
                tuple(
                    place
                    for environment in dict.fromkeys((where, where_then))
                    if environment != trail.release.environment
                    for place in place_of(timeline, environment, f"{environment} ran it, too")
                ),
            )
        elif (gap := _gap(course)) is not None:
            yield Doubt(*gap, tag_span(trail.release))
        elif trail.commit is None and not digests and (earlier := _earlier(timeline, run)) is not None:
            if trail.since is None and trail.unknown is not None:
                yield Doubt(*trail.unknown, tag_span(trail.release))
            elif trail.since:
                yield offence(
                    timeline,
                    trail,
                    run,
                    f"it came back after other releases, and the sources have changed since it first came with "
                    f"{earlier.landing}; nothing in the tag tells that it is the same image: pin the digest, or put "
                    f"the commit into the tag",
                    (),
                    "warning",
                )


def _undecided(course: Course) -> Iterator[Doubt]:
    """Yield what keeps the commits of tags from being known."""
    timeline = course.timeline
    if timeline.contract.commits == "elsewhere":
        return
    for trail, _run in followed(course):
        if trail.commit is None and trail.unknown is not None:
            yield Doubt(*trail.unknown, tag_span(trail.release))
    yield from doubts(timeline)


def _gap(course: Course) -> tuple[str, str] | None:
    """Return why a part of the timeline is not known, in whatever environment."""
    return next((gap for one in course.timeline.environments if (gap := course.gap(one)) is not None), None)


def _digests(timeline: Timeline, run: Run) -> dict[str, tuple[str, Landing]]:
    """Return the digests for which a tag ever stood in the same repository, each with where and since when."""
    repository = run.images[-1][1].repository
    found: dict[str, tuple[str, Landing]] = {}
    for step in timeline.steps:
        for environment, image in step.images.items():
            if image.name == run.name and image.tag and image.digest and image.repository == repository:
                found.setdefault(image.digest, (environment, step.landing))
    return found


def _earlier(timeline: Timeline, run: Run) -> Run | None:
    """Return the first run of what runs again now; None where it never ran before."""
    ran = (one for environment in timeline.environments for one in timeline.runs(environment))
    gone = [one for one in ran if one.name == run.name and one.until is not None]
    before = [one for one in gone if one.until is not None and one.until.position < run.landing.position]
    return min(before, key=lambda one: one.landing.position, default=None)


def _near(digits: str, near: tuple[Commit, ...]) -> str:
    """Say which commits share the first digits only."""
    if not near:
        return ""
    shared = max(_shared(digits, commit.id) for commit in near)
    nearest = [commit for commit in near if _shared(digits, commit.id) == shared]
    named = " and ".join(map(str, nearest[:_MOST_NEAR]))
    return f" (only the first {shared} digits are those of {named})"


def _shared(one: str, other: str) -> int:
    return next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), len(one))


def _short(digest: str) -> str:
    algorithm, _, encoded = digest.partition(":")
    return f"{algorithm}:{encoded[:12]}…" if len(encoded) > 12 else digest

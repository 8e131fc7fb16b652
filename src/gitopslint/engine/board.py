"""The promotion board, made of the timelines that a run judges anyway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitopslint.checks.moves import Course
from gitopslint.checks.standing import standing
from gitopslint.checks.trails import APART
from gitopslint.engine.history import chapter
from gitopslint.engine.selection import Selection
from gitopslint.model.board import Arrival, Board, Change, Deployment, Doubtful, Track
from gitopslint.model.contract import ImageKeys
from gitopslint.model.document import Node
from gitopslint.model.landing import Landing
from gitopslint.model.layer import App, Release, Stack
from gitopslint.model.move import Chapter
from gitopslint.model.shown import spoken
from gitopslint.model.tag import placeholder_tag
from gitopslint.model.timeline import ABSENT, Image

NOT_READ = ("the history was not read, because no rule that ran asks for it", "run the rules about promotion as well")


def track(app: App, course: Course, selection: Selection) -> Track:
    """Return one image of an app with its history; of the app itself nothing is kept."""
    timeline = course.timeline
    told = chapter(course, selection)
    arrivals = tuple(_arrivals(told))
    images = told.rows[-1].images if told.rows else {}
    # A new digest under its tag is not how a build got here.
    newest = {
        change.environment: (one.landing, change)
        for one in arrivals
        for change in one.changes
        if change.kind != "new digest"
    }
    deployments: list[Deployment] = []
    for environment in timeline.environments:
        one = Deployment(environment, images.get(environment, ABSENT), files=_files(app, environment))
        trail = timeline.today.get(environment)
        if trail is None and (release := timeline.apart.get(environment)) is not None:
            one = one._replace(image=_written(release), doubt=APART)
        elif (last := newest.get(environment)) is not None:
            landing, change = last
            one = one._replace(landing=landing, kind=change.kind, level=change.level, doubt=change.doubt)
            if trail is not None and trail.commit is not None and len(trail.commit.commits) == 1:
                one = one._replace(commit=trail.commit.commits[0].id)
        earlier = {before.environment: before for before in deployments}
        if (nearest := next(iter(timeline.before(environment)), None)) is not None:
            before = earlier[nearest]
            stands = standing(course, environment, one.image, before.environment, before.image)
            one = one._replace(standing=stands)
        deployments.append(one)
    shown = tuple(one._replace(image=one.image.presentable) for one in deployments)
    return Track(told.app, told.image, shown, arrivals)


def untold(app: App, doubt: Doubtful = NOT_READ) -> Iterator[Track]:
    """Yield the images of an app whose history is not known: what it runs today is."""
    contract = app.contract
    for keys in contract.images:
        deployments = tuple(
            Deployment(
                stack.environment,
                _today(app, stack, keys).presentable,
                files=_files(app, stack.environment),
                doubt=doubt,
            )
            for stack in app.stacks
        )
        yield Track(app.name, keys.name if len(contract.images) > 1 else None, deployments, (), doubt)


def board_of(tracks: Iterable[Track], environments: tuple[str, ...], scope: str) -> Board:
    """Return the board, or the part of it that has files within a scope."""
    found = [one for track in tracks if (one := _within(track, scope) if scope else track) is not None]
    return Board(environments, tuple(sorted(found, key=lambda one: (one.app, one.image or ""))))


def _within(track: Track, scope: str) -> Track | None:
    kept = []
    folder = scope.rstrip("/") + "/"
    for deployment in track.deployments:
        inside = [file == scope or file.startswith(folder) for file in deployment.files]
        if any(inside):
            kept.append(deployment._replace(covered=all(inside)))
    if not kept:
        return None
    names = {deployment.environment for deployment in kept}
    arrivals = (
        one._replace(changes=tuple(change for change in one.changes if change.environment in names))
        for one in track.arrivals
    )
    return track._replace(deployments=tuple(kept), arrivals=tuple(one for one in arrivals if one.changes))


def _arrivals(told: Chapter) -> Iterator[Arrival]:
    for row in told.rows:
        changes = tuple(
            Change(move.environment, move.kind, move.image.presentable, row.levels.get(move.environment), move.doubt)
            for move in row.moves
        )
        if changes:
            yield Arrival(_told(row.landing), changes)


def _told(landing: Landing) -> Landing:
    """Return a landing as it may be shown: people write what they should not into subjects of commits.

    The time of the pending change is that of the run, which a report does not know.
    """
    time = 0 if landing.pending else landing.time
    return landing._replace(time=time, author=spoken(landing.author), subject=spoken(landing.subject))


def _files(app: App, environment: str) -> tuple[str, ...]:
    """Return the files that an environment of an app is made of."""
    found: dict[str, None] = {}
    for stack in app.stacks:
        if stack.environment == environment:
            found |= {layer.path: None for layer in stack.layers}
            if stack.application is not None:
                found[stack.application.path] = None
    return tuple(found)


def _today(app: App, stack: Stack, keys: ImageKeys) -> Image:
    for release in app.releases:
        if release.keys == keys and release.environment == stack.environment:
            return _written(release)
    return Image("corrupt") if stack.values is None else ABSENT


def _written(release: Release) -> Image:
    """Return the image that a release names today."""
    tag, _, digest = _text(release.tag).partition("@")
    digest = _text(release.digest) or digest
    if not tag and not digest:
        return ABSENT
    repository = "/".join(filter(None, (_text(release.registry), _text(release.repository))))
    return Image("placeholder" if placeholder_tag(tag) else "image", repository or None, tag or None, digest or None)


def _text(node: Node | None) -> str:
    return node.text if node is not None and node.is_scalar and node.value is not None else ""

"""The promotion board as a part of the JSON report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gitopslint.model.board import Arrival, Change, Deployment, Doubtful, Relation, Standing, Track
from gitopslint.model.finding import Report, Verdict
from gitopslint.model.judgement import Judgement, judgements
from gitopslint.model.landing import Landing, Start
from gitopslint.model.move import Kind
from gitopslint.model.rule import Level
from gitopslint.model.timeline import Image, State
from gitopslint.reporters.escape import encodable, visible


@dataclass(frozen=True, slots=True)
class DoubtEntry:
    """Why something is not known, and what would make it known."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """What the layers of an environment name. What looks like a credential is left out."""

    state: State
    repository: str | None
    tag: str | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class LandingEntry:
    """A step of the main line. `commit` and `time` are null for the change that has not landed yet.

    `time` is in seconds since 1970 (UTC). `start` says why nothing is known from before it.
    """

    commit: str | None
    time: int | None
    author: str
    subject: str
    merge: bool
    start: Start | None


@dataclass(frozen=True, slots=True)
class StandingEntry:
    """How an environment stands to the one before it, and by how many builds."""

    against: str
    relation: Relation
    builds: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeploymentEntry:
    """One environment of an app today: what it runs, what brought that, and what the report says about it.

    `error`, `warning`, `note` and `undecided` count what concerns it. `covered` is false where the report is about a
    part of its `files` only; then it never passes.
    """

    environment: str
    verdict: Verdict
    error: int
    warning: int
    note: int
    undecided: int
    image: ImageEntry
    commit: str | None
    landing: LandingEntry | None
    kind: Kind | None
    level: Level | None
    standing: StandingEntry | None
    files: list[str]
    covered: bool
    doubt: DoubtEntry | None


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """What a landing did to one environment, and the level of the rule about promotion that this breaks."""

    environment: str
    kind: Kind
    level: Level | None
    image: ImageEntry
    doubt: DoubtEntry | None


@dataclass(frozen=True, slots=True)
class ArrivalEntry(LandingEntry):
    """A landing with its changes to one app."""

    changes: list[ChangeEntry]


@dataclass(frozen=True, slots=True)
class TrackEntry:
    """One image of an app through its environments; `image` is its key path where an app has several.

    `landings` start with the oldest; `doubt` says why there are none.
    """

    app: str
    image: str | None
    environments: list[DeploymentEntry]
    landings: list[ArrivalEntry]
    doubt: DoubtEntry | None


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """Apps and environments: what runs where, and how it got there. Environments are in the order of promotion."""

    environments: list[str]
    apps: list[TrackEntry]


def board_entry(report: Report) -> BoardEntry | None:
    """Return the board of a report; None where it has none."""
    if report.board is None:
        return None
    judged = judgements(report)
    tracks = [_track(track, judged, report.prefix) for track in report.board.tracks]
    return BoardEntry([encodable(name) for name in report.board.environments], tracks)


def _track(track: Track, judged: Mapping[tuple[str, str], Judgement], prefix: str) -> TrackEntry:
    return TrackEntry(
        encodable(track.app),
        None if track.image is None else visible(track.image),
        [_deployment(one, judged[track.app, one.environment], prefix) for one in track.deployments],
        [_arrival(one) for one in track.arrivals],
        _doubt(track.doubt),
    )


def _deployment(one: Deployment, judged: Judgement, prefix: str) -> DeploymentEntry:
    return DeploymentEntry(
        encodable(one.environment),
        judged.verdict,
        judged.error,
        judged.warning,
        judged.note,
        judged.undecided,
        _image(one.image),
        one.commit,
        None if one.landing is None else LandingEntry(*_landing(one.landing)),
        one.kind,
        one.level,
        _standing(one.standing),
        [encodable(prefix + file) for file in one.files],
        one.covered,
        _doubt(one.doubt),
    )


def _standing(standing: Standing | None) -> StandingEntry | None:
    if standing is None:
        return None
    return StandingEntry(encodable(standing.against), standing.relation, standing.builds, visible(standing.reason))


def _arrival(arrival: Arrival) -> ArrivalEntry:
    return ArrivalEntry(*_landing(arrival.landing), changes=[_change(one) for one in arrival.changes])


def _landing(landing: Landing) -> tuple[str | None, int | None, str, str, bool, Start | None]:
    # The pending change has no time of its own: that of the run would change the report from run to run.
    when = None if landing.pending else landing.time
    said = (visible(landing.author), visible(landing.subject))
    return landing.id or None, when, *said, landing.merge, landing.start


def _change(change: Change) -> ChangeEntry:
    return ChangeEntry(
        encodable(change.environment), change.kind, change.level, _image(change.image), _doubt(change.doubt)
    )


def _image(image: Image) -> ImageEntry:
    return ImageEntry(image.state, *(None if text is None else visible(text) for text in image[1:]))


def _doubt(doubt: Doubtful | None) -> DoubtEntry | None:
    return None if doubt is None else DoubtEntry(visible(doubt[0]), visible(doubt[1]))

"""What a change affects, for people and as JSON.

The classes below are the JSON. `schemas/affected.schema.json` is generated from them, docstrings included. A field that
is renamed, removed or gets another meaning needs a new version; a new field does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from gitopslint.model.affected import Affected, Cause, CauseKind, Reason, RolloutKind
from gitopslint.reporters.escape import encodable, visible

_VERSION: Literal[1] = 1
_MOST_FILES = 3
_SPOKEN: dict[CauseKind, str] = {
    "source": "its own files",
    "package": "a package that it depends on",
    "shared": "shared by all builds",
    "lockfile": "other dependencies",
    "undecided": "undecided, so it counts",
    "beginning": "everything",
}


@dataclass(frozen=True, slots=True)
class CauseEntry:
    """A changed file that makes an image worth building anew. The path starts at the top of the git repository.

    `via` are the packages on the way to the one that holds the file.
    """

    kind: CauseKind
    path: str
    detail: str
    via: list[str]


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """The image of an app that is to be built, and why."""

    app: str
    causes: list[CauseEntry]


@dataclass(frozen=True, slots=True)
class ReasonEntry:
    """Why something is rolled out. `before`: the place is in the base, because it is gone."""

    kind: RolloutKind
    detail: str
    path: str
    line: int
    column: int
    before: bool


@dataclass(frozen=True, slots=True)
class RolloutEntry:
    """An app in an environment that the change deploys anew, and why."""

    app: str
    environment: str
    reasons: list[ReasonEntry]


@dataclass(frozen=True, slots=True)
class DoubtEntry:
    """What could not be decided, and what would decide it. It counts as affected."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class AffectedEntry:
    """What a change affects. `base` is the commit that it was compared with; null for a first commit.

    `prefix` leads from the top of the git repository to the folder of the contract.
    """

    version: Literal[1]
    base: str | None
    prefix: str
    images: list[ImageEntry]
    rollouts: list[RolloutEntry]
    undecided: list[DoubtEntry]


def render_json(affected: Affected) -> str:
    """Return what a change affects as JSON."""
    entry = AffectedEntry(
        _VERSION,
        affected.base,
        encodable(affected.prefix),
        [
            ImageEntry(encodable(image.app), [_cause(one, affected.prefix) for one in image.causes])
            for image in affected.images
        ],
        [
            RolloutEntry(
                encodable(rollout.app),
                rollout.environment,
                [_reason(one, affected.prefix) for one in rollout.reasons],
            )
            for rollout in affected.rollouts
        ],
        [DoubtEntry(encodable(reason), remedy) for reason, remedy in affected.undecided],
    )
    return json.dumps(asdict(entry), indent=2, ensure_ascii=False) + "\n"


def render_text(affected: Affected) -> str:
    """Return what a change affects, each thing with its reasons."""
    return _visible(_lines(affected))


def _visible(lines: Iterable[str]) -> str:
    """Return lines of text in which nothing hides."""
    return "".join(f"{visible(line)}\n" for line in lines)


def _lines(affected: Affected) -> Iterator[str]:
    since = "a first commit" if affected.base is None else f"since {affected.base[:8]}"
    yield f"images to build ({since}): {len(affected.images)} of {affected.apps}"
    for image in affected.images:
        yield f"  {image.app}"
        yield from _of_image(image.causes, affected.prefix)
    yield f"rollouts: {len(affected.rollouts)}"
    for rollout in affected.rollouts:
        yield f"  {rollout.app} in {rollout.environment}"
        for reason in rollout.reasons:
            place = f"{affected.prefix}{reason.span}{' in the base' if reason.before else ''}"
            yield f"    {reason.kind}: {reason.detail} ({place})"
    if affected.undecided:
        yield "undecided:"
        for doubt, remedy in affected.undecided:
            yield f"  {doubt}"
            yield f"    to decide it: {remedy}"


def _of_image(causes: Sequence[Cause], prefix: str) -> Iterator[str]:
    for kind, spoken in _SPOKEN.items():
        alike = [one for one in causes if one.kind == kind]
        for one in alike[:_MOST_FILES]:
            about = " → ".join(one.via) if one.via else one.detail
            path = f"{prefix}{one.path}" if one.path else ""
            yield f"    {spoken}: {path}{f' ({about})' if path and about else about}"
        if len(alike) > _MOST_FILES:
            yield f"    {spoken}: {len(alike) - _MOST_FILES} more"


def _cause(cause: Cause, prefix: str) -> CauseEntry:
    path = f"{prefix}{cause.path}" if cause.path else ""
    return CauseEntry(cause.kind, encodable(path), encodable(cause.detail), [encodable(one) for one in cause.via])


def _reason(reason: Reason, prefix: str) -> ReasonEntry:
    span = reason.span
    return ReasonEntry(
        reason.kind, encodable(reason.detail), encodable(prefix + span.path), span.line, span.column, reason.before
    )

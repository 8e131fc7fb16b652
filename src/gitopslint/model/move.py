"""What a landing did to an environment, and the history of an app as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from gitopslint.model.landing import Landing
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Level
from gitopslint.model.timeline import Image, Run

Kind = Literal[
    "first release",
    "release",
    "promotion",
    "skipped environment",
    "simultaneous",
    "divergent",
    "rollback",
    "sync back",
    "restored",
    "new digest",
    "imported",
    "placeholder",
    "corrupt",
    "removed",
    "undecided",
]


class Move(NamedTuple):
    """What one landing did to one environment.

    `run` is the build that it brought, or where it brought none, the `image` that stands there now. `before` is the
    build that ran until then. `gate` is the environment that should have run it earlier, `evidence` its run of this
    build or of one that differs by the environment only, `soak` the seconds for which it ran there. `doubt` is why
    the kind is undecided, and what would decide it.
    """

    landing: Landing
    environment: str
    kind: Kind
    image: Image
    run: Run | None = None
    before: Run | None = None
    gate: str | None = None
    evidence: Run | None = None
    soak: int | None = None
    doubt: tuple[str, str] | None = None


class Row(NamedTuple):
    """One landing of a chapter. `images` are what all environments run from then, `moves` what it did to them.

    `levels` are those of the moves that break a rule, by environment.
    """

    landing: Landing
    images: Mapping[str, Image]
    moves: tuple[Move, ...]
    levels: Mapping[str, Level]


class Chapter(NamedTuple):
    """The history of one image of an app. `image` names it where an app has several. `undecided` is why it is short."""

    app: str
    image: str | None
    environments: tuple[str, ...]
    rows: tuple[Row, ...]
    undecided: tuple[str, str] | None = None

"""The promotion board: what every environment of every app runs, how it got there, and how far it is behind."""

from __future__ import annotations

from typing import Literal

from gitopslint.model.landing import Landing
from gitopslint.model.move import Kind
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Level
from gitopslint.model.timeline import Image

Relation = Literal["same", "behind", "ahead", "diverged", "unknown"]

Doubtful = tuple[str, str]
"""Why something is not known, and what would make it known."""


class Standing(NamedTuple):
    """How an environment stands to the one before it in the order of promotion, `against`.

    `builds`: how many builds it is behind or ahead, as far as the history tells them. `reason` says why it is unknown
    or diverged.
    """

    against: str
    relation: Relation
    builds: int = 0
    reason: str = ""


class Deployment(NamedTuple):
    """One environment of an app as it is today.

    `landing` brought it, by a move of this `kind`; `level` is that of the rule about promotion which the move breaks.
    `commit` is what the tag stands for. `files` are those that it is made of. `covered`: the report is about all of
    them. `doubt` is what is not known of how it got here.
    """

    environment: str
    image: Image
    landing: Landing | None = None
    kind: Kind | None = None
    level: Level | None = None
    commit: str | None = None
    standing: Standing | None = None
    files: tuple[str, ...] = ()
    covered: bool = True
    doubt: Doubtful | None = None


class Change(NamedTuple):
    """What a landing did to one environment: the image that stands there from then on, and the kind of the move."""

    environment: str
    kind: Kind
    image: Image
    level: Level | None = None
    doubt: Doubtful | None = None


class Arrival(NamedTuple):
    """A landing with all its changes to the environments of one app."""

    landing: Landing
    changes: tuple[Change, ...]


class Track(NamedTuple):
    """One image of an app through its environments. `image` names it where an app has several.

    `arrivals` are its landings, the oldest first. `doubt` says why there are none.
    """

    app: str
    image: str | None
    deployments: tuple[Deployment, ...]
    arrivals: tuple[Arrival, ...] = ()
    doubt: Doubtful | None = None

    def __str__(self) -> str:
        return self.app if self.image is None else f"{self.app} ({self.image})"


class Board(NamedTuple):
    """All tracks by app, and the environments of the contract in the order of promotion.

    Texts that people wrote, such as subjects of commits, hold no credentials any more.
    """

    environments: tuple[str, ...]
    tracks: tuple[Track, ...]

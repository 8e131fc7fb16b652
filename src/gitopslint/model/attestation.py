"""What git tells about one release, to be kept as evidence: how its image got into each environment."""

from __future__ import annotations

from typing import Literal

from gitopslint.model.finding import Verdict
from gitopslint.model.move import Move
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Level

SourceStatus = Literal["landed", "foreign", "ambiguous", "unknown", "elsewhere", "none"]
"""`landed`: the first landing of the release contains the commit. `foreign`: it does not. `ambiguous`: several commits
start so. `unknown`: no commit does. `elsewhere`: the code is in another repository. `none`: the tag carries none."""


class Source(NamedTuple):
    """The commit from which a build says that it was made."""

    status: SourceStatus
    commit: str | None = None
    digits: str | None = None


class Judgement(NamedTuple):
    """A rule that a release breaks, or that has no verdict on it: in which environment, by which landing, and why."""

    rule: str
    verdict: Verdict
    environment: str
    landing: str
    level: Level | None = None
    reason: str | None = None


class Attested(NamedTuple):
    """One build of one app. `moves` are what brought it anywhere, the oldest first; `digests` those it ever had.

    `image` is its key where an app has several, `rules` those that were held against it.
    """

    app: str
    image: str | None
    repository: str | None
    tag: str | None
    digests: tuple[str, ...]
    source: Source
    moves: tuple[Move, ...]
    rules: tuple[str, ...]
    judgements: tuple[Judgement, ...]

    @property
    def verdict(self) -> Verdict:
        """A violation when any rule is broken by more than a note, undecided when any has no verdict, else pass."""
        verdicts = {one.verdict for one in self.judgements if one.level != "note"}
        return "violation" if "violation" in verdicts else "undecided" if verdicts else "pass"


class Grounds(NamedTuple):
    """What evidence rests on: the newest commit of the main line, and the contract there.

    `contract` is its path from the top of the repository, `digest` the SHA-256 of its bytes; both are None for the
    default contract.
    """

    head: str
    contract: str | None
    digest: str | None
    tool: str

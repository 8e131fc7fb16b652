"""The definition of done of a release, and what the live systems say about it.

Facts come from the loaders, verdicts from `checks/done.py`. Fields of facts that a system did not tell are None.
"""

from __future__ import annotations

from typing import Literal

from gitopslint.model.namedtuple import NamedTuple

Verdict = Literal["pass", "fail", "undecided"]
Criterion = Literal["recorded", "published", "deployed", "migrated", "serving"]

CRITERIA: dict[Criterion, str] = {
    "recorded": "the tag is recorded in git",
    "published": "the image is in its registry",
    "deployed": "Argo CD has it Synced and Healthy",
    "migrated": "its migrations succeeded",
    "serving": "its hosts answer",
}
"""The lines of the definition of done, in their order."""


class Line(NamedTuple):
    """One verdict with its evidence. `remedy` says what would decide it or mend it.

    `settled`: asking again changes nothing.
    """

    criterion: Criterion
    verdict: Verdict
    message: str
    evidence: tuple[str, ...] = ()
    remedy: str = ""
    settled: bool = False


class Verification(NamedTuple):
    """All lines for one app in one environment. `images` are those that should run, `skipped` what nobody asked."""

    app: str
    environment: str
    images: tuple[str, ...]
    lines: tuple[Line, ...]
    skipped: tuple[Criterion, ...] = ()

    def count(self, verdict: Verdict) -> int:
        """Return how many lines have a verdict."""
        return sum(line.verdict == verdict for line in self.lines)


class Trouble(NamedTuple):
    """Why a system gave no answer, and the way out."""

    reason: str
    remedy: str = ""


class Record(NamedTuple):
    """What a tag once stood for: `where` says who saw it."""

    image: str
    digest: str
    where: str


class Publication(NamedTuple):
    """What a registry says of one image. `image` is `repository:tag` as it is deployed, `host` the registry.

    `digest` is what the tag stands for now, `pinned` what the release says that it is. `absent`: no such image.
    """

    image: str
    host: str
    digest: str | None = None
    pinned: str | None = None
    absent: bool = False
    trouble: Trouble | None = None


JobState = Literal["succeeded", "failed", "running", "unknown"]


class Job(NamedTuple):
    """A Job, or a hook of a sync, as the cluster tells it."""

    name: str
    state: JobState
    message: str = ""
    hook: bool = False
    images: tuple[str, ...] = ()
    owner: str | None = None
    """The Application that it belongs to, where it says so."""


class Live(NamedTuple):
    """An Argo CD Application as it is in the cluster. `phase` is that of its last sync."""

    name: str
    sync: str | None = None
    health: str | None = None
    health_message: str = ""
    revisions: tuple[str, ...] = ()
    phase: str | None = None
    phase_message: str = ""
    images: tuple[str, ...] = ()
    hooks: tuple[Job, ...] = ()


class Visit(NamedTuple):
    """What one address answered: each hop with its status. `loop`: a redirect led back, or there were too many."""

    url: str
    hops: tuple[tuple[str, int], ...] = ()
    loop: bool = False
    trouble: Trouble | None = None
    unknown_host: bool = False
    """Whether its name means nothing here, so that nothing was asked."""

"""What the environments of an app were told to run, landing by landing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from gitopslint.model.contract import Contract, ImageKeys
from gitopslint.model.landing import Commit, FileChange, Landing
from gitopslint.model.layer import Release
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.shown import showable

State = Literal["image", "placeholder", "absent", "corrupt", "unread"]
"""`corrupt`: a layer that Helm would refuse. `unread`: the clone does not hold its content."""


class Image(NamedTuple):
    """What the layers of one environment said at one time."""

    state: State
    repository: str | None = None
    tag: str | None = None
    digest: str | None = None

    @property
    def name(self) -> str | None:
        """What tells one build from another: the tag, or the digest where there is none."""
        return (self.tag or self.digest) if self.state == "image" else None

    @property
    def presentable(self) -> Image:
        """The same without texts that look like credentials: they stand where a tag belongs, too."""
        repository, tag, digest = (_presentable(part, getattr(self, part)) for part in ("repository", "tag", "digest"))
        return Image(self.state, repository, tag, digest)

    @property
    def label(self) -> str:
        """What it is called, of which the same holds."""
        digest = None if self.tag else _presentable("digest", self.digest)
        return str(Image(self.state, None, _presentable("tag", self.tag), digest))

    def __str__(self) -> str:
        return self.name or {"placeholder": self.tag or "", "absent": ""}.get(self.state, self.state)


def _presentable(part: str, text: str | None) -> str | None:
    return text if text is None or showable(("image", part), text) else f"(a text of {len(text)} characters)"


ABSENT, CORRUPT, UNREAD = Image("absent"), Image("corrupt"), Image("unread")


class Step(NamedTuple):
    """A landing that changed what at least one environment runs: those environments, with what they run from then."""

    landing: Landing
    images: Mapping[str, Image]


class Run(NamedTuple):
    """The time in which one environment ran one build, gaps included that end with the same build.

    `landing` brought it, `until` replaced it. `images` are its images in turn; more than one when the digest or the
    repository changed under the same tag.
    """

    landing: Landing
    images: tuple[tuple[Landing, Image], ...]
    until: Landing | None = None

    @property
    def image(self) -> Image:
        """What it ran at first."""
        return self.images[0][1]

    @property
    def name(self) -> str:
        """The tag or digest that it ran."""
        return self.image.name or ""


class TagCommit(NamedTuple):
    """What the digits in a tag stand for.

    `commits` are all that start with them, `near` those that share only the first digits. `landed`: the landing that
    released the tag contains it; `merged`: it landed, be it later. `elsewhere`: no tag of the repository names a
    commit of it, so that says nothing.
    """

    digits: str
    commits: tuple[Commit, ...]
    near: tuple[Commit, ...] = ()
    landed: bool = False
    merged: bool = False
    elsewhere: bool = False


class Freshness(NamedTuple):
    """How far the main line has moved on since a build: in what the image is built from.

    `built` is the position of the first landing that contains the commit of the build, `landings` how many have
    changed a build input since, `newest` the last one of them.
    """

    built: int
    landings: int = 0
    newest: Landing | None = None


class Trail(NamedTuple):
    """What is known of today's release of one environment beyond its tag; None is not known.

    `commit` is what its tag stands for; None for a tag without a commit of this repository. `others` are the files
    that its landing changed beside release layers, `sources` those of them that the image is built from. In a merge,
    `beyond` are the sources that changed behind the commit of the tag. Where the build ran before, `migrations` were
    added or removed between it and the build that it replaced, and `since` are the sources that changed from its
    first landing to this one. `freshness` is known where a rule asks for it and the commit has landed. `unknown` is
    what kept the rest from being known, with the way out.
    """

    release: Release
    commit: TagCommit | None = None
    others: tuple[FileChange, ...] | None = None
    sources: tuple[FileChange, ...] | None = None
    beyond: tuple[FileChange, ...] | None = None
    migrations: tuple[FileChange, ...] | None = None
    since: tuple[FileChange, ...] | None = None
    freshness: Freshness | None = None
    unknown: tuple[str, str] | None = None

    @property
    def built_from(self) -> str | None:
        """The commit of the build, where it has landed and the tag names exactly one."""
        commit = self.commit
        return commit.commits[0].id if commit is not None and commit.landed and len(commit.commits) == 1 else None


class Timeline(NamedTuple):
    """One image of one app through history.

    `environments` are those of the app in the order of promotion, `steps` the landings, the oldest first. `former` are
    the paths from the top of the repository under which its layers ever stood. `cut_off`: what was before the first
    step is not in this clone. `current` are the environments in which the app is today, `untouched` those that a merge
    request leaves as they were where it forked. `today` holds the releases whose tag stands in a layer that the
    history follows, `apart` the others.
    """

    app: str
    keys: ImageKeys
    environments: tuple[str, ...]
    steps: tuple[Step, ...]
    contract: Contract
    former: frozenset[str] = frozenset()
    cut_off: bool = False
    current: frozenset[str] = frozenset()
    untouched: frozenset[str] = frozenset()
    today: Mapping[str, Trail] = MappingProxyType({})
    apart: Mapping[str, Release] = MappingProxyType({})

    @property
    def environment(self) -> None:
        """A timeline spans all environments."""
        return

    def before(self, environment: str) -> tuple[str, ...]:
        """Return the environments of the app through which a tag comes to one, the nearest first."""
        return tuple(one for one in self.contract.before(environment) if one in self.environments)

    def runs(self, environment: str) -> tuple[Run, ...]:
        """Return what an environment ran, the oldest run first."""
        return tuple(runs(self.steps, environment))

    def __str__(self) -> str:
        return f"the timeline of {self.app}"


def runs(steps: tuple[Step, ...], environment: str) -> Iterator[Run]:
    """Yield what an environment ran, the oldest run first."""
    current: Run | None = None
    for step in steps:
        image = step.images.get(environment)
        if image is None:
            continue
        if image.state != "image":
            continue
        if current is not None and current.name == image.name:
            images = current.images
            if images[-1][1] != image:
                images = (*images, (step.landing, image))
            current = current._replace(images=images)
        else:
            if current is not None:
                yield current._replace(until=step.landing)
            current = Run(step.landing, ((step.landing, image),))
    if current is not None:
        yield current

"""What a change affects: the images that it makes worth building anew, and what it rolls out."""

from __future__ import annotations

from typing import Literal

from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span

CauseKind = Literal["source", "package", "shared", "lockfile", "undecided", "beginning"]
"""`source`: a file of the app itself. `package`: one of a package that it depends on. `shared`: one that all builds
use. `lockfile`: other dependencies are installed. `undecided`: nobody can tell, so it counts. `beginning`: there is
nothing to compare with."""

RolloutKind = Literal["release", "env", "values", "chart", "application", "new", "removed", "undecided", "beginning"]
"""`release`, `env`: the layer that sets another value. `values`: any other place that sets one. `chart`: what renders
the values. `application`: how Argo CD deploys it. `new`, `removed`: the app enters or leaves the environment."""


class Cause(NamedTuple):
    """One file that makes an image worth building anew, relative to the root. `via` are the packages on the way."""

    kind: CauseKind
    path: str
    detail: str = ""
    via: tuple[str, ...] = ()


class AffectedImage(NamedTuple):
    """The image of an app, and why it is to be built."""

    app: str
    causes: tuple[Cause, ...]


class Reason(NamedTuple):
    """Why something is rolled out. `span` is the place; `before`: the place is one of the base."""

    kind: RolloutKind
    detail: str
    span: Span
    before: bool = False


class Rollout(NamedTuple):
    """One app in one environment that a change deploys anew."""

    app: str
    environment: str
    reasons: tuple[Reason, ...]


class Affected(NamedTuple):
    """Everything that a change affects, in a fixed order. `base` is the commit that it was compared with.

    `prefix` leads from the top of the git repository to the root, from which all paths start. `apps` is how many apps
    there are. `undecided` says what nobody could tell, with a way out; it counts as affected.
    """

    base: str | None
    images: tuple[AffectedImage, ...]
    rollouts: tuple[Rollout, ...]
    undecided: tuple[tuple[str, str], ...] = ()
    prefix: str = ""
    apps: int = 0

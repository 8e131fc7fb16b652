"""What is loaded, checked and forgotten together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gitopslint.model.application import Application, Undecidable
from gitopslint.model.document import Document
from gitopslint.model.finding import Unread
from gitopslint.model.layer import App, Layer, Manifest
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platform import Build, Misplaced, Unused
from gitopslint.model.secret import TextFile
from gitopslint.model.sops import SopsFile, SopsGap
from gitopslint.model.span import Span


class Unit(NamedTuple):
    """What is loaded, checked and forgotten together, so that memory does not grow with the repository."""

    app: App | None = None
    layers: tuple[Layer, ...] = ()
    applications: tuple[Application | Undecidable, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    documents: tuple[Document, ...] = ()
    unread: tuple[Unread, ...] = ()
    sops: tuple[SopsFile | SopsGap, ...] = ()
    builds: tuple[Build, ...] = ()
    misplaced: tuple[Misplaced, ...] = ()
    unused: tuple[Unused, ...] = ()
    texts: tuple[TextFile, ...] = ()
    """Files that are no YAML documents: findings may point into them, and secrets may stand in them."""
    secret_spans: tuple[Span, ...] = ()
    """What no excerpt may show."""


class Task(NamedTuple):
    """Units that are loaded at one go.

    `name` is one of a kind and stays the same from run to run. `own` are the files that no other task reads; whatever
    else is read belongs to the repository as a whole. `masks`: its units tell what no excerpt may show, so every run
    has to load them, whatever else it looks at.
    """

    name: str
    load: Callable[[], Iterable[Unit]]
    app: str | None = None
    own: tuple[str, ...] = ()
    masks: bool = False


Mine = Callable[[str], bool]
"""Whether an app, or a file of no app, belongs to a share of the work; the empty name stands for what has no name."""


def all_mine(_: str) -> bool:
    """The share of who does everything."""
    return True

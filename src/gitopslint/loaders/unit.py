"""What is loaded, checked and forgotten together."""

from __future__ import annotations

from gitopslint.model.application import Application, Undecidable
from gitopslint.model.document import Document
from gitopslint.model.finding import Unread
from gitopslint.model.layer import App, Layer, Manifest
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platform import Build, Unused
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
    unused: tuple[Unused, ...] = ()
    texts: tuple[TextFile, ...] = ()
    """Files that are no YAML documents: findings may point into them, and secrets may stand in them."""
    secret_spans: tuple[Span, ...] = ()
    """What no excerpt may show."""

"""What rules across stacks and files look at, without holding on to any document."""

from __future__ import annotations

from gitopslint.model.document import KeyPath
from gitopslint.model.finding import Related
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.scalars import Scalar
from gitopslint.model.span import Span


class Claim(NamedTuple):
    """One app in one environment uses a value. `shown` is what a message may say of it."""

    app: str
    environment: str
    path: KeyPath
    value: Scalar
    shown: str
    span: Span
    related: tuple[Related, ...] = ()

    def __str__(self) -> str:
        return f"{self.app} in {self.environment}"


class FileList(NamedTuple):
    """The files of a repository by path, whatever they hold."""

    paths: tuple[str, ...]
    app: None = None
    environment: None = None

    def __str__(self) -> str:
        return "the files of the repository"

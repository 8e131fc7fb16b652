"""Secrets in files: what they look like, what is looked at, and what may be said of one that was found."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gitopslint.model.document import Document, KeyPath
from gitopslint.model.span import Span

SECRET_RULES = (
    "plaintext-secret",
    "secret-in-values",
    "high-entropy-value",
    "secret-manifest",
    "secret-ref-with-value",
    "committed-env-file",
    "public-secret",
)
"""The rules that look for secrets."""


class Pattern(NamedTuple):
    """The shape of one kind of credential.

    `what` names it in a message, with its article. `find` is a regular expression that starts with one of the
    `keywords`, or at most `before` characters ahead of it; where it has a group, only that is the secret. `check`
    names what else must hold. `browser`: it is meant to reach browsers under a name that does.
    """

    name: str
    what: str
    keywords: tuple[str, ...]
    find: str
    before: int = 0
    check: str = ""
    browser: bool = False


class TextFile(NamedTuple):
    """A file of text. `document` is there where it is YAML and was parsed, read up to its first problem."""

    path: str
    text: str
    document: Document | None = None
    limit: str | None = None
    """Why nobody read it, where it is beyond what gitopslint reads."""


class Hidden(NamedTuple):
    """A secret, without the secret: what it is, in words with an article, and how long it is."""

    kind: str
    length: int

    def __str__(self) -> str:
        return f"{self.kind} of {self.length} characters"


Confidence = Literal["certain", "likely", "possible"]


class Exposure(NamedTuple):
    """One secret that stands in a file. `rule` is the one that says the most about it."""

    rule: str
    hidden: Hidden
    span: Span
    key_path: KeyPath
    message: str
    uses: tuple[Span, ...] = ()
    confidence: Confidence = "certain"
    pattern: str = ""
    shown: bool = False
    """Whether the text at the span may be shown: the place of a secret that stands elsewhere, or none at all."""


class SecretScan(NamedTuple):
    """What was found in one file, and what belongs to it."""

    path: str
    exposures: tuple[Exposure, ...]
    doubt: str | None = None
    """Why nobody can tell what is in the file."""
    app: str | None = None
    environment: str | None = None

    def __str__(self) -> str:
        return self.path

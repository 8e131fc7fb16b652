"""Secrets in files: what they look like, what is looked at, and what may be said of one that was found."""

from __future__ import annotations

from typing import Literal

from gitopslint.model.document import Document, KeyPath
from gitopslint.model.namedtuple import NamedTuple
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


class Allowlist(NamedTuple):
    """What an allowlist of gitleaks lets pass, as regular expressions. `target` is what `regexes` are about.

    `every`: all that is said must hold, not just some of it. `rules` are those that it is about; none means all.
    """

    paths: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()
    stopwords: tuple[str, ...] = ()
    target: Literal["secret", "match", "line"] = "secret"
    every: bool = False
    rules: tuple[str, ...] = ()


class OwnPattern(NamedTuple):
    """A pattern that the repository brings along, as a regular expression of Go.

    Without a `regex` the file itself is what is meant. `group` is the number of the group that is the secret; 0 means
    the first one, if there is any. `glob` and `path_regex` say in which files it is looked for.
    """

    name: str
    what: str
    regex: str | None
    keywords: tuple[str, ...] = ()
    group: int = 0
    entropy: float = 0
    glob: str | None = None
    path_regex: str | None = None
    allowlists: tuple[Allowlist, ...] = ()


class OwnRules(NamedTuple):
    """What the repository knows about its secrets: in the contract, or for gitleaks."""

    patterns: tuple[OwnPattern, ...] = ()
    allowlists: tuple[Allowlist, ...] = ()


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
        return f"{self.kind} ({self.length} characters)"


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
    allowed: bool = False
    """Whether an allowlist of the repository lets it pass. It is hidden all the same."""


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

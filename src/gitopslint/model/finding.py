"""What checks say and what a run reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gitopslint.model.document import KeyPath
from gitopslint.model.rule import Catalogue, Level
from gitopslint.model.source import Source
from gitopslint.model.span import Span


@dataclass(frozen=True, slots=True, order=True)
class Related:
    """Another place that explains a finding."""

    span: Span
    note: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of a span."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that removes the finding and nothing else."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Offence:
    """What a check found, before the engine gives it a level and an identity.

    `message` names what, where, with which value, and the way out, as one sentence. `at_most` caps the level
    where this case is milder than the rule's others.
    """

    message: str
    span: Span
    related: tuple[Related, ...] = ()
    key_path: KeyPath = ()
    environment: str | None = None
    at_most: Level | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a check could not answer: why, and what would decide it."""

    reason: str
    remedy: str
    span: Span


@dataclass(frozen=True, slots=True, order=True)
class Undecided:
    """One doubt of one or more rules, with all the places that it is about."""

    rules: tuple[str, ...]
    reason: str
    remedy: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """An offence against one rule. `fingerprint` stays when lines move or messages are reworded."""

    rule: str
    level: Level
    message: str
    span: Span
    fingerprint: str
    related: tuple[Related, ...] = ()
    key_path: KeyPath = ()
    app: str | None = None
    environment: str | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that a waiver accepts, with the reason given there."""

    finding: Finding
    reason: str
    span: Span


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A rule that crashed: ours to mend. Never holds text of the repository, only the kind and place of the error."""

    rule: str
    subject: str
    error: str


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """A file that a rule needed and nobody could read."""

    path: str
    reason: str


Verdict = Literal["pass", "violation", "undecided"]


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one run. All tuples are in a fixed order, so that the same input gives the same bytes.

    `prefix` leads from the top of the git repository to the checked root (`""` or `examples/web-core/`); paths of
    spans start at that root. `contract` is the contract file from the top, or None for the default contract.
    """

    catalogue: Catalogue
    rules: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    waived: tuple[Waived, ...] = ()
    faults: tuple[Fault, ...] = ()
    unread: tuple[Unread, ...] = ()
    sources: dict[str, Source] = field(default_factory=dict)
    prefix: str = ""
    contract: str | None = None
    files: int = 0
    apps: int = 0

    @property
    def verdict(self) -> Verdict:
        """A violation when anything was found, undecided when something could not be decided, else pass."""
        if self.findings:
            return "violation"
        return "undecided" if self.undecided or self.faults or self.unread else "pass"

    def count(self, level: Level) -> int:
        """Return how many findings have this level."""
        return sum(finding.level == level for finding in self.findings)

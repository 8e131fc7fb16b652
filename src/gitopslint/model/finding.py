"""What checks say and what a run reports."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from gitopslint.model.board import Board
from gitopslint.model.document import KeyPath
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Catalogue, Level
from gitopslint.model.source import Source
from gitopslint.model.span import Span, is_across, named_across


class Related(NamedTuple):
    """Another place that explains a finding."""

    span: Span
    note: str


class Edit(NamedTuple):
    """Replace the text of a span."""

    span: Span
    text: str


class Fix(NamedTuple):
    """A change that removes the finding and nothing else.

    `safe`: what is deployed stays as it was meant to be, and no words of people are lost. `neutral`: the merged values
    must stay the same to the letter, which whoever applies it can hold it to.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True
    neutral: bool = False


class Offence(NamedTuple):
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
    app: str | None = None


class Doubt(NamedTuple):
    """What a check could not answer: why, and what would decide it.

    `needs`: it counts only where there are such things at all; who has none is not asked for them.
    """

    reason: str
    remedy: str
    span: Span
    needs: Literal["applications"] | None = None


class Undecided(NamedTuple):
    """One doubt of one or more rules, with all the places that it is about. `accepted`: why that is taken as it is."""

    rules: tuple[str, ...]
    reason: str
    remedy: str
    spans: tuple[Span, ...] = ()
    accepted: str | None = None


class Finding(NamedTuple):
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


class Waived(NamedTuple):
    """A finding that a waiver accepts, with the reason given there.

    `external`: the waiver stands in the contract, and not beside the finding.
    """

    finding: Finding
    reason: str
    span: Span
    external: bool = False


class Fault(NamedTuple):
    """A rule that crashed: ours to mend. Never holds text of the repository, only the kind and place of the error."""

    rule: str
    subject: str
    error: str


class Unread(NamedTuple):
    """A file that a rule needed and nobody could read."""

    path: str
    reason: str


class Comparison(NamedTuple):
    """How a report stands to the check of an earlier commit, or to a record of known findings.

    `base` is what people call it. `known` are the fingerprints of the findings that it had as well, `resolved` how
    many of its findings are gone.
    """

    base: str
    known: frozenset[str]
    resolved: int


Verdict = Literal["pass", "violation", "undecided"]


class Report(NamedTuple):
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
    sources: Mapping[str, Source] = MappingProxyType({})
    prefix: str = ""
    contract: str | None = None
    files: int = 0
    apps: int = 0
    other: str = ""
    """What people call the other repository, in which related places may lie (`across`)."""

    comparison: Comparison | None = None
    piece: object = None
    """What is needed to join the report with others (`model/part.py`), where somebody wants to."""

    fixed: int = 0
    """How many findings `--fix` has removed."""

    board: Board | None = None
    """Filled only for formats that show it."""

    stopped: str = ""
    """Why the run ended before everything was checked."""

    @property
    def introduced(self) -> tuple[Finding, ...]:
        """The findings that were not there before; all of them where nothing was compared."""
        return tuple(finding for finding in self.findings if not self.is_known(finding))

    def is_known(self, finding: Finding) -> bool:
        """Tell whether a finding was there before."""
        return self.comparison is not None and finding.fingerprint in self.comparison.known

    @property
    def verdict(self) -> Verdict:
        """A violation when more than notes were found, undecided when something could not be decided, else pass."""
        if any(one.level != "note" for one in self.findings):
            return "violation"
        return "undecided" if self.undecided or self.faults or self.unread else "pass"

    def shown(self, span: Span) -> str:
        """Return a place for people: from the top of this repository, or with the name of the other one."""
        return named_across(str(span), self.other) if is_across(span.path) else f"{self.prefix}{span}"

    def beyond(self, finding: Finding) -> str:
        """Return what formats without places in another repository say of them: the end of a message, or nothing."""
        places = [f"{one.note}: {self.shown(one.span)}" for one in finding.related if is_across(one.span.path)]
        return f" ({'; '.join(places)})" if places else ""

    def count(self, level: Level) -> int:
        """Return how many findings have this level."""
        return sum(finding.level == level for finding in self.findings)

"""What the check of a part of a repository found, before the parts are joined and judged together.

A part holds no document and no secret, so it can be kept, sent to another process, and written into a report.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gitopslint.model.board import Track
from gitopslint.model.claim import Claim
from gitopslint.model.finding import Comparison, Doubt, Fault, Finding, Undecided, Unread
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Level, Rule
from gitopslint.model.share import Share
from gitopslint.model.source import Source
from gitopslint.model.waiver import Waiver


class RuledDoubt(NamedTuple):
    """A doubt of one rule that counts only where there are such things as it needs."""

    rule: str
    doubt: Doubt


class RuledClaim(NamedTuple):
    """What a rule about all stacks together keeps of one."""

    rule: str
    claim: Claim


class Part(NamedTuple):
    """Findings without fingerprints, and all that can be judged only when every part is there.

    `files` are the paths that were looked at, `apps` how many apps were, `wired` whether any stack has an Application,
    `tracks` what the promotion board shows, where it was asked for, `allowing` the entries of `secrets.allow` that
    speak of anything, by their place in the list. Paths are those of the run: `across` marks the ones of the other
    repository.
    """

    findings: tuple[Finding, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    waiting: tuple[RuledDoubt, ...] = ()
    faults: tuple[Fault, ...] = ()
    unread: tuple[Unread, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    claims: tuple[RuledClaim, ...] = ()
    sources: Mapping[str, Source] = MappingProxyType({})
    files: tuple[str, ...] = ()
    apps: int = 0
    wired: bool = False
    tracks: tuple[Track, ...] = ()
    allowing: tuple[int, ...] = ()


class RecordText(NamedTuple):
    """A baseline file: its path from the root, and what is written there."""

    path: str
    text: str


class About(NamedTuple):
    """The run that a part is of. Only parts of one run, of which nothing but the share differs, belong together.

    `state` stands for the commit, the index and the contract, without telling what is in them. `levels` are the rules
    that ran, `rules` the catalogue by name, and `own` those of its rules that the repository brings along. `board`
    are the environments of the promotion board, where one was gathered, `today` is the day of the run. The rest is said
    of the report as a whole: what it was compared with, the baseline that it was held against, and how many findings
    `--fix` has removed.
    """

    tool: str
    state: str
    share: Share
    prefix: str
    scope: str
    contract_file: str | None
    other: str
    turned: bool
    levels: tuple[tuple[str, Level], ...]
    rules: tuple[str, ...]
    own: tuple[Rule, ...]
    board: tuple[str, ...] | None = None
    today: str | None = None
    comparison: Comparison | None = None
    baseline: RecordText | None = None
    fixed: int = 0


class Piece(NamedTuple):
    """All that a report knows, to be joined with others. Of a whole run it holds what the run concluded."""

    about: About
    part: Part

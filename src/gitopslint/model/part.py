"""What the check of a part of a repository found, before the parts are joined and judged together.

A part holds no document and no secret, so it can be kept, sent to another process, and written into a report.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from gitopslint.model.claim import Claim
from gitopslint.model.finding import Doubt, Fault, Finding, Undecided, Unread
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

    `files` are the paths that were looked at, `apps` how many apps were, `wired` whether any stack has an
    Application. Paths are those of the run: `across` marks the ones of the other repository.
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

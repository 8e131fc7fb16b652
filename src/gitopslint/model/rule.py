"""A rule: what it is called, how serious it is, and what a reader is told about it."""

from __future__ import annotations

from typing import Literal

from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.requirement import Demand

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("note", "warning", "error")
"""From the mildest to the most serious."""

Family = Literal["layers", "image", "promotion", "argocd", "secrets", "platform", "waivers", "policy"]
FAMILIES: tuple[Family, ...] = ("layers", "image", "promotion", "argocd", "secrets", "platform", "waivers", "policy")
"""In the order of the manual."""

Parameter = str | int | bool | tuple[str, ...]


def milder(one: Level, other: Level) -> Level:
    """Return the less serious of two levels."""
    return min(one, other, key=LEVELS.index)


class Rule(NamedTuple):
    """One rule of the catalogue, without its examples.

    `summary` names the offence in one sentence, `why` what it breaks, `fix` the way out. `tags` may hold a CWE
    (`cwe-798`). `parameters` are the defaults; the contract may override each with a value of the same type.
    `demand` is what a rule without code asks for. `own`: the checked
    repository brings it along, so our manual does not know it.
    """

    name: str
    family: Family
    level: Level
    summary: str
    why: str
    fix: str
    tags: tuple[str, ...] = ()
    parameters: tuple[tuple[str, Parameter], ...] = ()
    demand: Demand | None = None
    own: bool = False


Catalogue = dict[str, Rule]
"""All rules by name, in the order of the manual."""

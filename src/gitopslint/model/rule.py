"""A rule: what it is called, how serious it is, and what a reader is told about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("note", "warning", "error")
"""From the mildest to the most serious."""

Family = Literal["layers", "image", "waivers"]
FAMILIES: tuple[Family, ...] = ("layers", "image", "waivers")
"""In the order of the manual."""

Parameter = str | int | bool | tuple[str, ...]


def milder(one: Level, other: Level) -> Level:
    """Return the less serious of two levels."""
    return min(one, other, key=LEVELS.index)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue, without its examples.

    `summary` names the offence in one sentence, `why` what it breaks, `fix` the way out. `tags` may hold a CWE
    (`cwe-798`). `parameters` are the defaults; the contract may override each with a value of the same type.
    """

    name: str
    family: Family
    level: Level
    summary: str
    why: str
    fix: str
    tags: tuple[str, ...] = ()
    parameters: tuple[tuple[str, Parameter], ...] = ()


Catalogue = dict[str, Rule]
"""All rules by name, in the order of the manual."""

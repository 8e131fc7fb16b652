"""Which rules run, and at which level."""

from __future__ import annotations

from collections.abc import Sequence

from gitopslint.model.closest import closest
from gitopslint.model.contract import Contract
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Catalogue, Level


class UnknownRuleError(Exception):
    """A name on the command line is neither a rule nor a family of rules."""


class Selection(NamedTuple):
    """The rules of one run: by name, with the level of their findings."""

    levels: dict[str, Level]


def select(
    catalogue: Catalogue, contract: Contract, selected: Sequence[str] = (), ignored: Sequence[str] = ()
) -> Selection:
    """Decide from the contract and the command line which rules run.

    `selected` and `ignored` hold names of rules or families. Without `selected` every rule runs that the contract
    does not turn off; a rule that is selected by its own name runs even then. Raises UnknownRuleError.
    """
    for name in (*selected, *ignored):
        _require_known(name, catalogue)
    levels: dict[str, Level] = {}
    for name, rule in catalogue.items():
        settings = contract.rules.get(name)
        level = settings.level if settings is not None and settings.level is not None else rule.level
        named = name in selected
        wanted = not selected or named or rule.family in selected
        if not wanted or name in ignored or (rule.family in ignored and not named):
            continue
        if level != "off":
            levels[name] = level
        elif named:
            levels[name] = rule.level
    return Selection(levels)


def _require_known(name: str, catalogue: Catalogue) -> None:
    known = [*catalogue, *dict.fromkeys(rule.family for rule in catalogue.values())]
    if name not in known:
        near = closest(name, known)
        hint = f"did you mean {near!r}?" if near else "`gitopslint rules` lists all"
        raise UnknownRuleError(f"there is no rule {name!r}: {hint}")

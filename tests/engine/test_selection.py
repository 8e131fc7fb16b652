"""Which rules run: the contract and the command line in one decision."""

from __future__ import annotations

import pytest

from gitopslint.engine.selection import UnknownRuleError, select
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.contract import Contract, RuleSettings
from gitopslint.model.rule import FAMILIES

CATALOGUE = load_catalogue()
OFF = Contract(rules={"mutable-tag": RuleSettings(level="off")})
WAIVERS = {
    "expired-baseline",
    "expired-waiver",
    "stale-baseline",
    "unexplained-waiver",
    "unknown-waiver",
    "unused-waiver",
}

CASES = {
    "all": (Contract(), [], [], {*CATALOGUE}),
    "one": (Contract(), ["mutable-tag"], [], {"mutable-tag"}),
    "a family": (Contract(), ["waivers"], [], WAIVERS),
    "a family but for one": (Contract(), ["waivers"], ["unused-waiver"], WAIVERS - {"unused-waiver"}),
    "all but a family": (
        Contract(),
        [],
        ["image", "layers", "promotion", "argocd", "secrets", "platform", "policy"],
        WAIVERS,
    ),
    "a rule of an ignored family": (Contract(), ["mutable-tag", "layers"], ["image", "layers"], {"mutable-tag"}),
    "ignored wins over the same name": (Contract(), ["mutable-tag"], ["mutable-tag"], set()),
    "off by the contract": (OFF, [], [], {*CATALOGUE} - {"mutable-tag"}),
    "off, but asked for by name": (OFF, ["mutable-tag"], [], {"mutable-tag"}),
    "off, asked for by family only": (
        OFF,
        ["image"],
        [],
        {n for n, r in CATALOGUE.items() if r.family == "image"} - {"mutable-tag"},
    ),
}


@pytest.mark.parametrize(("contract", "selected", "ignored", "expected"), CASES.values(), ids=CASES)
def test_selection(contract: Contract, selected: list[str], ignored: list[str], expected: set[str]) -> None:
    """Each row says which rules run."""
    assert set(select(CATALOGUE, contract, selected, ignored).levels) == expected


def test_levels() -> None:
    """A level of the contract replaces the rule's own; a rule asked for by name in spite of `off` keeps its own."""
    contract = Contract(rules={"mutable-tag": RuleSettings(level="note"), "missing-tag": RuleSettings(level="off")})
    levels = select(CATALOGUE, contract, ["image", "missing-tag"]).levels
    assert (levels["mutable-tag"], levels["missing-tag"]) == ("note", "error")


@pytest.mark.parametrize(("name", "hint"), [("mutabel-tag", "'mutable-tag'"), ("images", "'image'"), ("zzz", "rules")])
def test_unknown_names(name: str, hint: str) -> None:
    """An unknown name is answered with the nearest known one, or with where to look."""
    with pytest.raises(UnknownRuleError, match=hint):
        select(CATALOGUE, Contract(), [name])


def test_families_are_complete() -> None:
    """Every rule belongs to a family of the manual."""
    assert {rule.family for rule in CATALOGUE.values()} == set(FAMILIES)

"""The examples of the rule files, tried as the manual shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from gitopslint.engine.examples import CLEAN_HISTORY, Trial, try_example
from gitopslint.loaders.history import Told
from gitopslint.loaders.rules import read_rule_file, rule_files
from gitopslint.model.policy import Example
from tests.support.pairs import try_pair
from tests.support.runs import CLEAN, contract_of

Kind = Literal["good", "bad"]


def examples() -> Iterator[tuple[str, Kind, dict[str, Any]]]:
    """Yield every example of every rule: the name of the rule, the kind, and what the file says."""
    kinds: tuple[Kind, ...] = ("good", "bad")
    for rule in map(read_rule_file, rule_files()):
        for kind in kinds:
            yield from ((rule["name"], kind, example) for example in rule["examples"][kind])


def tried(name: str, kind: Kind, example: dict[str, Any]) -> Trial:
    """Check what an example lies over with the example on top."""
    if "in" in example:
        return try_pair(name, kind, example)
    contract, catalogue = contract_of(example.get("files", {}))
    given = Example(example.get("files", {}), example["title"], tuple(example.get("at", ())))
    told = tuple(Told(**landing) for landing in example.get("landings", ()))
    landings = (*CLEAN_HISTORY, *told) if told else ()
    return try_example(name, kind, given, CLEAN, contract, catalogue, landings=landings)

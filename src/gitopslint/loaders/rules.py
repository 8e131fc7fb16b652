"""The rule catalogue.

`catalogue.json` beside this module is compiled from `rules/*.yaml` and leaves out the examples: a check then reads
one small file instead of parsing fifty. A test keeps it fresh.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from gitopslint.loaders import yaml
from gitopslint.loaders.resources import resource
from gitopslint.model.contract import Contract
from gitopslint.model.document import plain
from gitopslint.model.policy import FAMILY
from gitopslint.model.requirement import Condition, Demand, Requirement, Scope, UrlParts, ValuesAt
from gitopslint.model.rule import Catalogue, Rule

_COMPILED = Path(__file__).with_name("catalogue.json")


def load_catalogue() -> Catalogue:
    """Return all rules that ship with gitopslint, in the order of the manual."""
    return dict(_shipped())


@cache  # an editor looks again and again
def _shipped() -> Catalogue:
    return {fields["name"]: _rule(fields) for fields in json.loads(_COMPILED.read_text("utf-8"))}


def rules_in_force(contract: Contract, shipped: Catalogue) -> Catalogue:
    """Return the rules of a run: the shipped ones, with the contract's policies, if it has any, in place of ours."""
    if contract.policies is None:
        return shipped
    own = [shipped[one] if isinstance(one, str) else one.rule() for one in contract.policies]
    return {name: rule for name, rule in shipped.items() if rule.family != FAMILY} | {rule.name: rule for rule in own}


def rule_files() -> list[Path]:
    """Return the rule files, in name order."""
    return sorted(resource("rules").glob("*.yaml"))


def read_rule_file(path: Path) -> dict[str, Any]:
    """Return a rule file as plain data, examples included. Raises ValueError where it is not readable."""
    document = yaml.parse(path.name, path.read_bytes())
    if document.problem is not None:
        raise ValueError(f"{document.problem.span}: {document.problem.message}")
    data = plain(document.root)
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} holds no mapping")  # noqa: TRY004 - the file is wrong, not the program
    return data if "check" in data or "family" in data else {**data, "family": FAMILY}


def _rule(fields: dict[str, Any]) -> Rule:
    parameters = tuple(
        (name, tuple(value) if isinstance(value, list) else value) for name, value in fields["parameters"].items()
    )
    demand = _demand(fields["demand"]) if "demand" in fields else None
    return Rule(**{**fields, "tags": tuple(fields["tags"]), "parameters": parameters, "demand": demand})


def _demand(fields: dict[str, Any]) -> Demand:
    """Build what a rule demands without pydantic: a compiled rule was validated when it was compiled."""
    made = dict(fields)
    if "require" in made:
        made["require"] = Requirement(**_condition(made["require"]))
    for name in ("when", "unless"):
        if name in made:
            scope = {key: tuple(value) for key, value in made[name].items()}
            scope["values"] = tuple(Condition(**_condition(one)) for one in scope.get("values", ()))
            made[name] = Scope(**scope)
    return Demand(**made)


def _condition(fields: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    if isinstance(made.get("one_of"), dict):
        made["one_of"] = ValuesAt(**made["one_of"])
    if "url" in made:
        made["url"] = UrlParts(**_condition(made["url"]))
    return made

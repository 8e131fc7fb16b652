"""The rule catalogue.

`catalogue.json` beside this module is compiled from `rules/*.yaml` and leaves out the examples: a check then reads
one small file instead of parsing fifty. A test keeps it fresh.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gitopslint.loaders import yaml
from gitopslint.loaders.resources import resource
from gitopslint.model.document import plain
from gitopslint.model.rule import Catalogue, Rule

_COMPILED = Path(__file__).with_name("catalogue.json")


def load_catalogue() -> Catalogue:
    """Return all rules that ship with gitopslint, in the order of the manual."""
    return {fields["name"]: _rule(fields) for fields in json.loads(_COMPILED.read_text("utf-8"))}


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
    return data


def _rule(fields: dict[str, Any]) -> Rule:
    parameters = tuple(
        (name, tuple(value) if isinstance(value, list) else value) for name, value in fields["parameters"].items()
    )
    return Rule(**{**fields, "tags": tuple(fields["tags"]), "parameters": parameters})

"""`gitopslint rules`."""

from __future__ import annotations

import argparse
import json

from gitopslint.cli.exits import CLEAN
from gitopslint.cli.manual import rule_index
from gitopslint.cli.output import write_out
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.rule import Rule


def rules(arguments: argparse.Namespace) -> int:
    """Print all rules in the chosen format."""
    catalogue = load_catalogue()
    if arguments.format == "json":
        write_out(json.dumps([_plain(rule) for rule in catalogue.values()], indent=2, ensure_ascii=False) + "\n")
    elif arguments.format == "markdown":
        write_out(rule_index([_plain(rule) for rule in catalogue.values()]))
    else:
        width = max(map(len, catalogue))
        rows = [f"{rule.name:{width}}  {rule.level:7}  {rule.summary}" for rule in catalogue.values()]
        write_out("\n".join([*rows, "", "`gitopslint explain RULE` says more about one.", ""]))
    return CLEAN


def _plain(rule: Rule) -> dict[str, object]:
    return {
        "name": rule.name, "family": rule.family, "level": rule.level, "summary": rule.summary, "why": rule.why,
        "fix": rule.fix, "tags": list(rule.tags), "parameters": dict(rule.parameters),
    }  # fmt: skip

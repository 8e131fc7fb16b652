"""`gitopslint explain RULE`."""

from __future__ import annotations

import argparse
import difflib

from gitopslint.cli.exits import CLEAN, UsageError
from gitopslint.cli.manual import rule_page
from gitopslint.cli.output import write_out
from gitopslint.loaders.resources import resource
from gitopslint.loaders.rules import load_catalogue, read_rule_file


def explain(arguments: argparse.Namespace) -> int:
    """Print the manual page of one rule. Raises UsageError."""
    known = load_catalogue()
    if arguments.rule not in known:
        near = difflib.get_close_matches(arguments.rule, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "`gitopslint rules` lists all"
        raise UsageError(f"there is no rule {arguments.rule!r}: {hint}")
    write_out(rule_page(read_rule_file(resource("rules", f"{arguments.rule}.yaml"))))
    return CLEAN

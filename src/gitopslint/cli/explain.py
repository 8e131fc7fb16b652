"""`gitopslint explain RULE`."""

from __future__ import annotations

import argparse

from gitopslint.cli.exits import CLEAN, UsageError, tell
from gitopslint.cli.manual import WORDS, policy_page, rule_page
from gitopslint.cli.output import write_out
from gitopslint.cli.workspace import find_ground
from gitopslint.loaders.resources import resource
from gitopslint.loaders.rules import load_catalogue, read_rule_file
from gitopslint.loaders.translations import LANGUAGES, load_translation, translated
from gitopslint.model.closest import closest
from gitopslint.model.policy import Policy
from gitopslint.reporters.escape import visible


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("rule", metavar="RULE", help="its name, as reports show it")
    parser.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0], help="the language (default: en)")


def explain(arguments: argparse.Namespace) -> int:
    """Print the manual page of one rule. Raises UsageError."""
    shipped = load_catalogue()
    if arguments.rule in shipped:
        rule = read_rule_file(resource("rules", f"{arguments.rule}.yaml"))
        write_out(rule_page(translated(rule, load_translation(arguments.lang)), WORDS[arguments.lang]))
        return CLEAN
    own: dict[str, Policy] = {}
    try:
        ground = find_ground(".", shipped)
        policies = ground.contract.policies or () if ground is not None else ()
        own = {policy.name: policy for policy in policies if isinstance(policy, Policy)}
    except UsageError as error:
        tell(str(error))
    if arguments.rule not in own:
        near = closest(arguments.rule, [*shipped, *own])
        hint = f"did you mean {near!r}?" if near else "`gitopslint rules` lists all"
        raise UsageError(f"there is no rule {arguments.rule!r}: {hint}")
    # It comes from the repository: what it holds must not move the cursor.
    write_out("\n".join(map(visible, policy_page(own[arguments.rule]).split("\n"))))
    return CLEAN

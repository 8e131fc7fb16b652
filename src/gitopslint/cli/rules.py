"""`gitopslint rules`."""

from __future__ import annotations

import argparse
import json
from typing import Any

from gitopslint.cli.exits import CLEAN, FINDINGS, UsageError, tell
from gitopslint.cli.manual import WORDS, rule_index
from gitopslint.cli.output import write_out
from gitopslint.cli.workspace import find_ground
from gitopslint.engine.examples import Trial, try_policy
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.translations import LANGUAGES, load_translation, translated
from gitopslint.model.contract import FILE_NAME
from gitopslint.model.policy import Policy
from gitopslint.model.rule import Catalogue, Rule
from gitopslint.reporters.escape import visible


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument(
        "--format", choices=("text", "markdown", "json"), default="text", help="text (default), markdown or json"
    )
    parser.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0], help="the language (default: en)")
    parser.add_argument(
        "--test",
        metavar="PATH",
        nargs="?",
        const=".",
        help="run the examples of the rules that the repository at PATH brings along",
    )


def rules(arguments: argparse.Namespace) -> int:
    """Print the rules in force here, or try the repository's own. Raises UsageError."""
    if arguments.test is not None:
        return _test(arguments.test)
    translation = load_translation(arguments.lang)
    listed = [translated(_plain(rule), translation) for rule in _in_force().values()]
    if arguments.format == "json":
        write_out(json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
    elif arguments.format == "markdown":
        write_out(rule_index(listed, WORDS[arguments.lang]))
    else:
        width = max(len(rule["name"]) for rule in listed)
        rows = [f"{rule['name']:{width}}  {rule['level']:7}  {visible(rule['summary'])}" for rule in listed]
        write_out("\n".join([*rows, "", WORDS[arguments.lang].more, ""]))
    return CLEAN


def _in_force() -> Catalogue:
    """Return the rules of the repository around, or those that ship where its contract cannot be read."""
    shipped = load_catalogue()
    try:
        ground = find_ground(".", shipped)
    except UsageError as error:
        tell(f"{error}\nthese are the rules that ship with gitopslint")
        return shipped
    return ground.catalogue if ground is not None else shipped


def _test(path: str) -> int:
    """Run the examples of the rules that a repository brings along, and say of each whether it holds."""
    ground = find_ground(path, load_catalogue())
    policies = ground.contract.policies or () if ground is not None else ()
    own = [policy for policy in policies if isinstance(policy, Policy)]
    if ground is None or not own:
        raise UsageError(
            f"nothing to test: {path} is in no repository whose {FILE_NAME} has rules of its own under "
            f"`policies` or in a `policy_folder`"
        )
    lines: list[str] = []
    tried, failed = 0, 0
    for policy in own:
        trials = list(try_policy(policy, ground.contract, ground.catalogue))
        if not trials:
            lines.append(f"none  {policy.name}: it has no examples")
        for trial in trials:
            tried += 1
            failed += not trial.passed
            lines += _told(trial)
    lines += ["", f"{_count(len(own), 'rule')}, {_count(tried, 'example')}, {failed} failed", ""]
    write_out("\n".join(lines))
    return FINDINGS if failed else CLEAN


def _told(trial: Trial) -> list[str]:
    title = f"{trial.rule}: {trial.kind}: {visible(trial.title) or 'without a title'}"
    if trial.passed:
        return [f"ok    {title}"]
    want = "a finding anywhere" if trial.want is None else visible(", ".join(trial.want)) or "nothing"
    have = [*trial.trouble, *trial.have]
    return [f"FAIL  {title}", f"      want {want}", f"      have {visible(', '.join(have)) or 'nothing'}"]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _plain(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "family": rule.family,
        "level": rule.level,
        "summary": rule.summary,
        "why": rule.why,
        "fix": rule.fix,
        "tags": list(rule.tags),
        "parameters": dict(rule.parameters),
    }

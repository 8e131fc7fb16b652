"""What is checked, and by which rules: the words of all commands that run a check."""

from __future__ import annotations

import argparse

from gitopslint.cli.exits import UsageError
from gitopslint.cli.pair import Checked
from gitopslint.engine.selection import Selection, UnknownRuleError, select


def declare_subject(parser: argparse.ArgumentParser) -> None:
    """Add the words that say what is checked."""
    add = parser.add_argument
    add(
        "path",
        metavar="PATH",
        nargs="?",
        default=".",
        help="the repository, or a file or folder in it to report on (default: here)",
    )
    add("--platform", metavar="DIR", help="in the product: a checkout of the platform repository")
    add("--product", metavar="DIR", help="in the platform: a checkout of the product repository")
    add(
        "--base",
        metavar="REF",
        help="what the change is to be merged into: all since then counts as one landing "
        "(default: what the variables of a merge-request pipeline say)",
    )
    add(
        "--select",
        metavar="RULE",
        action="extend",
        default=[],
        type=_names,
        help="run only these rules or families (repeatable, or with commas)",
    )
    add(
        "--ignore",
        metavar="RULE",
        action="extend",
        default=[],
        type=_names,
        help="leave out these rules or families (repeatable, or with commas)",
    )


def selection_of(arguments: argparse.Namespace, checked: Checked) -> Selection:
    """Return the rules that were asked for. Raises UsageError."""
    try:
        selection = select(checked.catalogue, checked.side.contract, arguments.select, arguments.ignore)
    except UnknownRuleError as error:
        raise UsageError(str(error)) from None
    if not selection.levels:
        raise UsageError("--select and --ignore leave no rule to check: name others, or leave one of them out")
    return selection


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} holds an empty name")
    return names

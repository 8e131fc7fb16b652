"""The words of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from gitopslint import __version__
from gitopslint.cli.exits import UsageError
from gitopslint.model.closest import closest

FORMATS = ("text", "json", "sarif", "gitlab")


class _Parser(argparse.ArgumentParser):
    """Says one line where argparse would print the whole usage."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see `{self.prog} --help`)")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Turn the words into a namespace whose `command` is the function to call. Raises UsageError."""
    parser, commands = _parser()
    known = list(commands)
    first = next((word for word in words if not word.startswith("-")), None)
    if first is not None and first not in known:
        near = closest(first, known)
        hint = f"did you mean {near!r}?" if near else f"known are {', '.join(known)}"
        raise UsageError(f"there is no command {first!r}: {hint}")
    arguments, rest = parser.parse_known_args(words)
    if not hasattr(arguments, "command"):
        raise UsageError(f"name a command: {', '.join(known)} (see `gitopslint --help`)")
    if rest:
        raise UsageError(_about_unknown(rest[0], commands[first] if first else parser))
    return arguments


def _parser() -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        prog="gitopslint",
        description="A policy linter for GitOps repositories.",
        epilog="Exit codes: 0 clean, 1 findings, 2 wrong usage or input, 3 a fault of gitopslint.",
    )
    parser.add_argument("-V", "--version", action="version", version=f"gitopslint {__version__}")
    adder = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    commands: dict[str, _Parser] = {}

    def command(name: str, function: Callable[[argparse.Namespace], int], summary: str) -> _Parser:
        commands[name] = added = adder.add_parser(name, help=summary, description=summary)
        added.set_defaults(command=function)
        return added

    _check(command("check", _run_check, "Check a repository against its contract."))
    explain = command("explain", _run_explain, "Explain one rule: why it is there and how to satisfy it.")
    explain.add_argument("rule", metavar="RULE")
    rules = command("rules", _run_rules, "List the rules in force here, or test the repository's own.")
    rules.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    _values(command("values", _run_values, "Show the merged values of an app, each with the line that sets it."))
    _history(command("history", _run_history, "Show every landing of the release layers, and what it was."))
    rules.add_argument(
        "--test",
        metavar="PATH",
        nargs="?",
        const=".",
        help="run the examples of the rules that the repository at PATH brings along",
    )
    init = command("init", _run_init, "Write a contract file with the default layout, every line explained.")
    init.add_argument("path", metavar="PATH", nargs="?", default=".", help="the repository (default: here)")
    init.add_argument("--stdout", action="store_true", help="print it instead")
    schema = command("schema", _run_schema, "Print a JSON Schema, for editors and other programs.")
    schema.add_argument("name", choices=("contract", "rule", "report"), metavar="contract|rule|report")
    return parser, commands


def _check(parser: _Parser) -> None:
    add = parser.add_argument
    add(
        "path",
        metavar="PATH",
        nargs="?",
        default=".",
        help="the repository, or a file or folder in it to report on (default: here)",
    )
    add("--staged", action="store_true", help="check what is staged for the next commit, not the files on disk")
    add("--platform", metavar="DIR", help="in the product: a checkout of the platform repository")
    add("--product", metavar="DIR", help="in the platform: a checkout of the product repository")
    add(
        "--base",
        metavar="REF",
        help="what the change is to be merged into: all since then counts as one landing "
        "(default: what the variables of a merge-request pipeline say)",
    )
    add(
        "--new-only",
        action="store_true",
        help="fail only on findings that the check of the base had not; those that it had are listed as known "
        "(with --staged, the base is HEAD by default)",
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
    add(
        "--fail-on",
        metavar="LEVEL",
        choices=("error", "warning", "note"),
        default="error",
        help="the lowest level that fails the run: error (default), warning or note",
    )
    add(
        "--undecided",
        choices=("warn", "error", "ignore"),
        default="warn",
        help="show what cannot be decided (warn, default), fail the run for it (error), or leave it out (ignore)",
    )
    add("--output-format", metavar="FORMAT", choices=FORMATS, default="text", help=f"one of {', '.join(FORMATS)}")
    add("--output-file", metavar="FILE", help="write the report there instead of to standard output")
    add(
        "--report",
        metavar="FORMAT=FILE",
        action="append",
        default=[],
        type=_report,
        help="write another report in the same run (repeatable)",
    )
    add("--color", choices=("auto", "always", "never"), default="auto", help="colours in text (default: auto)")
    add("--exit-zero", action="store_true", help="end with 0 although there are findings")


def _values(parser: _Parser) -> None:
    add = parser.add_argument
    add("app", metavar="APP")
    add("environment", metavar="ENV")
    add("key", metavar="KEY", nargs="?", help="only what stands at this key path, such as image.tag")
    add(
        "--format",
        choices=("text", "json", "yaml"),
        default="text",
        help="a tree with places (text, default), every leaf with its place (json), or the plain values (yaml)",
    )
    add("--repository", metavar="DIR", default=".", help="the repository (default: here)")
    add("--staged", action="store_true", help="read what is staged for the next commit, not the files on disk")


def _history(parser: _Parser) -> None:
    add = parser.add_argument
    add("app", metavar="APP", nargs="?", help="only this app")
    add("--format", choices=("text", "json"), default="text", help="a table (text, default), or json")
    add(
        "--fail-on",
        metavar="LEVEL",
        choices=("error", "warning", "note"),
        help="end with 1 when any landing ever broke a rule about promotion of this level or above, or is not known",
    )
    add("--repository", metavar="DIR", default=".", help="the repository (default: here)")
    add("--base", metavar="REF", help="what the change is to be merged into: all since then counts as one landing")
    add("--staged", action="store_true", help="take what is staged for the next commit as the pending change")
    add("--color", choices=("auto", "always", "never"), default="auto", help="colours in text (default: auto)")


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} holds an empty name")
    return names


def _report(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not (equals and file) or name not in FORMATS:
        raise argparse.ArgumentTypeError(f"{text!r} is not FORMAT=FILE with one of {', '.join(FORMATS)}")
    return name, file


def _about_unknown(word: str, parser: argparse.ArgumentParser) -> str:
    if not word.startswith("-"):
        return f"one argument too many: {word!r} (see `{parser.prog} --help`)"
    flag = word.partition("=")[0]
    known = [name for action in parser._actions for name in action.option_strings]  # noqa: SLF001 - no public list
    near = closest(flag, known)
    hint = f"did you mean {near!r}?" if near else f"see `{parser.prog} --help`"
    return f"there is no option {flag!r}: {hint}"


# Each command is imported when it runs: a hook must not pay for the others.


def _run_check(arguments: argparse.Namespace) -> int:
    from gitopslint.cli.check import check

    return check(arguments)


def _run_explain(arguments: argparse.Namespace) -> int:
    from gitopslint.cli.explain import explain

    return explain(arguments)


def _run_rules(arguments: argparse.Namespace) -> int:
    from gitopslint.cli.rules import rules

    return rules(arguments)


def _run_init(arguments: argparse.Namespace) -> int:
    from gitopslint.cli.init import init

    return init(arguments)


def _run_history(arguments: argparse.Namespace) -> int:
    from gitopslint.cli.history import history

    return history(arguments)


def _run_values(arguments: argparse.Namespace) -> int:
    from gitopslint.cli.values import values

    return values(arguments)


def _run_schema(arguments: argparse.Namespace) -> int:
    from gitopslint.cli.schema import schema

    return schema(arguments)

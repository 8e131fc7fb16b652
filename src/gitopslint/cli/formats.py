"""The words that say how a run reports: in which formats, where, and what fails."""

from __future__ import annotations

import argparse
import os

from gitopslint.cli.exits import UsageError

FORMATS = ("text", "json", "sarif", "sarif-github", "gitlab", "github", "junit", "markdown", "html")
WITH_BOARD = frozenset({"json", "markdown", "html"})
"""The formats that show the promotion board."""


def declare_reporting(parser: argparse.ArgumentParser) -> None:
    """Add the words of every command that ends in a report."""
    add = parser.add_argument
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


def require_distinct(arguments: argparse.Namespace) -> None:
    """Refuse two reports in one file, where the second would take the place of the first. Raises UsageError."""
    seen: dict[str, str] = {}
    for file in (*(file for _, file in arguments.report), *filter(None, [arguments.output_file])):
        place = os.path.realpath(file)
        if place in seen and not place.startswith("/dev/"):
            raise UsageError(f"two reports would go to {file}: name a file for each")
        seen[place] = file


def formats_of(arguments: argparse.Namespace) -> set[str]:
    """Return the formats in which a run is to report."""
    return {arguments.output_format, *(name for name, _ in arguments.report)}


def with_board(arguments: argparse.Namespace) -> bool:
    """Tell whether any of the formats shows the promotion board."""
    return not WITH_BOARD.isdisjoint(formats_of(arguments))


def _report(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not (equals and file) or name not in FORMATS:
        raise argparse.ArgumentTypeError(f"{text!r} is not FORMAT=FILE with one of {', '.join(FORMATS)}")
    return name, file

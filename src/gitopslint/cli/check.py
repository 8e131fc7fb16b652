"""`gitopslint check`: its words, and what is begun before the rest of the program is there."""

from __future__ import annotations

import argparse
from time import perf_counter

from gitopslint.cli import deadline, memory
from gitopslint.cli.ahead import ask_ahead
from gitopslint.cli.dividing import declare_dividing
from gitopslint.cli.formats import declare_reporting, require_distinct
from gitopslint.cli.subject import declare_subject


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    declare_subject(parser)
    add = parser.add_argument
    add("--staged", action="store_true", help="check what is staged for the next commit, not the files on disk")
    add(
        "--new-only",
        action="store_true",
        help="fail only on findings that the check of the base had not; those that it had are listed as known "
        "(with --staged, the base is HEAD by default)",
    )
    add(
        "--baseline",
        metavar="FILE",
        help="findings that this file holds are known and do not fail; `gitopslint baseline` writes it "
        "(default: what the contract says)",
    )
    add("--fix", action="store_true", help="repair what can be repaired without doubt ([*]), and report the rest")
    add("--unsafe-fixes", action="store_true", help="repair also where a comment is lost or the meaning may change")
    add("--diff", action="store_true", help="show what these would change, and write nothing; ends with 1 for anything")
    declare_reporting(parser)
    add(
        "--statistics",
        action="store_true",
        help="count findings by rule and by app: below the text, or on standard error; there also where the time went",
    )
    add("--show-files", action="store_true", help="list all files and what each is read as; nothing is checked")
    add(
        "--progress",
        choices=("auto", "never"),
        default="auto",
        help="say on a terminal how far a long run has got (auto, default), or do not (never)",
    )
    declare_dividing(parser)
    add(
        "--cache-dir",
        metavar="DIR",
        help="keep results there for the next run (default: $GITOPSLINT_CACHE_DIR, or $XDG_CACHE_HOME/gitopslint)",
    )
    add("--no-cache", action="store_true", help="neither use nor keep results of other runs")
    deadline.declare(parser)
    memory.declare(parser)


def check(arguments: argparse.Namespace) -> int:
    """Check a repository, write the reports, and return the exit code. Raises UsageError."""
    require_distinct(arguments)
    started = perf_counter()
    ahead = ask_ahead(arguments.path) if not arguments.staged else None
    try:
        # What checks takes several times as long to import as git takes for that.
        from gitopslint.cli.checking import checked

        return checked(arguments, started, ahead)
    finally:
        if ahead is not None:
            ahead.close()

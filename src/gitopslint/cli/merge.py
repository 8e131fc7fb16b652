"""`gitopslint merge`."""

from __future__ import annotations

import argparse

from gitopslint import __version__
from gitopslint.cli import deadline, memory
from gitopslint.cli.exits import UsageError
from gitopslint.cli.formats import declare_reporting, require_distinct
from gitopslint.cli.reporting import exit_code, rendering, write_reports
from gitopslint.engine.pieces import PieceError, whole
from gitopslint.loaders.pieces import PieceFileError, read_piece
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.finding import Report
from gitopslint.model.part import Piece


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument(
        "parts",
        metavar="[NAME=]PART",
        nargs="+",
        help="a report that `check --output-format json` wrote: all shares of one run, or with a NAME those of several "
        "repositories",
    )
    declare_reporting(parser)
    deadline.declare(parser)
    memory.declare(parser)


def merge(arguments: argparse.Namespace) -> int:
    """Join reports, write the joined one, and return the exit code. Raises UsageError."""
    require_distinct(arguments)
    pieces: dict[str, list[Piece]] = {}
    for text in arguments.parts:
        name, file = _named(text)
        try:
            pieces.setdefault(name, []).append(read_piece(file))
        except PieceFileError as error:
            raise UsageError(str(error)) from None
    if "" in pieces and len(pieces) > 1:
        raise UsageError("some reports have a NAME= and some have none: give one to the reports of each repository")
    reports = {name: _joined(name, found) for name, found in pieces.items()}
    if arguments.undecided == "ignore":
        reports = {name: report._replace(undecided=()) for name, report in reports.items()}
    if "" in reports:
        write_reports(rendering(reports[""], arguments), arguments)
    else:
        from gitopslint.cli.several import rendering_several  # most join the shares of one repository

        write_reports(rendering_several(reports, arguments), arguments)
    return exit_code(list(reports.values()), arguments)


def _joined(name: str, pieces: list[Piece]) -> Report:
    try:
        return whole(pieces, load_catalogue(), __version__)
    except PieceError as error:
        about = f" of {name!r}" if name else ""
        raise UsageError(f"the reports{about} cannot be joined: {error}") from None


def _named(text: str) -> tuple[str, str]:
    """Divide `NAME=PART`. A name has no slash, so a path in which there is a `=` is taken for a path."""
    name, equals, file = text.partition("=")
    if not equals or "/" in name or not name:
        return "", text
    return name, file

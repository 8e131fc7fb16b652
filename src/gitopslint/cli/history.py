"""`gitopslint history`."""

from __future__ import annotations

import argparse
from contextlib import closing

from gitopslint.cli import deadline, memory
from gitopslint.cli.exits import CLEAN, FINDINGS
from gitopslint.cli.hints import expect_app
from gitopslint.cli.jobs import declare_jobs, jobs_of
from gitopslint.cli.output import colourful, write_out
from gitopslint.cli.workspace import open_workspace
from gitopslint.engine.history import shared_chapters
from gitopslint.engine.selection import select
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.move import Chapter
from gitopslint.model.rule import LEVELS, Level
from gitopslint.reporters.history import Written, joined_json, joined_text, written_json, written_text


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    add = parser.add_argument
    add("app", metavar="APP", nargs="?", help="only this app")
    add(
        "--format",
        choices=("text", "json", "intoto"),
        default="text",
        help="a table (text, default), json, or evidence of each release as an in-toto Statement (intoto)",
    )
    add(
        "--verify",
        metavar="FILE",
        help="hold the Statements of a file against what git tells; end with 1 if they differ",
    )
    add(
        "--fail-on",
        metavar="LEVEL",
        choices=("error", "warning", "note"),
        help="end with 1 when any landing ever broke a rule about promotion of this level or above, or is not known",
    )
    add("--repository", metavar="DIR", default=".", help="the repository (default: here)")
    add("--base", metavar="REF", help="what the change is to be merged into: all since then counts as one landing")
    add("--staged", action="store_true", help="take what is staged for the next commit as the pending change")
    add(
        "--cache-dir",
        metavar="DIR",
        help="keep what git told there for the next run (default: as for `check`)",
    )
    add("--no-cache", action="store_true", help="neither use nor keep what other runs were told")
    declare_jobs(parser)
    add("--color", choices=("auto", "always", "never"), default="auto", help="colours in text (default: auto)")
    deadline.declare(parser)
    memory.declare(parser)


def history(arguments: argparse.Namespace) -> int:
    """Print how the environments of the apps came to run what they run. Raises UsageError."""
    if arguments.verify is not None or arguments.format == "intoto":
        from gitopslint.cli.evidence import verify_statements, write_statements  # few runs give evidence

        return verify_statements(arguments) if arguments.verify is not None else write_statements(arguments)
    workspace = open_workspace(
        arguments.repository,
        load_catalogue(),
        staged=arguments.staged,
        base=arguments.base,
        cached=not arguments.no_cache,
        folder=arguments.cache_dir,
    )
    product = workspace.product
    known = product.layout.stacks()
    if arguments.app is not None:
        expect_app(arguments.app, known)
    selection = select(workspace.catalogue, product.contract)
    threshold = arguments.fail_on
    colour = colourful(arguments.color)

    def work(chapter: Chapter) -> tuple[Written, bool]:
        written = written_json(chapter) if arguments.format == "json" else written_text(chapter, colour=colour)
        return written, threshold is not None and _fails(chapter, threshold)

    with closing(product):
        told = list(shared_chapters(product, selection, arguments.app, work, jobs_of(arguments)))
    join = joined_json if arguments.format == "json" else joined_text
    write_out(join([written for written, _ in told]))
    return FINDINGS if any(failed for _, failed in told) else CLEAN


def _fails(chapter: Chapter, threshold: Level) -> bool:
    """Tell whether any landing broke a rule of a level or above, or is not known."""
    if chapter.undecided or any(move.kind == "undecided" for row in chapter.rows for move in row.moves):
        return True  # an audit that could not look has not passed
    levels = [level for row in chapter.rows for level in row.levels.values()]
    return any(LEVELS.index(level) >= LEVELS.index(threshold) for level in levels)

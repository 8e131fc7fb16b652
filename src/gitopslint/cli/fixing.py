"""`gitopslint check --fix`: what it changes, and what it shows of that."""

from __future__ import annotations

import argparse
from contextlib import closing

from gitopslint.cli.exits import UsageError, tell
from gitopslint.cli.formats import with_board
from gitopslint.cli.jobs import jobs_of
from gitopslint.cli.joinable import keeping_of
from gitopslint.cli.looking import looking
from gitopslint.cli.pair import Checked, open_checked
from gitopslint.engine.conclusion import narrowed
from gitopslint.engine.fixing import Files, Look, mended
from gitopslint.engine.pieces import with_fixed
from gitopslint.engine.preview import previews
from gitopslint.engine.run import Keeping
from gitopslint.engine.selection import Selection
from gitopslint.loaders.rewriting import RewriteError, write_all
from gitopslint.loaders.side import Side
from gitopslint.model.finding import Report
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Catalogue
from gitopslint.model.source import Source
from gitopslint.model.span import within
from gitopslint.reporters.escape import visible


class Outcome(NamedTuple):
    """What is left, and what was changed or would be."""

    report: Report
    changes: tuple[tuple[str, Source, Source], ...]


def fix(
    arguments: argparse.Namespace,
    shipped: Catalogue,
    checked: Checked,
    selection: Selection,
    *,
    whole: bool,
) -> Outcome:
    """Apply fixes and write the files, unless only the difference is asked for. Raises UsageError.

    The report is about what was asked for, or the `whole` repository.
    """
    if arguments.staged:
        raise UsageError(
            "--staged checks the index, and fixes change files on disk, which may be others: "
            "run `gitopslint check --fix` without it, then `git add` what it changed"
        )
    if arguments.diff and (arguments.report or arguments.output_file or arguments.output_format != "text"):
        raise UsageError("--diff shows the difference in the place of a report: leave out the options for reports")

    root = checked.ground.root
    jobs = jobs_of(arguments)

    def look(side: Side, *, board: bool = False, keeping: Keeping | None = None) -> Report:
        return looking(checked, selection, side)(whole=True, keeping=keeping, jobs=jobs, board=board)

    def check(files: Files) -> Look:
        unsaved = {root / path: data for path, data in files.items()}
        side = open_checked(arguments, shipped, unsaved).side if files else checked.side
        return Look(side, look(side))

    done = mended(check, unsafe=arguments.unsafe_fixes, within=lambda path: within(path, checked.scope))
    for finding, reason in done.undone:
        place = done.look.report.shown(finding.span)
        tell(visible(f"{place}: the fix of {finding.rule} was undone: {reason}"))
    report = done.look.report
    with closing(done.look.side) as side:
        changes = tuple(previews(side, done.files))
        if (keeping := keeping_of(arguments, checked)) is not None or with_board(arguments):
            report = look(side, board=with_board(arguments), keeping=keeping)
    if not arguments.diff:
        try:
            write_all(root, done.files)
        except RewriteError as error:
            raise UsageError(str(error)) from None
    report = report if whole else narrowed(report, checked.scope)
    return Outcome(with_fixed(report, done.removed), changes)

"""`gitopslint baseline`."""

from __future__ import annotations

import argparse
from contextlib import closing

from gitopslint.cli.clock import today
from gitopslint.cli.exits import CLEAN, FAULT, UsageError, tell
from gitopslint.cli.looking import looking
from gitopslint.cli.output import write_file, write_out
from gitopslint.cli.pair import open_checked, selection_of
from gitopslint.cli.recorded import baseline_path, read_record, sight_of
from gitopslint.cli.subject import declare_subject
from gitopslint.engine.baseline import EXPIRED, updated
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.baseline import BASELINE_NAME, Baseline
from gitopslint.model.moment import check_day, is_past
from gitopslint.reporters.baseline import render
from gitopslint.reporters.summary import counted

_STDOUT = "-"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    declare_subject(parser)
    parser.set_defaults(staged=False)
    add = parser.add_argument
    add(
        "-o",
        "--output-file",
        metavar="FILE",
        help=f"the baseline to write or bring up to date, or `-` to print one (default: what the contract says, else "
        f"{BASELINE_NAME} beside it)",
    )
    add("--until", metavar="DAY", type=_day, help="the last day on which new entries are known, as 2027-01-31")
    add("--reason", metavar="TEXT", help="why new entries are still there")


def baseline(arguments: argparse.Namespace) -> int:
    """Write a baseline of today's findings, keeping what people said in the one that is there. Raises UsageError."""
    checked = open_checked(arguments, load_catalogue())
    selection = selection_of(arguments, checked)
    printed = arguments.output_file == _STDOUT
    path = baseline_path(checked.ground, None if printed else arguments.output_file) or BASELINE_NAME
    record = read_record(checked.ground, path)
    with closing(checked.side):
        report = looking(checked, selection)(whole=True)
    for fault in report.faults:
        tell(f"the rule {fault.rule} crashed on {fault.subject} ({fault.error}): nothing was written; please report it")
    if report.faults:
        return FAULT
    if report.unread:
        first = report.unread[0]
        raise UsageError(f"nothing was written: {report.prefix}{first.path} cannot be read: {first.reason}")
    old = record.baseline if record is not None else Baseline()
    update = updated(old, report, sight_of(checked, selection), arguments.until, arguments.reason)
    text = render(update.baseline)
    if printed:
        write_out(text)
        return CLEAN
    file = checked.ground.root / path
    changes = f"{counted(len(update.baseline.findings), 'known finding')} ({update.new} new, {update.gone} gone)"
    if record is not None and record.data == text.encode():
        tell(f"{file} is up to date: {changes}")
    else:
        write_file(str(file), text)
        tell(f"wrote {file}: {changes}")
    _advise(update.baseline, report.undecided != (), checked.ground.contract.baseline == path, path)
    return CLEAN


def _advise(written: Baseline, undecided: bool, in_contract: bool, path: str) -> None:
    """Say what the file does not do by itself."""
    if expired := sum(is_past(one.until, today()) for one in written.findings):
        entries = "entry has" if expired == 1 else "entries have"
        tell(f"{expired} {entries} ended ({EXPIRED}): mend it, or give it a later `until` by hand")
    if undecided:
        tell("something is undecided: what will be found when it can be decided will be new")
    if not in_contract:
        tell(f"say `baseline: {path}` in the contract, or `gitopslint check --baseline`, so that it counts")


def _day(text: str) -> str:
    try:
        check_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text

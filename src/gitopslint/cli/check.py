"""`gitopslint check`."""

from __future__ import annotations

import argparse
from contextlib import closing

from gitopslint.cli.exits import CLEAN, FAULT, FINDINGS, USAGE, UsageError, tell
from gitopslint.cli.output import colourful, render, write_file, write_out
from gitopslint.cli.pair import open_checked
from gitopslint.engine.run import run
from gitopslint.engine.selection import UnknownRuleError, select
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.finding import Report
from gitopslint.model.rule import LEVELS


def check(arguments: argparse.Namespace) -> int:
    """Check a repository, write the reports, and return the exit code. Raises UsageError."""
    shipped = load_catalogue()
    workspace = open_checked(arguments, shipped)
    catalogue = workspace.catalogue
    try:
        selection = select(catalogue, workspace.side.contract, arguments.select, arguments.ignore)
    except UnknownRuleError as error:
        raise UsageError(str(error)) from None
    with closing(workspace.side) as side:
        report = run(
            side,
            catalogue,
            selection,
            prefix=workspace.prefix,
            scope=workspace.scope,
            contract_file=workspace.contract_file,
        )
    if arguments.new_only:
        from gitopslint.cli.before import since_base  # few runs compare

        report = since_base(report, workspace, arguments, shipped)
    if arguments.undecided == "ignore":
        report = report._replace(undecided=())
    _write(report, arguments)
    return _exit_code(report, arguments)


def _write(report: Report, arguments: argparse.Namespace) -> None:
    for name, file in arguments.report:
        write_file(file, render(name, report, colour=False))
    if arguments.output_file:
        write_file(arguments.output_file, render(arguments.output_format, report, colour=False))
    else:
        write_out(render(arguments.output_format, report, colour=colourful(arguments.color)))


def _exit_code(report: Report, arguments: argparse.Namespace) -> int:
    for fault in report.faults:
        tell(
            f"the rule {fault.rule} crashed on {fault.subject} ({fault.error}), so nobody knows its verdict: "
            f"please report it"
        )
    for one in report.unread:
        tell(f"{report.prefix}{one.path} cannot be read: {one.reason}")
    if report.faults:
        return FAULT
    if report.unread:
        return USAGE
    if arguments.exit_zero:
        return CLEAN
    threshold = LEVELS.index(arguments.fail_on)
    if any(LEVELS.index(finding.level) >= threshold for finding in report.introduced):
        return FINDINGS
    return FINDINGS if report.undecided and arguments.undecided == "error" else CLEAN

"""One report of several repositories."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from gitopslint.cli.output import colourful as is_colourful
from gitopslint.cli.output import render, write_file, write_out
from gitopslint.engine.federation import federated
from gitopslint.model.finding import Report
from gitopslint.reporters import several


def write_several(reports: Mapping[str, Report], arguments: argparse.Namespace) -> None:
    """Write everything that was asked for. Raises UsageError."""
    for name, file in arguments.report:
        write_file(file, _rendered(name, reports, colour=False))
    if arguments.output_file:
        write_file(arguments.output_file, _rendered(arguments.output_format, reports, colour=False))
    else:
        write_out(_rendered(arguments.output_format, reports, colour=is_colourful(arguments.color)))


def _rendered(name: str, reports: Mapping[str, Report], *, colour: bool) -> str:
    """Formats that other programs resolve paths of keep the reports apart; for people they become one."""
    if name in several.JOINED:
        return several.JOINED[name]({one: render(name, report, colour=False) for one, report in reports.items()})
    return render(name, federated(reports), colour=colour)

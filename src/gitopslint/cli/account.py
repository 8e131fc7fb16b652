"""What `--statistics` tells: how much of what was found, and where the time went."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from gitopslint.cli.exits import tell
from gitopslint.cli.output import write_out
from gitopslint.model.finding import Report
from gitopslint.reporters.statistics import render


def give_account(report: Report, below: bool, spent: Mapping[str, float]) -> None:
    """Print the counts, `below` a report as text or else on standard error, and there the seconds of each part."""
    if counts := render(report):
        if below:
            write_out("\n" + counts)
        else:
            sys.stderr.write(counts.encode("utf-8", "backslashreplace").decode("utf-8"))
    tell("time: " + ", ".join(f"{part} {seconds:.2f} s" for part, seconds in spent.items()))

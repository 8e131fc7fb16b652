"""What an environment ran before, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from gitopslint.model.moment import minute
from gitopslint.model.shown import spoken
from gitopslint.model.timeline import Run
from gitopslint.reporters.escape import visible


def render_runs(runs: Sequence[Run], now: str | None) -> str:
    """Return the runs, the newest first, each with the landing that brought it; a mark tells what runs now."""
    rows = [("", "when", "landing", "tag", "subject")]
    for number, run in enumerate(reversed(runs)):
        landing = run.landing
        rows.append(
            (
                "now" if number == 0 and run.name == now else str(number),
                "not landed yet" if landing.pending else minute(landing.time),
                landing.short,
                visible(run.name),
                visible(spoken(landing.subject)),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows
    )

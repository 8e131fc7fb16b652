"""How the promotion board is put into words."""

from __future__ import annotations

from gitopslint.model.board import Standing
from gitopslint.model.judgement import Judgement
from gitopslint.model.rule import LEVELS
from gitopslint.reporters.summary import counted


def brief(standing: Standing) -> str:
    """Return where an environment stands: `2 builds behind dev`."""
    match standing.relation:
        case "same":
            return f"same as {standing.against}"
        case "behind":
            return f"{counted(standing.builds, 'build')} behind {standing.against}"
        case "ahead":
            return f"{counted(standing.builds, 'build')} ahead of {standing.against}"
        case "diverged":
            return f"diverged from {standing.against}"
        case _:
            return f"unknown against {standing.against}"


def cell_verdict(judgement: Judgement) -> str:
    """Return what the report says about an environment: `1 error, 2 undecided`, or `no findings`."""
    found = [counted(number, level) for level in reversed(LEVELS) if (number := getattr(judgement, level))]
    found += [f"{judgement.undecided} undecided"] if judgement.undecided else []
    found += ["not checked as a whole"] if judgement.blind else []
    return ", ".join(found) or "no findings"

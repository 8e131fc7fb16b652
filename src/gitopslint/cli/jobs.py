"""The word that says how many processes share the work of a run."""

from __future__ import annotations

import argparse
from typing import Literal

_MOST_JOBS = 256


def declare_jobs(parser: argparse.ArgumentParser) -> None:
    """Add the word."""
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_jobs,
        default="auto",
        help="let N processes share the work (default: auto, which is one for each 200 files, while there are "
        "processors, and four at most)",
    )


def jobs_of(arguments: argparse.Namespace) -> int | None:
    """Return how many processes share the work; None for as many as pay."""
    return None if arguments.jobs == "auto" else arguments.jobs


def _jobs(text: str) -> int | Literal["auto"]:
    if text == "auto":
        return "auto"
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number from 1 to {_MOST_JOBS} nor auto")
    return int(text)

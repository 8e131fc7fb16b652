"""The words that say how a run shares its work."""

from __future__ import annotations

import argparse
from typing import Literal

from gitopslint.model.share import ALL, MOST_SHARES, Share

_MOST_JOBS = 256


def declare_dividing(parser: argparse.ArgumentParser) -> None:
    """Add the words."""
    add = parser.add_argument
    add(
        "--shard",
        metavar="I/N",
        type=_share,
        default=ALL,
        help="check only the I-th of N shares of the apps and files, as JSON for `gitopslint merge`",
    )
    add(
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


def _share(text: str) -> Share:
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= MOST_SHARES):
        raise argparse.ArgumentTypeError(f"{text!r} is not I/N, such as 2/5, with N up to {MOST_SHARES}")
    return Share(int(number), int(of))

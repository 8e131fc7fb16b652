"""The words that say how a run shares its work."""

from __future__ import annotations

import argparse

from gitopslint.cli.jobs import declare_jobs
from gitopslint.model.share import ALL, MOST_SHARES, Share


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
    declare_jobs(parser)


def _share(text: str) -> Share:
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= MOST_SHARES):
        raise argparse.ArgumentTypeError(f"{text!r} is not I/N, such as 2/5, with N up to {MOST_SHARES}")
    return Share(int(number), int(of))

"""The last resort against a repository that takes too long."""

from __future__ import annotations

from gitopslint.model.finding import Doubt
from gitopslint.model.span import file_start


class TimeUp(BaseException):
    """The time for the run is over. Nothing may take it for a bug of a rule and go on, so it is no Exception."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the run was stopped after {seconds:g} seconds")


def cut_short(over: TimeUp) -> Doubt:
    """Say that the rest of a run is missing."""
    return Doubt(f"{over}, so not everything was checked", "allow more with `--timeout`", file_start(""))

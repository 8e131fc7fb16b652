"""The last resort against a repository that takes too long, or too much memory."""

from __future__ import annotations


class Stopped(BaseException):
    """The run ends here. Nothing may take it for a bug of a rule and go on, so it is no Exception."""

    remedy: str


class TimeUp(Stopped):
    """The time for the run is over."""

    remedy = "allow more with `--timeout`"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the run was stopped after {seconds:g} seconds")


class MemoryUp(Stopped):
    """The memory for the run is used up."""

    remedy = "allow more with `--memory`, or check in parts with `--shard`"

    def __init__(self, megabytes: float | None = None) -> None:
        much = f"{megabytes:,g} MB" if megabytes else "there is for it"
        super().__init__(f"the run was stopped: a process of it took more memory than {much}")

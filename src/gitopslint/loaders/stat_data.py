"""What a file system says of a file, by which git's index knows as well that it has not changed."""

from __future__ import annotations

import os
from operator import attrgetter

# Whoever changes a file changes the last three: its content or its rights the time of the change, which no program can
# set, another file in its place the inode. The time of modification is what some file systems have instead.
_FIELDS = attrgetter("st_mode", "st_size", "st_mtime_ns", "st_ctime_ns", "st_ino", "st_dev")
_TICK = 3_000_000_000
"""Clocks of file systems are coarse: that of FAT counts every other second."""


def stat_data(status: os.stat_result) -> bytes:
    """Return all that is compared."""
    return b"%d %d %d %d %d %d" % _FIELDS(status)


def is_settled(status: os.stat_result, moment: int) -> bool:
    """Tell whether a change after a moment, in nanoseconds, shows for sure: not within the same tick of a clock."""
    return max(status.st_mtime_ns, status.st_ctime_ns) < moment - _TICK

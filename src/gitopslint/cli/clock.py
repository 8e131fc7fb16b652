"""What time it is. No other module asks, so the same time gives the same report."""

from __future__ import annotations

import time

from gitopslint.model.moment import day


def now() -> int:
    """Return the seconds since 1970."""
    return int(time.time())


def today() -> str:
    """Return the day in UTC, as `2026-03-01`: which waivers have ended must not hang on a time zone."""
    return day(now())

"""Times and lengths of time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.model.moment import day, length, minute, parse_length

LENGTHS = {
    0: "0 s",
    59: "59 s",
    60: "1 min",
    3_600: "1 h",
    3_661: "1 h 1 min",
    90_000: "1 d 1 h",
    86_460: "1 d",
    -60: "-1 min",
}
WRITTEN = {"30m": 1_800, "24h": 86_400, "3d": 259_200, "2w": 1_209_600}


@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_day(time: int) -> None:
    """In the years that `datetime` knows, days are the same."""
    assert day(time) == datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d").rjust(10, "0")
    assert minute(time)[11:] == datetime.fromtimestamp(time, UTC).strftime("%H:%M")


def test_days_far_away() -> None:
    """A commit may claim any time; none of them is an error."""
    assert day(1 << 50).startswith("35680")


@pytest.mark.parametrize(("seconds", "expected"), LENGTHS.items())
def test_length(seconds: int, expected: str) -> None:
    """The two largest units, without those that are nothing."""
    assert length(seconds) == expected


@pytest.mark.parametrize(("text", "expected"), WRITTEN.items())
def test_parse_length(text: str, expected: int) -> None:
    """A number and a unit."""
    assert parse_length(text) == expected


@pytest.mark.parametrize("text", ["", "3", "h", "3 h", "-3h", "3s", "1h30m", "1.5h"])
def test_no_length(text: str) -> None:
    """Anything else is refused with examples."""
    with pytest.raises(ValueError, match="such as '30m', '24h'"):
        parse_length(text)

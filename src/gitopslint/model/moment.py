"""Points in time and lengths of time, written for people. Times are seconds since 1970, in UTC."""

from __future__ import annotations

from gitopslint.model.lazy import lazy

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_DAYS, _FEBRUARY = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 2
_UNITS = {"m": _MINUTE, "h": _HOUR, "d": _DAY, "w": 7 * _DAY}
_DATE = lazy(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DURATION = lazy(r"([0-9]{1,6})([mhdw])")


def day(time: int) -> str:
    """Write the day of a time: `2026-03-01`."""
    return "{:04}-{:02}-{:02}".format(*_civil(time // _DAY))


def minute(time: int) -> str:
    """Write a time to the minute: `2026-03-01 14:05`."""
    within = time % _DAY
    return f"{day(time)} {within // _HOUR:02}:{within % _HOUR // _MINUTE:02}"


def stamp(time: int) -> str:
    """Write a time as RFC 3339 does: `2026-03-01T14:05:09Z`."""
    within = time % _DAY
    return f"{day(time)}T{within // _HOUR:02}:{within % _HOUR // _MINUTE:02}:{within % _MINUTE:02}Z"


def length(seconds: int) -> str:
    """Write a length of time in its two largest units: `3 d 4 h`, `25 min`, `12 s`."""
    if seconds < 0:
        return f"-{length(-seconds)}"
    parts = [
        (seconds // _DAY, "d"),
        (seconds % _DAY // _HOUR, "h"),
        (seconds % _HOUR // _MINUTE, "min"),
    ]
    first = next((at for at, (number, _) in enumerate(parts) if number), None)
    if first is None:
        return f"{seconds} s"
    return " ".join(f"{number} {unit}" for number, unit in parts[first : first + 2] if number)


def parse_length(text: str) -> int:
    """Return the seconds of `30m`, `24h`, `3d` or `2w`. Raises ValueError for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no length of time such as '30m', '24h', '3d' or '2w'")
    return int(match[1]) * _UNITS[match[2]]


def check_day(text: str) -> None:
    """Raise ValueError for anything but a day of the calendar, as `day` writes it."""
    match = _DATE.fullmatch(text)
    year, month, of_month = map(int, match.groups()) if match is not None else (0, 0, 0)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= len(_DAYS) or not 1 <= of_month <= _DAYS[month - 1] + (leap and month == _FEBRUARY):
        raise ValueError(f"{text!r} is no day such as '2027-01-31'")


def is_past(until: str | None, today: str | None) -> bool:
    """Tell whether a last day has gone by. Without a day nothing ends, and where nobody knows today nothing has."""
    return until is not None and today is not None and until < today


def _civil(days: int) -> tuple[int, int, int]:
    """Return year, month and day of a number of days since 1970-01-01 (the proleptic Gregorian calendar).

    Written out, because `datetime` covers years 1 to 9999 only and commits may claim any time. Years are counted
    from March, so that a leap day is the last one.
    """
    days += 719_468
    era, of_era = divmod(days, 146_097)
    year_of_era = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1

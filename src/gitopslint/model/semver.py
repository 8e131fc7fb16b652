"""Version constraints as Helm reads them in `dependencies[].version`. Source: Masterminds `semver/v3`."""

from __future__ import annotations

import re

from gitopslint.model.namedtuple import NamedTuple

_REST = r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
_VERSION = re.compile(rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?{_REST}")
_PATTERN = rf"v?([0-9xX*]+)(?:\.([0-9xX*]+))?(?:\.([0-9xX*]+))?{_REST}"
_ONE = re.compile(rf"(!=|=|>=|=>|<=|=<|>|<|~>|~|\^|)\s*({_PATTERN})")
_RANGE = re.compile(rf"\s*({_PATTERN})\s+-\s+({_PATTERN})\s*")
_BETWEEN = re.compile(r"\s*,\s*|\s+|$")
_WILD = ("x", "X", "*", None)
_LARGEST = (1 << 63) - 1


class _Version(NamedTuple):
    numbers: tuple[int, int, int]
    pre: str = ""

    def order(self) -> tuple[tuple[int, int, int], bool, list[tuple[int, int, str]]]:
        """Compare by this: a pre-release comes before its release."""
        parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.pre.split(".")]
        return self.numbers, not self.pre, parts if self.pre else []


def satisfies(version: str, constraint: str) -> bool:
    """Tell whether a version fits a constraint such as `^1.2` or `>=1 <3 || 4.x`.

    What is no version or no constraint, such as an empty one, fits nothing, as in Helm.
    """
    match = _VERSION.fullmatch(version)
    if match is None or (found := _version(match[1], match[2], match[3], match[4])) is None:
        return False
    alternatives = [_comparisons(part) for part in _RANGE.sub(_spelled_out, constraint).split("||")]
    if None in alternatives:
        return False
    return any(_all_fit(found, comparisons or []) for comparisons in alternatives)


def is_version(text: str) -> bool:
    """Tell whether a text is a version."""
    return _VERSION.fullmatch(text) is not None


def is_constraint(text: str) -> bool:
    """Tell whether a text is a constraint at all."""
    return all(_comparisons(part) is not None for part in _RANGE.sub(_spelled_out, text).split("||"))


_Comparison = tuple[str, _Version, int]
"""An operator, a version, and how many of its numbers are given."""


def _spelled_out(match: re.Match[str]) -> str:
    return f">={match[1]} <={match[6]} "


def _comparisons(text: str) -> list[_Comparison] | None:
    found: list[_Comparison] = []
    text = text.strip()
    at = 0
    while at < len(text) or not found:
        match = _ONE.match(text, at)
        between = _BETWEEN.match(text, match.end()) if match is not None else None
        if match is None or between is None:
            return None
        numbers = (match[3], match[4], match[5])
        given = next((count for count, number in enumerate(numbers) if number in _WILD), 3)
        major, minor, patch = (number if place < given else "0" for place, number in enumerate(numbers))
        version = _version(major, minor, patch, match[6])
        if version is None:
            return None
        found.append((match[1], version, given))
        at = between.end()
    return found


def _version(major: str | None, minor: str | None, patch: str | None, pre: str | None) -> _Version | None:
    texts = [text or "0" for text in (major, minor, patch)]
    if not all(text.isdigit() and int(text) <= _LARGEST for text in texts):
        return None
    return _Version((int(texts[0]), int(texts[1]), int(texts[2])), pre or "")


def _all_fit(version: _Version, comparisons: list[_Comparison]) -> bool:
    if version.pre and not any(wanted.pre for _, wanted, _ in comparisons):
        return False  # who wants a pre-release says so
    return all(_fits(version, *one) for one in comparisons)


def _fits(version: _Version, operator: str, wanted: _Version, given: int) -> bool:
    order, limit = version.order(), wanted.order()
    # Where not even the first number is given, most operators of the library compare with 0.0.0.
    full = given in (0, 3)
    match operator:
        case "!=":
            return (
                order != limit
                if full
                else not _within(version, wanted, given) or (given == 2 and version.pre != wanted.pre)
            )
        case ">":
            return order > limit and (full or not _within(version, wanted, given))
        case "<":
            return order < limit
        case ">=" | "=>":
            return order >= limit
        case "<=" | "=<":
            return order <= limit if given == 3 else version.numbers[: given or 2] <= wanted.numbers[: given or 2]
        case "^":
            return order >= limit and _within(version, wanted, _caret(wanted, given))
        case "" | "=" if given == 3:
            return order == limit
    anything = full and wanted.numbers == (0, 0, 0)
    return order >= limit and (anything or _within(version, wanted, min(given, 2)))


def _caret(wanted: _Version, given: int) -> int:
    """Return how many leading numbers must stay: up to the first that is not 0."""
    first = next((place for place, number in enumerate(wanted.numbers) if number), 2)
    return min(first + 1, given or 3)


def _within(version: _Version, wanted: _Version, count: int) -> bool:
    return version.numbers[:count] == wanted.numbers[:count]

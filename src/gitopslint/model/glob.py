"""Globs as Argo CD and users write them: `*`, `?`, `[a-z]`, `{a,b}`, and `**` for any number of folders.

Matched without regular expressions: patterns come from the repository, and none of them may take exponential time.
Source: github.com/bmatcuk/doublestar, which Argo CD uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_MOST_ALTERNATIVES = 200
_LONGEST = 1000
_MOST_STARS, _MOST_FOLDERS = 3, 2
_SPECIAL = frozenset("*?[{\\")


class GlobError(ValueError):
    """A pattern that is malformed, or more than is read."""


class GlobLimitError(GlobError):
    """A pattern that is too long or stands for too many others, so that nobody knows what it fits."""


def is_glob(text: str) -> bool:
    """Tell whether a path holds any character that a glob gives a meaning."""
    return not _SPECIAL.isdisjoint(text)


def glob_matches(pattern: str, path: str) -> bool:
    """Tell whether a whole path fits a pattern. Raises GlobError for a malformed pattern."""
    parts = tuple(path.split("/"))
    return any(_parts_match(tuple(one.split("/")), parts) for one in alternatives(pattern))


def fits_any(patterns: Iterable[str], path: str) -> bool:
    """Tell whether a path fits any of some patterns. Raises GlobError for a malformed pattern."""
    return any(path.startswith(_beginning(pattern)) and glob_matches(pattern, path) for pattern in patterns)


@lru_cache(maxsize=1024)
def _beginning(pattern: str) -> str:
    """Return the part of a pattern before anything special: most paths are told apart by it."""
    end = next((at for at, character in enumerate(pattern) if character in _SPECIAL), len(pattern))
    return pattern[:end]


@lru_cache(maxsize=256)
def alternatives(pattern: str) -> tuple[str, ...]:
    """Write out the braces of a pattern. Raises GlobError when there are too many, or they are not closed."""
    if len(pattern) > _LONGEST:
        raise GlobLimitError(f"a pattern of {len(pattern):,} characters is too long: {_LONGEST:,} are the most")
    found, waiting = [], [pattern]
    while waiting:
        one = waiting.pop()
        span = _braces(one)
        if span is None:
            found.append(one)
            continue
        start, end = span
        waiting += [one[:start] + choice + one[end + 1 :] for choice in _choices(one[start + 1 : end])]
        if len(waiting) + len(found) > _MOST_ALTERNATIVES:
            raise GlobLimitError(f"{pattern!r} stands for more than {_MOST_ALTERNATIVES} patterns")
    return tuple(sorted(found))


def check_ignore_pattern(pattern: str) -> None:
    """Raise GlobError for a line of `.gitignore` that would take too long to match.

    These are matched by regular expressions that backtrack, so what multiplies the ways to match is bounded.
    """
    if len(pattern) > _LONGEST:
        raise GlobLimitError(f"a pattern of {len(pattern):,} characters is too long: {_LONGEST:,} are the most")
    parts = pattern.split("/")
    if any(part != "**" and len(part.split("*")) - 1 > _MOST_STARS for part in parts):
        raise GlobError(f"{pattern!r} has more than {_MOST_STARS} stars in one name")
    if parts[:-1].count("**") > _MOST_FOLDERS:
        raise GlobError(f"{pattern!r} has '**' more than {_MOST_FOLDERS} times")


def _parts_match(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Match folder by folder: row by row which beginnings of the path fit a beginning of the pattern."""
    fits = [True] + [False] * len(path)
    for part in pattern:
        row = [False] * (len(path) + 1)
        row[0] = fits[0] and part == "**"
        for length, name in enumerate(path, 1):
            if part == "**":
                row[length] = fits[length] or row[length - 1]
            else:
                row[length] = fits[length - 1] and name_matches(part, name)
        fits = row
    return fits[-1]


def name_matches(pattern: str, name: str) -> bool:
    """Tell whether a name without `/` fits a pattern, in time that grows with the product of both lengths."""
    tokens = _tokens(pattern)
    fits = [True] + [False] * len(name)
    for token in tokens:
        if token is None:  # `*`
            for length in range(1, len(name) + 1):
                fits[length] = fits[length] or fits[length - 1]
        else:
            allowed, negated = token
            fits = [False] + [
                fits[position] and (allowed is None or _holds(allowed, character) != negated)
                for position, character in enumerate(name)
            ]
    return fits[-1]


_Token = tuple[tuple[tuple[str, str], ...] | None, bool] | None


@lru_cache(maxsize=1024)
def _tokens(pattern: str) -> tuple[_Token, ...]:
    """Read a pattern into `None` for `*`, or the ranges that one character may be in (None for any)."""
    tokens: list[_Token] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            if not tokens or tokens[-1] is not None:
                tokens.append(None)
        elif character == "?":
            tokens.append((None, False))
        elif character == "[":
            ranges, negated, at = _class(pattern, at)
            tokens.append((ranges, negated))
        else:
            if character == "\\" and at + 1 < len(pattern):
                at += 1
                character = pattern[at]
            tokens.append((((character, character),), False))
        at += 1
    return tuple(tokens)


def _class(pattern: str, start: int) -> tuple[tuple[tuple[str, str], ...], bool, int]:
    """Read `[a-z]` or `[^a-z]`; return its ranges, whether they are excluded, and where it closes."""
    end = pattern.find("]", start + 2)
    if end < 0:
        raise GlobError(f"{pattern!r} has a '[' that is not closed")
    body = pattern[start + 1 : end]
    negated = body[0] in "!^"
    body = body[negated:]
    ranges = []
    at = 0
    while at < len(body):
        if at + 2 < len(body) and body[at + 1] == "-":
            ranges.append((body[at], body[at + 2]))
            at += 3
        else:
            ranges.append((body[at], body[at]))
            at += 1
    return tuple(ranges), negated, end


def _holds(ranges: tuple[tuple[str, str], ...], character: str) -> bool:
    return any(first <= character <= last for first, last in ranges)


def _braces(pattern: str) -> tuple[int, int] | None:
    """Return the first outermost pair of braces."""
    depth, start, at = 0, -1, 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 1
        elif character == "{":
            start = at if depth == 0 else start
            depth += 1
        elif character == "}" and depth:
            depth -= 1
            if depth == 0:
                return start, at
        at += 1
    if depth:
        raise GlobError(f"{pattern!r} has a '{{' that is not closed")
    return None


def _choices(body: str) -> list[str]:
    """Split at the commas that stand in no inner braces."""
    choices, depth, start, at = [], 0, 0, 0
    while at < len(body):
        character = body[at]
        if character == "\\":
            at += 1
        elif character in "{}":
            depth += 1 if character == "{" else -1
        elif character == "," and depth == 0:
            choices.append(body[start:at])
            start = at + 1
        at += 1
    return [*choices, body[start:]]

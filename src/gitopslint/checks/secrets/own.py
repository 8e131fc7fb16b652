"""Patterns that the repository brings along, and what its allowlists let pass."""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.secrets.randomness import entropy
from gitopslint.checks.secrets.shapes import Shape
from gitopslint.model.glob import glob_matches
from gitopslint.model.goregex import go_regex
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.secret import Allowlist, OwnPattern, OwnRules, Pattern


class Place(NamedTuple):
    """A secret in its file, as allowlists look at it."""

    path: str
    secret: str
    match: str
    line: str


class Own:
    """The rules of one repository, ready to search."""

    def __init__(self, rules: OwnRules) -> None:
        self._rules = rules
        self._patterns = [(one, tuple(word.lower() for word in one.keywords)) for one in rules.patterns]
        self._known = {one.name: Pattern(one.name, one.what, one.keywords, "") for one in rules.patterns}

    def shapes(self, path: str, text: str) -> Iterator[Shape]:
        """Yield what the patterns find in a file; an empty place at its start means the file itself."""
        if not self._patterns:
            return
        lower = text.lower()
        for one, words in self._patterns:
            if (words and not any(word in lower for word in words)) or not _is_about(one, path):
                continue
            if one.regex is None:
                if not _any_lets_pass(one.allowlists, Place(path, "", "", "")):
                    yield Shape(self._known[one.name], 0, 0)
                continue
            for match in go_regex(one.regex).matches(text):
                place = match.groups[max(one.group, 1) - 1] if match.groups else None
                start, end = place or (match.start, match.end)
                secret = text[start:end]
                if not secret.strip() or entropy(secret) < one.entropy:
                    continue
                where = Place(path, secret, text[match.start : match.end], _line(text, start))
                if not _any_lets_pass(one.allowlists, where):
                    yield Shape(self._known[one.name], start, end)

    def lets_pass(self, pattern: str, path: str, text: str, start: int, end: int) -> bool:
        """Tell whether an allowlist for all rules lets a secret pass."""
        lists = [one for one in self._rules.allowlists if not one.rules or pattern in one.rules]
        return bool(lists) and _any_lets_pass(lists, Place(path, text[start:end], text[start:end], _line(text, start)))


def _is_about(one: OwnPattern, path: str) -> bool:
    if one.glob is not None and not glob_matches(one.glob, path):
        return False
    return one.path_regex is None or go_regex(one.path_regex).found_in(path)


def _any_lets_pass(allowlists: tuple[Allowlist, ...] | list[Allowlist], place: Place) -> bool:
    return any(_lets_pass(one, place) for one in allowlists)


def _lets_pass(one: Allowlist, place: Place) -> bool:
    text = {"secret": place.secret, "match": place.match, "line": place.line}[one.target]
    said: list[bool] = []
    if one.paths:
        said.append(any(go_regex(path).found_in(place.path) for path in one.paths))
    if one.regexes:
        said.append(any(go_regex(regex).found_in(text) for regex in one.regexes))
    if one.stopwords:
        lower = place.secret.lower()
        said.append(any(word.lower() in lower for word in one.stopwords))
    return bool(said) and (all(said) if one.every else any(said))


def _line(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]

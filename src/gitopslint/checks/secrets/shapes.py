"""Credentials by their shape: what stands at a keyword and fits the pattern of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gitopslint.checks.secrets import encoded, pem, urls, values
from gitopslint.checks.secrets.keywords import Keywords, lowered
from gitopslint.checks.secrets.randomness import looks_random, varied
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.secret import Pattern

PRIVATE_KEY = Pattern("private-key", "a private key", pem.KEYWORDS, "")
ADDRESS = Pattern("password-in-address", "a password in an address", (urls.KEYWORD,), "")
_BEHIND = 300
"""How far behind its keyword a credential ends that begins ahead of it."""
_UNBOUNDED = "/?&"
_LEFT, _RIGHT = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"


class Shape(NamedTuple):
    """A credential and from where to where it stands."""

    pattern: Pattern
    start: int
    end: int
    sure: bool = False
    """Whether a checksum fits, so that it is one wherever it stands."""


class Shapes:
    """All patterns, ready to search."""

    def __init__(self, patterns: Iterable[Pattern], names: Sequence[str] = (), *, native: bool = True) -> None:
        self._compiled: dict[str, re.Pattern[str]] = {}
        of_word: dict[str, list[Pattern]] = {}
        for pattern in (PRIVATE_KEY, ADDRESS, *patterns):
            for word in pattern.keywords:
                of_word.setdefault(word.lower(), []).append(pattern)
        named = frozenset(names)
        words = dict.fromkeys([*of_word, *names])
        self._of_word = (*of_word.values(), *([] for _ in range(len(words) - len(of_word))))
        self._names = {number for number, word in enumerate(words) if word in named}
        self._keywords = Keywords(words, native=native)

    def look(self, text: str) -> tuple[list[tuple[int, Pattern]], list[int]]:
        """Return where the keywords of patterns stand in a text, and where names do."""
        places: list[tuple[int, Pattern]] = []
        names: list[int] = []
        for start, number in self._keywords.found_in(lowered(text)):
            if patterns := self._of_word[number]:
                places.extend([(start, pattern) for pattern in patterns])
            if number in self._names:
                names.append(start)
        return places, names

    def found(self, text: str, places: Iterable[tuple[int, Pattern]], *, prose: bool = False) -> Iterator[Shape]:
        """Yield the credentials at these places of a text, each once."""
        seen: set[tuple[int, int]] = set()
        beyond = 0
        for at, pattern in places:
            if at < beyond and pattern is not PRIVATE_KEY:  # inside a private key
                continue
            shape = self._at(text, at, pattern, prose)
            if shape is not None and (shape.start, shape.end) not in seen:
                seen.add((shape.start, shape.end))
                if pattern is PRIVATE_KEY:
                    beyond = shape.end
                yield shape

    def within(self, text: str, *, prose: bool = False) -> list[Shape]:
        """Return the credentials in a text."""
        return list(self.found(text, self.look(text)[0], prose=prose))

    def _at(self, text: str, at: int, pattern: Pattern, prose: bool) -> Shape | None:
        if pattern is PRIVATE_KEY:
            span = pem.private_key(text, at)
            return None if span is None else Shape(pattern, *span)
        if pattern is ADDRESS:
            address = urls.user_info(text, at)
            if address is None or not urls.is_secret(address, prose=prose):
                return None
            return Shape(pattern, address.start, address.end)
        bounded = not pattern.before and pattern.find[:1] not in _UNBOUNDED
        if bounded and at and text[at - 1].isalnum() and text[at - 1].isascii():  # as in most words, it is no start
            return None
        find = self._regex(pattern)
        if not pattern.before:
            match = find.match(text, at)
            return None if match is None else self._checked(pattern, match)
        for match in find.finditer(text, max(0, at - pattern.before), at + _BEHIND):
            if match.start() > at:
                break
            if at < match.end():
                return self._checked(pattern, match)
        return None

    def _regex(self, pattern: Pattern) -> re.Pattern[str]:
        found = self._compiled.get(pattern.name)
        if found is None:
            left = "" if pattern.find[:1] in _UNBOUNDED else _LEFT
            found = self._compiled[pattern.name] = re.compile(f"{left}(?:{pattern.find}){_RIGHT}")
        return found

    def _checked(self, pattern: Pattern, match: re.Match[str]) -> Shape | None:
        group = match.lastindex or 0
        secret = match[group]
        shape = Shape(pattern, *match.span(group))
        if pattern.check == "web-token":
            return None if encoded.web_token(secret) is None or encoded.is_public_web_token(secret) else shape
        if pattern.check == "basic":
            return shape if encoded.basic_password(secret) is not None else None
        if pattern.check == "random":
            return shape if looks_random(secret) and secret.count("_") <= 4 and not values.harmless(secret) else None
        if pattern.check == "crc32-base62" and encoded.crc32_base62(secret):
            return shape._replace(sure=True)
        body = secret[max(map(len, pattern.keywords)) :] if not pattern.before and group == 0 else secret
        return shape if plausible(secret, body) else None


def plausible(whole: str, body: str) -> bool:
    """Tell whether a text in the shape of a credential was not made up to show the shape."""
    lower = whole.lower()
    if "example" in lower or "xxxxx" in lower or "your" in lower[:12] or "00000000" in lower:
        return False
    return varied(body)

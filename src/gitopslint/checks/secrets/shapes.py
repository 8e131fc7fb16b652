"""Credentials by their shape: what stands at a keyword and fits the pattern of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

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


class Shapes:
    """All patterns, ready to search."""

    def __init__(self, patterns: Iterable[Pattern], names: Iterable[str] = (), *, native: bool = True) -> None:
        self._compiled: dict[str, re.Pattern[str]] = {}
        of_word: dict[str, list[Pattern]] = {}
        for pattern in (PRIVATE_KEY, ADDRESS, *patterns):
            for word in pattern.keywords:
                of_word.setdefault(word.lower(), []).append(pattern)
        named = frozenset(names)
        words = dict.fromkeys([*of_word, *named])  # so the words of patterns have the same numbers without the names
        self._of_patterns = tuple(of_word)
        self._native = native
        self._of_word = [of_word.get(word, []) for word in words]
        self._names = [word in named for word in words]
        self._patterned = [word in of_word for word in words]
        self._unaddressed = [word in of_word and word != urls.KEYWORD for word in words]
        self._keywords = Keywords(words, native=native)

    def look(self, text: str) -> tuple[list[tuple[int, Pattern]], list[int]]:
        """Return where patterns begin to fit in a text, and where names stand, both in order."""
        found = self._keywords.found_in(lowered(text))
        return self._places(text, found), sorted([start for number, start, _ in found if self._names[number]])

    def is_keyed(self, text: str) -> bool:
        """Tell whether the keyword of a credential stands in a text, whatever follows it."""
        return any(
            pattern is not ADDRESS
            for number, _, _ in self._credentials.found_in(lowered(text))
            for pattern in self._of_word[number]
        )

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
        return list(self.found(text, self._places(text, self._credentials.found_in(lowered(text))), prose=prose))

    @cached_property
    def _credentials(self) -> Keywords:
        """The keywords without the names, which no program is searched for: there a half of what is found are names."""
        return Keywords(self._of_patterns, native=self._native, dense=True)

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
        find = self._compiled.get(pattern.name) or self._compile(pattern)
        if not pattern.before:
            match = find.match(text, at)
            return None if match is None else self._checked(pattern, match)
        for match in find.finditer(text, max(0, at - pattern.before), at + _BEHIND):
            if match.start() > at:
                break
            if at < match.end():
                return self._checked(pattern, match)
        return None

    def _places(self, text: str, found: list[tuple[int, int, int]]) -> list[tuple[int, Pattern]]:
        # Without an `@`, no address has a password.
        wanted = self._patterned if "@" in text else self._unaddressed
        near = [(start, number) for number, start, _ in found if wanted[number]]
        hits = sorted([one for one in near if self._may_be_at(text, *one)])
        return [(start, pattern) for start, number in hits for pattern in self._of_word[number]]

    def _may_be_at(self, text: str, at: int, number: int) -> bool:
        """Tell whether a credential may stand at a keyword: some, such as `t.`, stand everywhere."""
        for pattern in self._of_word[number]:
            if pattern.before or not pattern.find:
                return True
            find = self._compiled.get(pattern.name) or self._compile(pattern)
            if find.match(text, at) is not None:
                return True
        return False

    def _compile(self, pattern: Pattern) -> re.Pattern[str]:
        left = "" if pattern.find[:1] in _UNBOUNDED else _LEFT
        find = self._compiled[pattern.name] = re.compile(f"{left}(?:{pattern.find}){_RIGHT}")
        return find

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
            return shape  # nobody makes up a checksum that fits
        body = secret[max(map(len, pattern.keywords)) :] if not pattern.before and group == 0 else secret
        return shape if plausible(secret, body) else None


def plausible(whole: str, body: str) -> bool:
    """Tell whether a text in the shape of a credential was not made up to show the shape."""
    lower = whole.lower()
    if "example" in lower or "xxxxx" in lower or "your" in lower[:12] or "00000000" in lower:
        return False
    return varied(body)

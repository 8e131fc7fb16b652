"""Whether a text was drawn by a machine or written by a person."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from operator import ne

from gitopslint.model.lazy import lazy

_COMMON = {
    first: frozenset(seconds)
    for first, seconds in (
        pair.split(":")
        for pair in [
            "a:bcdgilmnprstuy",
            "b:aeilou",
            "c:acehiklorstu",
            "d:adeilorsu",
            "e:acdefgilmnpqrstvwxy",
            "f:aefilou",
            "g:ehilnors",
            "h:aeiot",
            "i:abcdefglmnoprstvz",
            "k:e",
            "l:adeilostuy",
            "m:aeilmops",
            "n:acdefgilostuv",
            "o:abcdgiklmnoprstuvw",
            "p:aehiloprstuy",
            "q:u",
            "r:acdegilmnorstuy",
            "s:acehilopstu",
            "t:acehiloprstuy",
            "u:abceilmnprst",
            "v:aei",
            "w:ai",
            "x:ept",
            "y:p",
            "z:e",
        ]
    )
}
"""Which letter follows which in nine of ten places of English words and names of programs."""

_RUN = lazy(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]+")
_HEX = lazy(r"[0-9a-fA-F]+")
_UUID = lazy(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_UUID_LENGTH = 36
_SEPARATOR = lazy(r"[-_./:]+")
_LONGEST = 4000


def entropy(text: str) -> float:
    """Return Shannon's entropy of a text in bits for each character."""
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values()) if text else 0.0


def is_hex(text: str) -> bool:
    """Tell whether a text has nothing but hex digits, in one case."""
    return _HEX.fullmatch(text) is not None and (text.lower() == text or text.upper() == text)


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID."""
    return len(text) == _UUID_LENGTH and _UUID.fullmatch(text) is not None


def wordlike(text: str) -> float:
    """Return which part of a text, from 0 to 1, reads as words: runs of letters that follow each other as in words."""
    text = text[:_LONGEST]
    readable = 0
    for run in _RUN.findall(text):
        letters = run.lower()
        if len(letters) < 3:
            continue
        known = sum(second in _COMMON.get(first, "") for first, second in pairwise(letters))
        if known >= 0.7 * (len(letters) - 1):
            readable += len(letters)
    return readable / len(text) if text else 0.0


def looks_random(text: str, least: int = 16) -> bool:
    """Tell whether a text without blanks looks drawn by a machine.

    Letters and digits mixed, hardly a character often, and no words in it. Hex digits alone need both kinds.
    """
    text = text[:_LONGEST].rstrip("=")
    if len(text) < least or " " in text:
        return False
    if is_uuid(text):
        return False
    if text == text.lower() and (parts := _SEPARATOR.split(text))[1:]:
        # Names have hyphens and dots; what is drawn from such an alphabet has capitals as well.
        return any(looks_random(part, least) for part in parts)
    if is_hex(text):
        return has_digits_and_letters(text) and entropy(text) >= 2.8
    kinds = sum(any(map(kind, text)) for kind in (str.islower, str.isupper, str.isdigit))
    if kinds < 2:
        return False
    if entropy(text) < min(3.2, math.log2(len(text)) * 0.78):
        return False
    kind_of = [1 if one.isupper() else 0 if one.isalpha() else 2 if one.isdigit() else 3 for one in text]
    changes = sum(map(ne, kind_of, kind_of[1:])) / (len(text) - 1)
    if kinds == 2 and not any(map(str.isdigit, text)):
        return changes >= 0.35 and wordlike(text) < 0.35
    return changes >= 0.2 and wordlike(text) < (0.45 if changes >= 0.35 else 0.3)


def has_digits_and_letters(text: str) -> bool:
    """Tell whether a text has both."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def varied(text: str) -> bool:
    """Tell whether a text in the place of a credential is not just filled up: `xxxx`, `0000`, `1234567890`."""
    counts = Counter(text.lower())
    if len(counts) < min(6, max(3, len(text) // 3)):
        return False
    most = max(counts.values())
    steps = sum(ord(second) - ord(first) in (0, 1) for first, second in pairwise(text))
    return most <= max(3, len(text) * 0.4) and steps < 0.6 * len(text)

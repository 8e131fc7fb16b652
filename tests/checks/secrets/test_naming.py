"""What a value is under a name: weak passwords too, but no names, switches and sentences."""

from __future__ import annotations

import pytest

from gitopslint.checks.secrets.naming import is_secret, is_strong
from gitopslint.model.keynames import name_of

LONG = "ab1-" * 1000

VALUES = {
    "two characters": ("password", "ab", False),
    "three": ("password", "abc", True),
    "as long as a password may be": ("password", LONG, True),
    "longer": ("password", LONG + "x", False),
    "a number": ("password", "123456", True),
    "a number under another word for a password": ("shoppassphrase", "123456", False),
    "a switch": ("password", "true", False),
    "a phrase": ("password", "correct horse battery", True),
    "a sentence": ("password", "enter your password", False),
    "a word under the name of a credential": ("jwtSecret", "abcd", True),
    "a shorter one": ("jwtSecret", "abc", False),
    "a word under the name of a Secret": ("tlsSecret", "summer", False),
    "a word and a year under the name of a credential": ("jwtSecret", "summer2027", True),
    "the same under a variable": ("SHOP_SECRET", "summer2027", True),
    "the same under the name of a Secret": ("tlsSecret", "summer2027", False),
    "five mixed characters": ("token", "ab1!c", False),
    "six": ("token", "ab1!cd", True),
    "a number for a token": ("token", "12345678", False),
    "two words for a token": ("token", "two words", False),
    "two mixed words": ("token", "Two w0rds!", True),
    "the name of a key": ("encryption_key", "tls.key", False),
    "the name of a key with a dot": ("shopApiKey", "DB_PASSWORD.old", False),
    "a list of names and values": ("token", "a=b,c=d", False),
}


@pytest.mark.parametrize(("key", "text", "expected"), VALUES.values(), ids=VALUES)
def test_values(key: str, text: str, expected: bool) -> None:
    """The last word of the key says what is expected there, and the value whether it can be that."""
    assert is_secret(name_of(key), text) is expected


IN_TEXTS = {
    "five mixed characters": ("ab1c2", False, False),
    "six": ("ab1c2d", False, True),
    "six letters": ("abcdef", False, False),
    "a name with a number": ("web-7", False, False),
    "a phrase with hyphens": ("blue-horse-seven", False, False),
    "a phrase with hyphens in a comment": ("blue-horse-seven", True, True),
    "one that speaks of passwords": ("my-password-here", True, False),
}


@pytest.mark.parametrize(("text", "comment", "expected"), IN_TEXTS.values(), ids=IN_TEXTS)
def test_texts_for_people(text: str, comment: bool, expected: bool) -> None:
    """There only what no word of an example looks like counts; in a comment also a phrase, which was used once."""
    assert is_secret(name_of("password"), text, prose=True, comment=comment) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ab1cd", False), ("ab1cde", True), ("abcdef", False), ("abc-de", True), ("123456", False), ("ab 1cde", False)],
)
def test_mixed_kinds(text: str, expected: bool) -> None:
    """A password that nobody takes for a name has six characters of two kinds, and no blank."""
    assert is_strong(text) is expected

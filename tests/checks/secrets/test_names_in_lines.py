"""A text under a key in a line: which part of it is the secret, and what it is."""

from __future__ import annotations

import pytest

from gitopslint.checks.secrets.encoded import web_token
from gitopslint.checks.secrets.lines import judged
from gitopslint.checks.secrets.manner import Manner

STRONG = "q7Rk2VxN9tLw4ZbY8mPc"

# The key and the text, and what is found in it.
LINES: dict[str, tuple[str, str, Manner, str | None]] = {
    "a password": ("password", "summer2024", "config", "a password: summer2024"),
    "a token of a registry": ("//registry.example.com/_authToken", STRONG, "config", f"a token: {STRONG}"),
    "a path that speaks of tokens": ("//token.example.com/some", STRONG, "config", None),
    "a key with a slash": ("token/some", STRONG, "config", f"a token: {STRONG}"),
    "a user and a password": ("registryAuth", "shop:summer-2024", "config", "a password: summer-2024"),
    "the same in prose": ("registryAuth", "shop:summer-2024", "prose", None),
    "a user and a placeholder": ("auth", "shop:changeme", "config", None),
    "a user and a word": ("auth", "shop:summer", "config", None),
    "a bearer": ("Authorization", f"Bearer {STRONG}", "config", f"a token: {STRONG}"),
    "a bearer that is a word": ("Authorization", "Bearer abcdefghijklmnop", "config", None),
    "a user and a password in base64": (
        "auth",
        "c2hvcDpsYW50ZXJuLTcx",
        "config",
        "a user and password: c2hvcDpsYW50ZXJuLTcx",
    ),
}


@pytest.mark.parametrize(("key", "text", "manner", "expected"), LINES.values(), ids=LINES)
def test_secret_under_a_key(key: str, text: str, manner: Manner, expected: str | None) -> None:
    """The place is that of the secret alone."""
    found = judged(key, text, 10, 10 + len(text), manner)
    assert (f"{found.kind}: {text[found.start - 10 : found.end - 10]}" if found is not None else None) == expected


@pytest.mark.parametrize("text", ["", "a.b.c", "W10.W10", "MQ.MQ", "bnVsbA.bnVsbA", STRONG])
def test_what_is_no_web_token(text: str) -> None:
    """Base64 of a list, a number or nothing in the place of a header is none, and no reason to fail."""
    assert web_token(text) is None

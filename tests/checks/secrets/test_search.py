"""The parts of the search for secrets: words in a text, what overlaps, and what looks drawn."""

from __future__ import annotations

import pytest

from gitopslint.checks.secrets.found import Found, chosen
from gitopslint.checks.secrets.keywords import Keywords, lowered
from gitopslint.checks.secrets.manner import manner_of
from gitopslint.checks.secrets.randomness import looks_random, varied, wordlike


def test_lower_case_keeps_places() -> None:
    """Letters whose small form is longer would move all that stands behind them."""
    assert lowered("AbZ[@") == "abz[@"
    assert lowered("İAZ[@ key") == "İaz[@ key"


@pytest.mark.parametrize("native", [True, False])
def test_words_in_a_text(native: bool) -> None:
    """All of them, also inside each other; with the library and without it."""
    found = Keywords(["aba", "b", "key"], native=native).found_in("ababa key")
    assert sorted(found) == [(0, 0, 3), (0, 2, 5), (1, 1, 2), (1, 3, 4), (2, 6, 9)]


def _found(rule: str, start: int, end: int) -> Found:
    return Found(rule, start, end, "a token")


OVERLAPS = {
    "beside each other": ([("plaintext-secret", 0, 4), ("plaintext-secret", 4, 8)], [0, 1]),
    "the longer one": ([("plaintext-secret", 2, 6), ("plaintext-secret", 2, 8)], [1]),
    "the first of two that overlap": ([("plaintext-secret", 3, 9), ("plaintext-secret", 0, 4)], [1]),
    "the rule that says more": ([("high-entropy-value", 0, 9), ("plaintext-secret", 4, 6)], [1]),
    "one behind others": (
        [
            ("plaintext-secret", 0, 4),
            ("plaintext-secret", 6, 8),
            ("secret-in-values", 7, 9),
            ("secret-in-values", 4, 6),
        ],
        [0, 3, 1],
    ),
}


@pytest.mark.parametrize(("given", "kept"), OVERLAPS.values(), ids=OVERLAPS)
def test_one_finding_for_one_secret(given: list[tuple[str, int, int]], kept: list[int]) -> None:
    """What overlaps is decided by the rule that says the most, and then by place and length."""
    found = [_found(*one) for one in given]
    assert chosen(found) == [found[number] for number in kept]


RANDOM = {
    "letters and digits": ("q7Rk2VxN9tLw4ZbY", True),
    "a character fewer": ("q7Rk2VxN9tLw4Zb", False),
    "with a blank": ("q7Rk2VxN9 tLw4ZbY8", False),
    "hex": ("4f9d2c7b81ae0d3c", True),
    "hex in two cases": ("4f9D2c7B81aE0d3C", True),
    "hex letters alone": ("deadbeefcafefade", False),
    "hex digits alone": ("4839201748392017", False),
    "a UUID": ("123e4567-e89b-12d3-a456-426614174000", False),
    "letters of one case": ("abcdefghijklmnopqrst", False),
    "letters of two cases": ("qXrKvZnTbLwYpMcGsH", True),
    "words in camel case": ("ShopPaymentServiceHandler", False),
    "words in camel case with a digit": ("ShopPaymentServiceHandler2", False),
    "one part of a name": ("shop-q7rk2vxn9tlw4zby8pm3", True),
    "a name": ("shop-payment-service-handler", False),
    "one character": ("aaaaaaaaaaaaaaaaA1", False),
}


@pytest.mark.parametrize(("text", "expected"), RANDOM.values(), ids=RANDOM)
def test_what_looks_drawn(text: str, expected: bool) -> None:
    """Letters and digits mixed, in no order that people write."""
    assert looks_random(text) is expected


@pytest.mark.parametrize(("text", "expected"), [("containehhh", 1), ("containhhhh", 0), ("containehhh-7", 11 / 13)])
def test_what_reads_as_words(text: str, expected: float) -> None:
    """Letters of which seven in ten follow each other as in words are one, and all that is no word counts against."""
    assert wordlike(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("xxxxxxxxxxxx", False),
        ("1234567890", False),
        ("q7rk2vxn9tlw", True),
        ("aaaaaaq7rk2v", False),
        ("aaaaq7rk2vxn", True),
        ("abababab", False),
    ],
)
def test_what_is_filled_up(text: str, expected: bool) -> None:
    """A credential uses many characters, none of them most of the time, and not one after the other."""
    assert varied(text) is expected


MANNERS = {
    "values.yaml": "config",
    ".env": "config",
    "src/main.py": "code",
    "README": "prose",
    "docs/a.md": "prose",
    "Makefile": "expression",
    "infra/main.tf": "expression",
    "yarn.lock": "code",
    "a/values.schema.json": "code",
    "web/locales/de/common.json": "code",
    "web/locales": "config",
    "locales.yaml": "config",
    "web/messages.de.json": "code",
    "web/de.json": "code",
    "web/de.yaml": "config",
    "web/shop.json": "config",
    "api/openapi.yaml": "code",
    "api/openapi/shop.toml": "code",
    "api/swagger-v2.json": "code",
    "api/openapi.toml": "config",
    "deploy/my-openapi-server.yaml": "config",
}


@pytest.mark.parametrize(("path", "manner"), MANNERS.items(), ids=MANNERS)
def test_manner_of_a_file(path: str, manner: str) -> None:
    """Its path tells how it is read; texts for people and descriptions of interfaces are no configuration."""
    assert manner_of(path) == manner

"""What of a value may stand in a message."""

from __future__ import annotations

import pytest

from gitopslint.model.document import KeyPath
from gitopslint.model.scalars import Scalar
from gitopslint.model.shown import shown_scalar

CASES: dict[str, tuple[KeyPath, Scalar, str]] = {
    "a short text": (("env", "NODE_ENV"), "dev", "'dev'"),
    "a number": (("port",), 3000.0, "3000"),
    "a boolean": (("enabled",), False, "false"),
    "nothing": (("enabled",), None, "null"),
    "a host": (
        ("ingress", "hosts", 0, "host"),
        "my-long-shop.production.eu-central-1.example.com",
        "'my-long-shop.production.eu-central-1.example.com'",
    ),
    "the name of a Secret": (("envFrom", "secretRef"), "web-shop-env", "'web-shop-env'"),
    "the name of one that exists": (("postgres", "auth", "existingSecret"), "shop-db", "'shop-db'"),
    "a password": (("env", "DB_PASSWORD"), "summer2024", "a text of 10 characters"),
    "a number as a password": (("env", "DB_PASSWORD"), 12345.0, "a number"),
    "below a name of secrets": (("secrets", "db"), "summer2024", "a text of 10 characters"),
    "a key": (("env", "API_KEY"), "x", "a text of 1 characters"),
    "credentials in a URL": (("env", "SITE"), "https://me:pw@example.com", "a text of 25 characters"),
    "a token by its shape": (("env", "X"), "ghp_" + "aB3" * 12, "a text of 40 characters"),
    "a long text": (("env", "X"), "a " * 60, "a text of 120 characters"),
    "several lines": (("env", "X"), "a\nb", "a text of 3 characters"),
}


@pytest.mark.parametrize(("path", "value", "expected"), CASES.values(), ids=CASES)
def test_shown(path: KeyPath, value: Scalar, expected: str) -> None:
    """Short texts are quoted; what may be a secret by name or shape is not."""
    assert shown_scalar(path, value) == expected

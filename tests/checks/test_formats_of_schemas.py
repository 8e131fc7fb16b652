"""Formats that a chart's schema may ask for."""

from __future__ import annotations

import pytest

from gitopslint.checks.foreign_schema import _is_hostname

LABEL = "a" * 63


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop.example.com", True),
        ("shop.example.com.", True),
        ("shop_example", False),
        (".".join([LABEL] * 3 + ["a" * 61]), True),
        (".".join([LABEL] * 3 + ["a" * 62]), False),
        (LABEL + "a", False),
    ],
)
def test_hostname(name: str, expected: bool) -> None:
    """Labels of at most 63 characters, 253 in all; a dot behind the last one is fine."""
    assert _is_hostname(name) is expected

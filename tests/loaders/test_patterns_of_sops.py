"""Patterns of SOPS mean what they mean in Go."""

from __future__ import annotations

import pytest

from gitopslint.loaders.sops_config import go_regex


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^secrets/", "secrets/a.yaml", True),
        ("^secrets/", "a/secrets/", False),
        ("(?:a|b)c", "bc", True),
        ("(?:a|b)c", "dc", False),
        ("(?i)^SECRETS/", "secrets/a.yaml", True),
        ("(?:x)?(?i)A", "a", True),
    ],
)
def test_patterns_of_go(pattern: str, text: str, expected: bool) -> None:
    """Groups that are not counted, and flags, are understood."""
    assert bool(go_regex(pattern).found_in(text)) is expected

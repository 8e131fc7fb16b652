"""How far a creation rule of SOPS reaches, and which patterns can be matched here."""

from __future__ import annotations

import pytest

from gitopslint.loaders.sops_config import go_regex
from gitopslint.model.regex import RegexError


@pytest.mark.parametrize(
    ("pattern", "known"), [("^secrets/", True), ("(?:a|b)c", True), ("(?i)a", False), ("(?:a)(?i)b", False)]
)
def test_patterns_of_go(pattern: str, known: bool) -> None:
    """What means something else here is refused; a group that is not counted is the same in both."""
    if known:
        assert go_regex(pattern) is not None
    else:
        with pytest.raises(RegexError):
            go_regex(pattern)

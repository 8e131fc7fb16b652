"""What yarn and pnpm write for a package, word by word."""

from __future__ import annotations

import pytest

from gitopslint.loaders.lockfiles import pnpm, yarn

NAMES = {
    "a@^1.0.0": ("a", "^1.0.0"),
    "leftpad@0.0.2": ("leftpad", "0.0.2"),
    "@scope/name@npm:^1.0.0": ("@scope/name", "npm:^1.0.0"),
    "@scope/name": ("@scope/name", ""),
    "leftpad": ("leftpad", ""),
}


@pytest.mark.parametrize(("key", "expected"), NAMES.items(), ids=NAMES)
def test_name_and_version(key: str, expected: tuple[str, str]) -> None:
    """The first sign of a name may be that of its scope."""
    assert yarn._named(key) == expected
    assert pnpm._named(key) == expected


PAIRS = {
    'version "1.0.0"': ("version", "1.0.0"),
    "version 1.0.0": ("version", "1.0.0"),
    'version "1.0.0': ("version", '"1.0.0'),
    '"@scope/name" "^1.0.0"': ("@scope/name", "^1.0.0"),
    "version": None,
    '"name"': None,
    ' "1.0.0"': None,
}


@pytest.mark.parametrize(("words", "expected"), PAIRS.items(), ids=PAIRS)
def test_pair(words: str, expected: tuple[str, str] | None) -> None:
    """A name and its value, with quotes or without; half a pair is none of yarn's format."""
    if expected is None:
        with pytest.raises(ValueError, match="line 7 is none of yarn's format"):
            yarn._pair(words, 7)
    else:
        assert yarn._pair(words, 7) == expected

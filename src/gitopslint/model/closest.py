"""The word that was meant."""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that most resembles a wrong one, or None when none does."""
    import difflib  # only mistakes need it

    return next(iter(difflib.get_close_matches(word, list(known), n=1)), None)

"""What a word on the command line may have been meant to be."""

from __future__ import annotations

from collections.abc import Iterable

from gitopslint.model.closest import closest

_MOST_NAMES = 10


def hint(word: str, known: Iterable[str]) -> str:
    """Return the nearest of the known names, or else what is known."""
    names = list(known)
    near = closest(word, names)
    if near:
        return f"did you mean {near!r}?"
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"known are {', '.join(names[:_MOST_NAMES])}{more}"

"""Where any of many words stands in a text, in one pass over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

try:
    import ahocorasick_rs as _native
except ImportError:  # there is no wheel for every platform; what is found is the same
    _native = None  # type: ignore[assignment]

_TO_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def lowered(text: str) -> str:
    """Return a text in lower case in which everything stands where it stood."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text.translate(_TO_LOWER)


class Keywords:
    """Words in lower case, each with a number."""

    def __init__(self, words: Iterable[str], *, native: bool = True, dense: bool = False) -> None:
        """`dense`: as a table, which takes twice as long to make, and half as long to search long texts with."""
        self._words = tuple(words)
        self._automaton = None
        if native and _native is not None:
            self._automaton = _native.AhoCorasick(
                self._words, implementation=_native.Implementation.DFA if dense else None
            )

    def found_in(self, lower: str) -> list[tuple[int, int, int]]:
        """Return where each word stands in a text that is in lower case: its number, from where to where."""
        if self._automaton is None:
            return list(self._one_by_one(lower))
        return self._automaton.find_matches_as_indexes(lower, overlapping=True)

    def stand_in(self, lower: str) -> bool:
        """Tell whether any word stands in a text that is in lower case."""
        if self._automaton is None:
            return any(word in lower for word in self._words)
        return bool(self._automaton.find_matches_as_indexes(lower))

    def _one_by_one(self, lower: str) -> Iterator[tuple[int, int, int]]:
        for number, word in enumerate(self._words):
            at = lower.find(word)
            while at >= 0:
                yield number, at, at + len(word)
                at = lower.find(word, at + 1)

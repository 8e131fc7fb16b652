"""Secrets at their offsets, and the choice among several that speak of the same text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from gitopslint.model.document import KeyPath
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.secret import Confidence
from gitopslint.model.span import Span

_PRECEDENCE = ("public-secret", "secret-ref-with-value", "plaintext-secret", "secret-in-values", "secret-manifest")
"""The rule that says the most comes first."""


class Found(NamedTuple):
    """A secret in the text of a file from `start` to `end`."""

    rule: str
    start: int
    end: int
    kind: str
    path: KeyPath = ()
    uses: tuple[Span, ...] = ()
    confidence: Confidence = "certain"
    pattern: str = ""
    shown: bool = False
    """Whether the text there is no secret itself: it only stands for one."""


def chosen(found: Iterable[Found]) -> list[Found]:
    """Return one of those that overlap: that of the rule which says the most, then the longer one, in file order."""
    kept: list[
        Found
    ] = []  # by place, and none over another: only the neighbours of a place can overlap what goes there
    starts: list[int] = []
    for one in sorted(found, key=_precedence):
        at = bisect_left(starts, one.start)
        before, behind = at > 0 and kept[at - 1].end > one.start, at < len(kept) and kept[at].start < one.end
        if not (before or behind):
            kept.insert(at, one)
            starts.insert(at, one.start)
    return kept


def _precedence(one: Found) -> tuple[int, int, int]:
    rank = _PRECEDENCE.index(one.rule) if one.rule in _PRECEDENCE else len(_PRECEDENCE)
    return rank, one.start, one.start - one.end

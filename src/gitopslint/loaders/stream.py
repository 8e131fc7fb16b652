"""The one door to PyYAML: text in, its events and tokens out, and what they tell about where scalars stand.

The event stream is the fastest way to positions (C `compose` takes twice as long) and the only one that also tells
where an alias is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gitopslint.loaders.libyaml import c_parser
from gitopslint.loaders.positions import BREAK
from gitopslint.model.lazy import lazy

_CParser = c_parser()

from yaml.error import MarkedYAMLError, YAMLError  # noqa: E402 - after the parser, which keeps the rest of it away
from yaml.events import (  # noqa: E402
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.tokens import ScalarToken  # noqa: E402

__all__ = [
    "AliasEvent",
    "DocumentStartEvent",
    "Event",
    "MappingEndEvent",
    "MappingStartEvent",
    "MarkedYAMLError",
    "ScalarEvent",
    "SequenceEndEvent",
    "SequenceStartEvent",
    "StreamEndEvent",
    "YAMLError",
    "events",
    "in_c",
    "loose_scalars",
    "scalar_ranges",
]

_SURROGATE = lazy("[\ud800-\udfff]")


def in_c() -> bool:
    """Tell whether PyYAML is installed with libyaml."""
    return _CParser is not None


def scalar_ranges(text: str) -> tuple[list[tuple[int, int]], int, int]:
    """Return the offsets between which every scalar stands, and how far that is known.

    Up to the second number all of them are there. From there up to the third, where a broken document breaks,
    scalars may be missing, but none that runs over several lines.
    """
    found: list[tuple[int, int]] = []
    sure = 0
    try:
        for token in _tokens(text):
            sure = token.end_mark.index
            if isinstance(token, ScalarToken):
                start = token.start_mark.index
                if token.style in ("|", ">"):  # behind the indicator there may be a comment
                    stop = BREAK.search(text, start, sure)
                    start = stop.start() if stop else sure
                found.append((start, sure))
    except MarkedYAMLError as error:
        mark = error.context_mark or error.problem_mark
        return found, sure, sure if mark is None else max(sure, mark.index)
    except YAMLError:  # a character that is not allowed
        return found, sure, sure
    return found, len(text), len(text)


def loose_scalars(text: str) -> tuple[set[tuple[int, int]], list[tuple[int, int]]]:
    """Return where scalars stand on whose text nothing else in a sound document depends, and where all of them stand.

    Loose are values and items in blocks, without tag and anchor, as long as nothing around them is a key, or has an
    anchor or a merge key.
    """
    every: list[tuple[int, int]] = []
    around = [_Open(mapping=False, closed=True)]
    following = events(text)
    while (kind := (event := following()).__class__) is not StreamEndEvent:
        here = around[-1]
        if kind is MappingEndEvent or kind is SequenceEndEvent:
            around.pop()
            if not here.closed:
                around[-1].loose += here.loose
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            tied = here.next_is_key() or event.anchor is not None or event.flow_style
            around.append(_Open(mapping=kind is MappingStartEvent, closed=bool(tied)))
        elif kind is ScalarEvent:
            span = event.start_mark.index, event.end_mark.index
            every.append(span)
            if here.next_is_key():
                here.closed = here.closed or event.value == "<<"
            elif not here.closed and event.anchor is None and event.tag is None and event.style not in ("|", ">"):
                here.loose.append(span)
        elif kind is AliasEvent:
            here.next_is_key()
    return set(around[0].loose), every


class _Open:
    """A mapping or list that has begun. What is loose in it is loose outside as well, unless it is `closed`."""

    def __init__(self, *, mapping: bool, closed: bool) -> None:
        self.loose: list[tuple[int, int]] = []
        self.closed = closed
        self._mapping = mapping
        self._at_key = False

    def next_is_key(self) -> bool:
        """Tell whether what begins here is a key."""
        self._at_key = self._mapping and not self._at_key
        return self._at_key


def events(text: str) -> Callable[[], Any]:
    """Return what gives one event after the other."""
    if in_c():
        # Without the generator and the constructor around the parser: a seventh of the time of PyYAML's stream.
        return _CParser(text).get_event  # type: ignore[no-any-return]
    return _without_libyaml("parse", text).__next__


def _tokens(text: str) -> Iterator[Any]:
    if not in_c():
        yield from _without_libyaml("scan", text)
        return
    parser = _CParser(text)
    while parser.check_token():
        yield parser.get_token()


def _without_libyaml(read: str, text: str) -> Iterator[Any]:
    # Where there is no wheel for the platform, PyYAML's own parser does the same, but does not mind an escape
    # that is no character.
    import yaml

    problem, mark = "found invalid Unicode character escape code", None
    try:
        for one in getattr(yaml, read)(text, Loader=yaml.SafeLoader):
            mark = one.start_mark
            if isinstance(one, ScalarEvent) and _SURROGATE.search(one.value):
                raise MarkedYAMLError("while parsing a quoted scalar", mark, problem, mark)
            yield one
    except (ValueError, OverflowError):
        raise MarkedYAMLError(None, None, problem, mark) from None

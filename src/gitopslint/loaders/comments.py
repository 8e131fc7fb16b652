"""The comments of a YAML file, which its parser throws away."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from gitopslint.loaders.positions import BREAK
from gitopslint.loaders.stream import scalar_ranges
from gitopslint.model.document import Comment, Document
from gitopslint.model.lazy import lazy

_MARKED = lazy(
    r"(?:^|(?<=\s))(?P<mark>#+|//+|--|;+|<!--|/\*+|%+|\{\{-? ?/\*|(?i:rem\b))[ \t]*(?P<text>gitopslint:[^\n]*)",
    re.MULTILINE,
)
_CLOSING = lazy(r"[ \t]*(?:-->|\*/(?: ?-?\}\})?)[ \t]*$")


def marked_comments(text: str) -> Iterator[Comment]:
    """Yield what a text of whatever format says to gitopslint behind a mark that begins a comment in many formats.

    Also yields the comments that fill whole lines right below, so that the line that is meant can be told.
    """
    for match in _MARKED.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        line = text.count("\n", 0, start) + 1
        said = _CLOSING.sub("", match["text"].rstrip())
        yield Comment(line, match.start() - start + 1, said, not text[start : match.start()].strip())


def comments(document: Document) -> Iterator[Comment]:
    """Yield the comments of a document in file order; of a broken one, those before the break."""
    text = document.text
    if "#" not in text:
        return
    scalars, sure, end = scalar_ranges(text)
    starts = [start for start, _ in scalars]
    line, counted = 1, 0
    at = text.find("#")
    while 0 <= at < end:
        nearest = bisect.bisect_right(starts, at) - 1
        if nearest >= 0 and at < scalars[nearest][1]:
            at = text.find("#", scalars[nearest][1])
            continue
        line, counted = line + text.count("\n", counted, at), at
        line_start = text.rfind("\n", 0, at) + 1
        alone = not text[line_start:at].strip()
        if alone or at < sure:
            stop = BREAK.search(text, at)
            after = stop.start() if stop else len(text)
            yield Comment(line, at - line_start + 1, text[at + 1 : after].strip(), alone)
            at = after
        at = text.find("#", at + 1)

"""Text that comes from a repository, made safe to write and to look at."""

from __future__ import annotations

import re

from gitopslint.model.lazy import lazy

_SURROGATES = lazy("[\ud800-\udfff]")
# C0 and C1 controls, marks that turn the writing direction, line breaks that are none to git, and what has no
# width: a reviewer would see another text than the one that is there.
DECEPTIVE = lazy(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]",
)


def visible(text: str) -> str:
    r"""Show every character that could hide or move others as an escape: `\x1b`, `\u202e`."""
    if text.isprintable():  # as nearly all is, and nothing deceptive: the expression takes long to compile
        return text
    return DECEPTIVE.sub(_escaped, text)


def encodable(text: str) -> str:
    r"""Escape only what UTF-8 cannot hold: the bytes of a path that is not UTF-8 become `\xff`.

    For values that programs compare, such as paths, where `visible` would change too much.
    """
    return _SURROGATES.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # how Python holds a byte of a path that it cannot decode
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

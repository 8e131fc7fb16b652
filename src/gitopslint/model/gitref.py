"""What a file that names one commit must hold: its full id and nothing else."""

from __future__ import annotations

import re

from gitopslint.model.lazy import lazy

LENGTHS = (40, 64)
"""The hex digits of a full commit id: SHA-1 and SHA-256."""

_HEX = lazy(r"[0-9a-fA-F]+")
_FULL = lazy(r"(?<![0-9a-zA-Z])(?:[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-zA-Z])")
_NAME = lazy(r"(?:refs/|origin/)?[A-Za-z][\w./-]*", re.ASCII)
_SHORTEST = 4
_MOST_SHOWN = 80


def ref_fault(text: str, lengths: tuple[int, ...] = LENGTHS) -> str | None:
    """Say what a text is instead of one line with one full lower-case commit id; None when it is one.

    `lengths` are those that the ids of the repository may have. One line feed at the end is fine.
    """
    if text.startswith("\ufeff"):
        return "it starts with a byte order mark"
    line = text.removesuffix("\n")
    if not line.strip():
        return "it is empty"
    if "\r" in line:
        return "its line ends with a carriage return (CRLF)"
    if "\n" in line:
        full = [one for one in line.split("\n") if one.strip()]
        return f"it has {len(full)} lines" if len(full) > 1 else "it has an empty line"
    if len(found := _FULL.findall(line)) == 1 and line.strip() != found[0]:
        return "it has more than the commit id on its line"
    if line != line.strip() or any(character.isspace() for character in line):
        return "it has blanks around or inside it"
    return _value_fault(line, lengths)


def full_id(text: str, lengths: tuple[int, ...] = LENGTHS) -> str | None:
    """Return the commit id that a file holds, or None where it does not hold exactly one."""
    return None if ref_fault(text, lengths) is not None else text.removesuffix("\n")


def short_id(text: str) -> str | None:
    """Return the beginning of a commit id that a file holds instead of a full one, in lower case, or None."""
    line = text.strip().lower()
    return line if _HEX.fullmatch(line) and _SHORTEST <= len(line) < max(LENGTHS) else None


def _value_fault(line: str, lengths: tuple[int, ...]) -> str | None:
    wanted = " or ".join(map(str, lengths))
    if _HEX.fullmatch(line) is None:
        if not line.isprintable() or not line.isascii():
            return "it holds characters that no commit id has"
        shown = repr(line if len(line) <= _MOST_SHOWN else line[: _MOST_SHOWN - 3] + "...")
        if _NAME.fullmatch(line):
            return f"{shown} is the name of a branch or tag, which moves"
        return f"{shown} is no commit id"
    if not line.strip("0"):
        return "it is the null id, which stands for no commit"
    if line != line.lower():
        return "it is in upper case, so a comparison of texts fails" if len(line) in lengths else _length(line, wanted)
    return None if len(line) in lengths else _length(line, wanted)


def _length(line: str, wanted: str) -> str:
    kind = "a short id of" if len(line) < min(LENGTHS) else "hex text of"
    return f"it is {kind} {len(line)} characters, and a full one has {wanted}"

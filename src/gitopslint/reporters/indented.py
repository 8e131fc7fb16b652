"""Indented JSON, to the letter what `json.dumps` writes.

With an indent, the encoder of Python does without its part in C. A run with such a report spent an eighth of its time
there, and in making mappings of dataclasses first. Here they are written as the mappings that they stand for.
"""

from __future__ import annotations

import json
from functools import cache
from json.encoder import encode_basestring as _quoted
from typing import Any


def indented(value: Any, indent: int = 2) -> str:
    """Return mappings, lists, dataclasses and scalars as JSON. Text stands as it is, also beyond ASCII."""
    return _written(value, "\n", " " * indent)


def _written(value: Any, line: str, step: str) -> str:
    """`line` is the end of a line and the indent of the next one."""
    kind = value.__class__
    if kind is str:
        return _quoted(value)
    if kind is int:
        return str(value)
    if value is None:
        return "null"
    inner = line + step
    if isinstance(value, list | tuple):
        return _within("[", [_written(one, inner, step) for one in value], inner, line, "]")
    if isinstance(value, dict):
        return _within("{", [f"{_quoted(key)}: {_written(value[key], inner, step)}" for key in value], inner, line, "}")
    if names := _fields(kind):
        said = [f"{quoted}: {_written(getattr(value, name), inner, step)}" for name, quoted in names]
        return _within("{", said, inner, line, "}")
    return json.dumps(value, ensure_ascii=False)


def _within(start: str, parts: list[str], inner: str, line: str, end: str) -> str:
    return f"{start}{inner}{f',{inner}'.join(parts)}{line}{end}" if parts else start + end


@cache
def _fields(kind: type) -> tuple[tuple[str, str], ...]:
    """Return the fields of a dataclass, each also in quotes; none for anything else."""
    return tuple((name, _quoted(name)) for name in getattr(kind, "__dataclass_fields__", ()))

"""Scalars as YAML that every parser reads as the same value, on one line and without characters that deceive."""

from __future__ import annotations

import json
import re

from gitopslint.model.scalars import Scalar, resolve
from gitopslint.reporters.escape import DECEPTIVE

_PLAIN = re.compile(r"(?!\.+$)[A-Za-z0-9_/.](?:[\w./@%+=~^-]|[ :,](?=[\w./@%+=~^-]))*", re.ASCII)
_NOT_IN_YAML = re.compile("[\ufffe\uffff]")
_LIKE_NUMBER = re.compile(r"[-+.]?[0-9][0-9a-fA-FxXoO_.,:+ -]*|[0-9]{4}-[0-9].*|\.?(?:inf|nan)", re.IGNORECASE)


def yaml_scalar(value: Scalar) -> str:
    """Write a scalar; a text stands in double quotes unless it could be nothing else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 63 and str(value) != "-0.0":
        return str(int(value))
    text = repr(value)  # PyYAML wants a dot in a number with an exponent
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and not _LIKE_NUMBER.fullmatch(text) and isinstance(resolve(text), str)


def _quoted(text: str) -> str:
    return _NOT_IN_YAML.sub(_escaped, DECEPTIVE.sub(_escaped, json.dumps(text, ensure_ascii=False)))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"

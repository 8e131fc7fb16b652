"""Reads the baseline, with a place for whatever is wrong with it."""

from __future__ import annotations

import json
import re
from typing import Any

from gitopslint.loaders.validation import ContractError, names, read_mapping, settings, validated
from gitopslint.model.baseline import Baseline, KnownFinding
from gitopslint.model.record import field_names
from gitopslint.model.span import Span, file_start

_TEXTS = frozenset(field_names(KnownFinding))


class BaselineError(Exception):
    """The baseline cannot be used. One line for each mistake, each with its place."""


def read_baseline(name: str, data: bytes) -> Baseline:
    """Read a baseline. Raises BaselineError. `name` is what its errors call it."""
    try:
        text = data.decode("utf-8-sig")
        written = json.loads(text)
    except UnicodeDecodeError as error:
        raise BaselineError(f"{name}: the baseline is no UTF-8 (byte {error.start + 1})") from None
    except json.JSONDecodeError as error:
        place = f"{name}:{error.lineno}:{error.colno}"
        raise BaselineError(f"{place}: the baseline is no JSON: {error.msg}; {_WAY_OUT}") from None
    except ValueError:  # a number of thousands of digits, which Python refuses to read
        raise BaselineError(f"{name}: the baseline holds a number that is far too large; {_WAY_OUT}") from None
    except RecursionError:
        raise BaselineError(f"{name}: the baseline is nested too deeply; {_WAY_OUT}") from None
    try:
        return _taken(written)
    except (TypeError, ValueError):
        return _explained(name, data)


_WAY_OUT = "restore it from git, or delete it and write a new one with `gitopslint baseline`"


def entry_places(name: str, data: bytes) -> dict[str, Span]:
    """Return where each fingerprint stands in a baseline, as the span of the whole line."""
    places: dict[str, Span] = {}
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        for found in re.finditer(r'"([0-9a-f]{64})"', line):
            places.setdefault(found[1], Span(name, number, 1, number, len(line) + 1))
    return places


def place_of(fingerprint: str, places: dict[str, Span], name: str) -> Span:
    """Return where an entry stands; the beginning of the file for one that is written in some other way."""
    return places.get(fingerprint, file_start(name))


def _taken(written: Any) -> Baseline:
    """Take what is surely valid: a baseline may be long. Raises TypeError and ValueError for everything else."""
    if not isinstance(written, dict) or written.keys() - {"version", "findings"} or written.get("version") != 1:
        raise TypeError
    entries = written.get("findings", [])
    if not isinstance(entries, list) or isinstance(written["version"], bool | float):
        raise TypeError
    for entry in entries:
        if not isinstance(entry, dict) or entry.keys() - _TEXTS or not all(map(_is_text, entry.values())):
            raise TypeError
    return Baseline(1, tuple(KnownFinding(**entry) for entry in entries))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _explained(name: str, data: bytes) -> Baseline:
    """Say what is wrong and where; JSON is read as YAML here, which knows the places."""
    mistakes: list[str] = []
    baseline = None
    try:
        root = read_mapping(name, data, "the baseline", names(Baseline), mistakes)
        if root is not None and "version" not in root.mapping:
            mistakes.append(f"{root.span}: the baseline needs 'version'")
        elif root is not None:
            baseline = validated(Baseline, root, settings(root), "the baseline", mistakes)
    except ContractError as error:
        mistakes.append(str(error))
    if baseline is None or mistakes:
        raise BaselineError("\n".join(mistakes))
    return baseline

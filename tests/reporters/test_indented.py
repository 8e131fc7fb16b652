"""Indented JSON is what `json.dumps` writes, to the letter."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitopslint.reporters.indented import indented

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_VALUES = st.recursive(
    _SCALARS, lambda below: st.lists(below) | st.tuples(below, below) | st.dictionaries(st.text(), below), max_leaves=12
)


@dataclass(frozen=True, slots=True)
class _Place:
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class _Noted(_Place):
    note: Any
    places: list[_Place]


@given(_VALUES, st.sampled_from((1, 2)))
def test_values_are_written_as_python_writes_them(value: Any, indent: int) -> None:
    """Empty mappings and lists, text beyond ASCII, numbers: all as from the encoder of Python."""
    assert indented(value, indent) == json.dumps(value, indent=indent, ensure_ascii=False)


@given(st.text(), _VALUES)
def test_dataclasses_are_written_as_their_mappings(text: str, value: Any) -> None:
    """Fields stand in their order, those of bases first, however deep the dataclass is."""
    entry = _Noted(text, 1, value, [_Place(text, 2)])
    said = indented([{"entry": entry}])
    assert said == json.dumps([{"entry": asdict(entry)}], indent=2, ensure_ascii=False)

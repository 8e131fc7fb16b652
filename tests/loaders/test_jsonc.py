"""JSON with comments."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.loaders.jsonc import plain_json

CASES = {
    "plain": ('{"a": [1, 2]}', {"a": [1, 2]}),
    "comments": ('// one\n{"a": 1, /* two */ "b": 2} // three', {"a": 1, "b": 2}),
    "commas at the end": ('{"a": [1, 2,\n ], }', {"a": [1, 2]}),
    "a comment after the last comma": ('{"a": 1, // last\n}', {"a": 1}),
    "in a text": (r'{"a": "// no, /* no */ ,}", "b\"": "c\\"}', {"a": "// no, /* no */ ,}", 'b"': "c\\"}),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_read(text: str, expected: object) -> None:
    """Comments and commas at the end go, and texts stay as they are."""
    assert json.loads(plain_json(text)) == expected


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda some: st.lists(some) | st.dictionaries(st.text(), some),
    )
)
def test_plain_json_stays(value: object) -> None:
    """What has neither stays the same."""
    assert json.loads(plain_json(json.dumps(value, ensure_ascii=False))) == value


@pytest.mark.parametrize("text", ["/*" * 200_000, '"' + "\\\\" * 200_000, "," * 200_000 + "}", "[" + " ," * 200_000])
def test_hostile(text: str) -> None:
    """A text that is made to be slow takes no longer than any other."""
    try:
        json.loads(plain_json(text))
    except ValueError:
        return
    raise AssertionError("this is no JSON")

"""What is packed comes back as it was, and nothing else comes back at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.claim import Claim
from gitopslint.model.finding import Finding, Undecided
from gitopslint.model.packing import PackingError, packed, unpacked
from gitopslint.model.part import Part, RuledClaim
from gitopslint.model.rule import Rule
from gitopslint.model.source import Source
from gitopslint.model.span import Span
from gitopslint.model.waiver import Allowance, Waiver
from gitopslint.model.waiversettings import WaiverSettings

TEXT = st.text(st.characters() | st.sampled_from("\udcff\0\u202e"), max_size=5)
SPANS = st.builds(Span, TEXT, *[st.integers(1, 9)] * 4)
FINDINGS = st.builds(
    Finding,
    TEXT,
    st.sampled_from(["note", "warning", "error"]),
    TEXT,
    SPANS,
    TEXT,
    key_path=st.lists(TEXT | st.integers(0, 9), max_size=3).map(tuple),
    app=st.none() | TEXT,
)
ENTRIES = (
    st.none()
    | st.builds(Allowance, st.integers(0, 9))
    | st.builds(lambda app: WaiverSettings("mutable-tag", "a demo", app=app, until="2027-01-31"), st.just("shop*"))
)
CLAIMS = st.builds(
    RuledClaim,
    TEXT,
    st.builds(Claim, TEXT, TEXT, st.tuples(TEXT), st.none() | TEXT | st.booleans() | st.integers(), TEXT, SPANS),
)
PARTS = st.builds(
    Part,
    claims=st.lists(CLAIMS, max_size=2).map(tuple),
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
    undecided=st.lists(
        st.builds(Undecided, st.tuples(TEXT), TEXT, TEXT, st.lists(SPANS, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    waivers=st.lists(
        st.builds(Waiver, SPANS, st.tuples(TEXT), TEXT, st.integers(1, 9), ENTRIES, st.none() | TEXT), max_size=2
    ).map(tuple),
    sources=st.dictionaries(TEXT, st.builds(Source, st.lists(TEXT, max_size=2).map(tuple), st.booleans()), max_size=2),
)


@given(PARTS)
@settings(max_examples=40)  # each part has every kind of thing in it
def test_parts_come_back(part: Part) -> None:
    """Through JSON, with whatever bytes paths hold; named tuples are written without a copy, too."""
    assert unpacked(Part, json.loads(json.dumps(packed(part)))) == part
    assert unpacked(Part, json.loads(json.dumps(part, default=packed))) == part


def test_rules_come_back() -> None:
    """Rules of a repository travel with its reports, with all that they demand."""
    for rule in load_catalogue().values():
        assert unpacked(Rule, json.loads(json.dumps(packed(rule)))) == rule


WRONG: dict[str, tuple[Any, Any]] = {
    "a number for a text": (Span, [1, 1, 1, 1, 1]),
    "true for a number": (Span, ["a", True, 1, 1, 1]),
    "too few fields": (Span, ["a", 1, 1]),
    "no list": (Span, {"path": "a"}),
    "an unknown word": (Finding, ["r", "fatal", "m", ["a", 1, 1, 1, 1], "", [], [], None, None, None]),
    "a list for a mapping": (Part, [*packed(Part())[:7], [], *packed(Part())[8:]]),
    "nothing": (Part, None),
}


@pytest.mark.parametrize(("kind", "data"), WRONG.values(), ids=WRONG)
def test_what_fits_no_class_is_refused(kind: Any, data: Any) -> None:
    """Data of anybody becomes exactly what its class says, or an error."""
    with pytest.raises(PackingError):
        unpacked(kind, data)

"""Results that are kept together come back one by one as they were, and as one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.engine.bundles import Bundle, Kept, Shelved, bundled
from gitopslint.engine.joining import joined
from gitopslint.model.finding import Finding, Undecided
from gitopslint.model.packing import packed, unpacked
from gitopslint.model.part import Part
from gitopslint.model.source import Source
from gitopslint.model.span import Span, file_start

PATHS = st.sampled_from(["a.yaml", "b.yaml", "c.yaml"])
SPANS = st.builds(lambda path, line: Span(path, line, 1, line, 2), PATHS, st.integers(1, 3))
PARTS = st.builds(
    lambda **fields: Part(**fields),  # by the class itself, all other fields would be drawn as well
    findings=st.lists(st.builds(lambda span: Finding("mutable-tag", "error", "bad", span, ""), SPANS), max_size=2).map(
        tuple
    ),
    undecided=st.lists(
        st.builds(
            lambda reason, spans: Undecided(("mutable-tag",), reason, "decide", tuple(spans)),
            st.sampled_from(["one", "two", "three"]),
            st.lists(SPANS, max_size=3),
        ),
        max_size=3,
        unique_by=lambda one: one.reason,
    ).map(tuple),
    sources=st.dictionaries(
        PATHS, st.builds(lambda lines: Source((*lines,), whole=False), st.lists(PATHS)), max_size=1
    ),
    files=st.lists(PATHS, max_size=2).map(tuple),
    apps=st.integers(0, 1),
    wired=st.booleans(),
)


@given(st.lists(st.tuples(PARTS, st.booleans(), st.booleans()), max_size=8))
@settings(max_examples=60)
def test_results_come_back(drawn: list[tuple[Part, bool, bool]]) -> None:
    """Whichever hold, their parts are as they were, what they say together is the same, and so after the next run."""
    results = [
        _result(f"task {number}", part) if lasting else Kept(f"task {number}", None, (), "", "", "", {}, {})
        for number, (part, lasting, _) in enumerate(drawn)
    ]
    shelved = Shelved(_read(bundled(results)))
    assert shelved.kept == {one.name: one._replace(part=None) for one in results}
    names = {f"task {number}" for number, (_, lasting, holds) in enumerate(drawn) if lasting and holds}
    holding = {name: shelved.kept[name] for name in names}
    held = [one for one in results if one.name in names]
    told = joined(part for _, part in shelved.parts(holding)).part()
    assert told == joined(one.part for one in held if one.part is not None).part()
    assert holding.keys() == names
    large, others = shelved.left(holding, 0)
    assert not large
    assert sorted(others) == sorted(held)
    again = Shelved(_read(bundled(others)))
    assert joined(part for _, part in again.parts(dict(again.kept))).part() == told


def test_a_bundle_that_holds_is_one_part() -> None:
    """Of many results only those of a bundle with a new one come one by one, and only that is written anew."""
    results = [_result(f"app {number}", _doubtful(f"{number}.yaml")) for number in range(200)]
    shelved = Shelved(_read(bundled(results)))
    holding = {name: one for name, one in shelved.kept.items() if name != "app 70"}
    parts = list(shelved.parts(holding))
    assert [app for app, _ in parts if app is None] == [None] * 3
    assert len(parts) == 3 + 63
    large, others = shelved.left(holding, 0)
    assert [len(bundle.names) for bundle in large] == [64, 64]
    assert [one.name for one in others][62:64] == ["app 127", "app 192"]
    assert {one.name: one.part for one in others} == {one.name: one.part for one in results if one in others}


def test_of_two_results_the_later_one_counts() -> None:
    """A shelf has new results beside it, and is not written again for them."""
    older, newer = (
        _read(bundled([_result("app x", _doubtful("old.yaml")), _result("app y", _doubtful("y.yaml"))])),
        _read(bundled([_result("app x", _doubtful("new.yaml"))])),
    )
    shelved = Shelved((*older, *newer))
    parts = [part for _, part in shelved.parts(dict(shelved.kept))]
    assert [part.files for part in parts] == [("y.yaml",), ("new.yaml",)]


@pytest.mark.parametrize(
    "broken",
    [
        {"amounts": ((1,),)},
        {"amounts": ((0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0),)},
        {"amounts": ((0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0),)},
        {"said": ((0,),)},
        {"said": ((7, 1),)},
        {"said": ((0, 2),)},
        {"said": ()},
        {"names": ("app x", "app y")},
        {"whole": [1, 2]},
    ],
)
def test_what_nobody_kept_is_not_taken(broken: dict[str, Any]) -> None:
    """A bundle in which something does not fit holds nothing."""
    (bundle,) = _read(bundled([_result("app x", _doubtful("x.yaml"))]))
    assert bundle.part() == _doubtful("x.yaml")
    shelved = Shelved([bundle._replace(**broken)])
    holding = dict(shelved.kept)
    assert list(shelved.parts(holding)) == []
    assert holding == {}


def _doubtful(path: str) -> Part:
    doubt = Undecided(("mutable-tag",), "nobody knows", "say it", (file_start(path),))
    return Part(undecided=(doubt,), sources={path: Source(("", "x"), whole=False)}, files=(path,), apps=1)


def _result(name: str, part: Part) -> Kept:
    return Kept(name, name, (f"{name}.yaml",), "digest", "told", "tip", {"c0ffee": "1"}, {"c0ffee": ("2",)}, part)


def _read(bundles: Any) -> list[Bundle]:
    """Return bundles as they are read from a file."""
    text = json.dumps([packed(one) for one in bundles])
    return list(unpacked(tuple[Bundle, ...], json.loads(text)))

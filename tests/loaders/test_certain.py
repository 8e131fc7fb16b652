"""The quick reader of contracts: what it takes, pydantic takes, and makes the same of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gitopslint.loaders import validation, yaml
from gitopslint.loaders.certain import certain
from gitopslint.model.contract import Contract
from gitopslint.model.policy import Policy
from gitopslint.model.record import described, field_names

ROOT = Path(__file__).parents[2]
CONTRACTS = sorted(ROOT.glob("examples/*/.gitopslint.yaml"))

words = st.sampled_from(["dev", "prod", "error", "off", "a/{app}.yaml", "{env}/{app}", "<sha>", "24h", "none", "", "x"])
scalars = st.none() | st.booleans() | st.integers(-1, 2) | st.floats(allow_nan=False) | words
keys = st.sampled_from(
    sorted({*field_names(Contract), *field_names(Policy), "role", "path", "tag", "level", "parameters", "names", "x"})
)
anything = st.recursive(
    scalars, lambda below: st.lists(below, max_size=3) | st.dictionaries(keys, below, max_size=3), max_leaves=6
)

RIGHT: dict[str, Any] = {
    "environments": ["dev", "prod"],
    "layers": [{"role": "release", "path": "r/{env}/{app}.yaml", "required": False}],
    "images": [{"tag": "image.tag", "digest": None}],
    "promotion": "prod-first",
    "applications": {"path": None, "names": {"shop": {"dev": "a"}}, "self_heal": {"prod": True}},
    "platform": "none",
    "apps": {"shop": {"contract_only": True, "environments": ["dev"]}},
    "rules": {"mutable-tag": {"level": "off", "parameters": {"moving": ["edge"], "number": 3, "yes": True}}},
    "secrets": {"allow": [{"reason": "a test", "path": "x/**"}]},
    "exclude": ["vendor/"],
    "version": 1,
    "minimum_soak": "24h",
}


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """Return what pydantic validates a kind of record with; to make it takes a hundred times as long as to use it."""
    return TypeAdapter(described(kind))


def by_pydantic(kind: Any, data: Any) -> Any:
    """Return the record that pydantic makes; None for what it refuses."""
    try:
        return adapter(kind).validate_python(data)
    except ValidationError:
        return None


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.parent.name)
def test_the_contracts_of_the_examples_are_taken(path: Path) -> None:
    """A contract that is right never needs pydantic."""
    data = validation.settings(yaml.parse("c", path.read_bytes()).root)
    data.pop("policies", None)
    made = certain(Contract, data)
    assert made is not None
    assert made == by_pydantic(Contract, data)


@pytest.mark.parametrize("key", RIGHT)
def test_every_kind_of_setting_is_taken(key: str) -> None:
    """What is right is taken, whatever type it has."""
    made = certain(Contract, {key: RIGHT[key]})
    assert made is not None
    assert made == by_pydantic(Contract, {key: RIGHT[key]})


@given(key=st.sampled_from(field_names(Contract)), data=anything)
@settings(max_examples=150, deadline=None)
def test_nothing_is_taken_that_pydantic_reads_otherwise(key: str, data: Any) -> None:
    """Whatever is taken is valid, and means the same."""
    made = certain(Contract, {key: data})
    assert made is None or (
        made == by_pydantic(Contract, {key: data}) and repr(made) == repr(by_pydantic(Contract, {key: data}))
    )


@given(data=st.dictionaries(st.sampled_from(field_names(Policy)), anything, max_size=4))
@settings(max_examples=80, deadline=None)
def test_the_same_for_policies(data: dict[str, Any]) -> None:
    """Whatever is taken is valid, and means the same."""
    made = certain(Policy, {"name": "own", "summary": "Ours.", "require": {"path": "a", "present": True}, **data})
    other = by_pydantic(Policy, {"name": "own", "summary": "Ours.", "require": {"path": "a", "present": True}, **data})
    assert made is None or made == other

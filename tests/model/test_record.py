"""Records are frozen dataclasses to those who use them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from gitopslint.model.record import changed, described, field_names, is_record, record


@record
class Base:
    """A record with a check."""

    name: str
    size: int = 1

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("negative")


@record
class More(Base):
    """A record that has the fields of another one."""

    notes: dict[str, str] = {}  # noqa: RUF012 - a record has no class attributes


def test_fields_and_defaults() -> None:
    """Values come by place or by name, what is left out is the default, and bases come first."""
    assert field_names(More) == ("name", "size", "notes")
    assert (More("a", 2).size, More("a", notes={"b": "c"}).notes, More(name="a").size) == (2, {"b": "c"}, 1)
    assert repr(Base("a")) == "Base(name='a', size=1)"


def test_equality() -> None:
    """Two records are equal when their kind and all their fields are; equal ones have one hash."""
    assert Base("a") == Base("a", 1) != Base("a", 2)
    assert Base("a") != More("a")
    assert len({Base("a"), Base("a"), More("a"), More("a")}) == 2


def test_frozen() -> None:
    """Nothing changes a record; a copy may differ, and is checked again."""
    one = Base("a")
    with pytest.raises(AttributeError, match="cannot be changed"):
        one.name = "b"  # type: ignore[misc]
    assert changed(one, size=3) == Base("a", 3)
    with pytest.raises(ValueError, match="negative"):
        changed(one, size=-1)


@pytest.mark.parametrize(("values", "named"), [([], {}), (["a", 1, 2], {}), (["a"], {"sise": 1})])
def test_wrong_fields(values: list[Any], named: dict[str, Any]) -> None:
    """A missing, surplus or unknown field is an error."""
    with pytest.raises(TypeError, match="Base has not the fields"):
        Base(*values, **named)


def test_described() -> None:
    """For pydantic a record becomes a real dataclass, with the same fields, and works as before."""
    assert is_record(More)
    assert not is_record(dict)
    kind = described(More)
    assert [field.name for field in dataclasses.fields(kind)] == ["name", "size", "notes"]
    assert kind("a") == More("a", 1, {})
    assert described(kind) is More

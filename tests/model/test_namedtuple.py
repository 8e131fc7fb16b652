"""Named tuples of the model behave as `typing.NamedTuple` does, and cost little to define."""

from __future__ import annotations

import copy
import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest

from gitopslint.model.namedtuple import NamedTuple


class Ours(NamedTuple):
    """A place."""

    path: str
    line: int = 1
    new: str | None = None

    @property
    def shown(self) -> str:
        """How people read it."""
        return f"{self.path}:{self.line}"


class Theirs(typing.NamedTuple):
    """A place."""

    path: str
    line: int = 1
    new: str | None = None

    @property
    def shown(self) -> str:
        """How people read it."""
        return f"{self.path}:{self.line}"


class Nothing(NamedTuple):
    """It has no fields."""


SAME: dict[str, Callable[[Any], object]] = {
    "by position": lambda kind: tuple(kind("a", 2, "x")),
    "by name": lambda kind: tuple(kind(new="x", path="a")),
    "defaults": lambda kind: tuple(kind("a")),
    "fields": lambda kind: (kind._fields, kind._field_defaults, kind.__match_args__),
    "by field": lambda kind: (kind("a", 2).path, kind("a", 2).line, kind("a", 2).new),
    "a property": lambda kind: kind("a", 2).shown,
    "replaced": lambda kind: tuple(kind("a")._replace(line=3, new="y")),
    "made of a list": lambda kind: tuple(kind._make(["a", 2, None])),
    "as a dict": lambda kind: kind("a")._asdict(),
    "shown": lambda kind: repr(kind("a", 2)).removeprefix(kind.__name__),
    "equal to a plain tuple": lambda kind: (kind("a") == ("a", 1, None), hash(kind("a")) == hash(("a", 1, None))),
    "copied": lambda kind: copy.copy(kind("a")) == kind("a"),
    "by way of a file": lambda kind: pickle.loads(pickle.dumps(kind("a"))) == kind("a"),
    "docstring": lambda kind: kind.__doc__,
    "types": typing.get_type_hints,
    "no dict": lambda kind: hasattr(kind("a"), "__dict__"),
}

REFUSED: dict[str, Callable[[Any], object]] = {
    "too few": lambda kind: kind(),
    "too many": lambda kind: kind("a", 1, None, 4),
    "a name that it has not": lambda kind: kind("a", column=1),
    "one given twice": lambda kind: kind("a", path="b"),
    "replaced what it has not": lambda kind: kind("a")._replace(column=1),
}


@pytest.mark.parametrize("ask", SAME.values(), ids=SAME)
def test_like_typing(ask: Callable[[Any], object]) -> None:
    """Whoever knows `typing.NamedTuple` knows ours."""
    assert ask(Ours) == ask(Theirs)


@pytest.mark.parametrize("ask", REFUSED.values(), ids=REFUSED)
def test_refused(ask: Callable[[Any], object]) -> None:
    """A wrong call is refused as it is there, with the name of the field."""
    for kind in (Ours, Theirs):
        with pytest.raises((TypeError, ValueError), match=r"path|column|positional"):
            ask(kind)


def test_frozen() -> None:
    """No field can be set."""
    with pytest.raises(AttributeError):
        Ours("a").line = 2  # type: ignore[misc]


def test_no_fields() -> None:
    """A class without fields is the empty tuple."""
    assert Nothing() == ()


def test_order_of_defaults() -> None:
    """A field without default cannot follow one that has one."""
    with pytest.raises(TypeError, match="Wrong: a field without default"):

        class Wrong(NamedTuple):
            a: int = 1
            b: int  # type: ignore[misc]

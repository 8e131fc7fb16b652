"""Makes records of what surely is valid; all else is pydantic's, which explains what is wrong.

Loading pydantic takes twice as long as checking a small repository, and nearly every contract is right. A value is
taken only where its type is the one that is asked for, to the letter, and no other of several types would take it as
well. A property test holds that pydantic makes the same record of whatever is taken here.
"""

from __future__ import annotations

import sys
import types
import typing
from functools import cache
from typing import Any, TypeVar

from gitopslint.model.record import is_record

Kind = TypeVar("Kind")


class _UncertainError(Exception):
    """Somebody else has to look at it."""


def certain(kind: type[Kind], given: Any) -> Kind | None:
    """Return the record that plain data certainly stands for; None means that nobody knows yet."""
    try:
        made: Kind = _made(kind, given)
    except _UncertainError:
        return None
    return made


def _made(wanted: Any, given: Any) -> Any:
    """Return a value of a type. Raises _UncertainError."""
    if is_record(wanted):
        return _record(wanted, given)
    if wanted is Any:
        return given
    if wanted in (str, bool, int) and type(given) is wanted:
        return given
    if wanted is float and type(given) in (int, float):
        return float(given)
    if wanted in (None, types.NoneType) and given is None:
        return None
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is typing.Literal and any(given == one and type(given) is type(one) for one in arguments):
        return given
    if origin in (typing.Union, types.UnionType):
        return _one_of(arguments, given)
    if origin in (tuple, list) and type(given) is list and arguments[1:] in ((), (...,)):
        return origin(_made(arguments[0], item) for item in given)
    if origin is dict and type(given) is dict and arguments[0] is str and all(type(key) is str for key in given):
        return {key: _made(arguments[1], below) for key, below in given.items()}
    raise _UncertainError


def _one_of(choices: tuple[Any, ...], given: Any) -> Any:
    """Return a value of the only one of several types that takes it."""
    taken = []
    for choice in choices:
        try:
            taken.append(_made(choice, given))
        except _UncertainError:
            continue
    if len(taken) != 1:
        raise _UncertainError
    return taken[0]


def _record(kind: Any, given: Any) -> Any:
    fields = _fields(kind)
    if type(given) is not dict or not fields.keys() >= given.keys():
        raise _UncertainError
    values = {name: _made(_type(*fields[name]), below) for name, below in given.items()}
    try:
        return kind(**values)
    except (TypeError, ValueError):  # a field is missing, or the record itself refuses the values
        raise _UncertainError from None


@cache
def _fields(kind: type) -> dict[str, tuple[str, str]]:
    """Return the annotations of a record as they are written, each with the module in which it means something."""
    return {
        name: (annotation, base.__module__)
        for base in reversed(kind.__mro__)
        for name, annotation in vars(base).get("__annotations__", {}).items()
    }


@cache
def _type(annotation: str, module: str) -> Any:
    """Return what an annotation means. Only those of the keys in a file are ever needed."""
    return eval(annotation, vars(sys.modules[module]))  # noqa: S307 - our own source, as typing.get_type_hints does

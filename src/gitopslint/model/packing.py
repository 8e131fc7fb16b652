"""Values of the model as plain lists, for JSON, and back. The classes are the format.

What is read back may have been written by anyone: it becomes exactly what its class says, or nothing.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from gitopslint.model.record import field_names, is_record

Unpacker = Callable[[Any], Any]
_SCALARS = frozenset({str, int, float, bool, type(None)})
_PLAIN = frozenset({str, int, bool})


class PackingError(ValueError):
    """Plain data does not have the form of what it should become."""


def packed(value: Any) -> Any:
    """Return a value of the model as lists, mappings and scalars."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return [packed(one) for one in value]
    if isinstance(value, Mapping):
        return {key: packed(one) for key, one in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(packed(one) for one in value)
    return [packed(getattr(value, name)) for name in field_names(type(value))]


def unpacked(kind: Any, data: Any) -> Any:
    """Return the value that plain data stands for. Raises PackingError."""
    return unpacker(kind)(data)


def unpacked_or_none(kind: Any, data: Any) -> Any:
    """Return a value that was kept; None for what nobody of this version can have kept."""
    if data is None:
        return None
    try:
        return unpacked(kind, data)
    except (PackingError, RecursionError):
        return None


@cache
def unpacker(kind: Any) -> Unpacker:
    """Return what makes values of a type of plain data. The types of fields are looked up once."""
    if kind is Any:
        return lambda data: data
    if (known := _types(kind)) is not None:
        return _scalar(known)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return _literal(arguments)
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if origin is tuple:
        return _row(arguments[0]) if arguments[1:] == (...,) else _fields(lambda *values: values, list(arguments))
    if origin in (list, frozenset):
        row = _row(arguments[0])
        return lambda data: origin(row(data))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(arguments[1])
    if isinstance(kind, type) and (issubclass(kind, tuple) or is_record(kind)):
        names = kind._fields if issubclass(kind, tuple) else field_names(kind)  # type: ignore[attr-defined]
        hints = typing.get_type_hints(kind)
        return _fields(kind, [hints[name] for name in names])
    raise TypeError(f"{kind} cannot be packed")


def _types(kind: Any) -> frozenset[type] | None:
    """Return the types that a scalar may have, which can be one of several; None for what is no scalar."""
    kinds = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    if not _SCALARS.issuperset(kinds):
        return None
    return frozenset(kinds) | ({int} if float in kinds else set())  # JSON has no whole floats


def _scalar(known: frozenset[type]) -> Unpacker:
    def read(data: Any) -> Any:
        if type(data) not in known:
            raise PackingError("another scalar expected")
        return data

    return read


def _literal(values: tuple[Any, ...]) -> Unpacker:
    known = {(type(value), value) for value in values}

    def read(data: Any) -> Any:
        if isinstance(data, list | dict) or (type(data), data) not in known:
            raise PackingError("a known word expected")
        return data

    return read


def _union(kinds: tuple[Any, ...]) -> Unpacker:
    """Return what tries one type after the other; nothing is tried twice where null is the only choice."""
    others = [unpacker(kind) for kind in kinds if kind is not type(None)]
    nullable = len(others) < len(kinds)
    if nullable and len(others) == 1:
        (only,) = others
        return lambda data: None if data is None else only(data)

    def read(data: Any) -> Any:
        if data is None and nullable:
            return None
        for other in others[:-1]:
            try:
                return other(data)
            except PackingError:
                continue
        return others[-1](data)

    return read


def _row(kind: Any) -> Unpacker:
    if (known := _types(kind)) is not None:
        return _scalars(known)
    one = unpacker(kind)

    def read(data: Any) -> Any:
        if type(data) is not list:
            raise PackingError("a list expected")
        return tuple([one(item) for item in data]) if data else ()

    return read


def _scalars(known: frozenset[type]) -> Unpacker:
    def read(data: Any) -> Any:
        # All types at once: what is kept consists of lines of files and of places in them.
        if type(data) is not list or not known.issuperset(map(type, data)):
            raise PackingError("a list of scalars expected")
        return tuple(data)

    return read


def _mapping(kind: Any) -> Unpacker:
    one = unpacker(kind)

    def read(data: Any) -> Any:
        if type(data) is not dict:
            raise PackingError("a mapping expected")
        return {key: one(item) for key, item in data.items()}

    return read


def _fields(make: Callable[..., Any], kinds: list[Any]) -> Unpacker:
    readers = [unpacker(kind) for kind in kinds]
    if isinstance(make, type) and issubclass(make, tuple):
        return _plain(make, tuple(kinds)) if _PLAIN.issuperset(kinds) else _named(make, readers)

    def read(data: Any) -> Any:
        if type(data) is not list or len(data) != len(readers):
            raise PackingError("another number of fields expected")
        try:
            return make(*[reader(item) for reader, item in zip(readers, data, strict=True)])
        except (TypeError, ValueError) as error:
            raise PackingError(str(error)) from None

    return read


def _named(make: type[tuple[Any, ...]], readers: list[Unpacker]) -> Unpacker:
    """Return what makes a named tuple. Its own constructor would do the same in twice the time."""
    new, size = tuple.__new__, len(readers)

    def read(data: Any) -> Any:
        if type(data) is not list or len(data) != size:
            raise PackingError("another number of fields expected")
        return new(make, [reader(item) for reader, item in zip(readers, data, strict=True)])

    return read


def _plain(make: type[tuple[Any, ...]], kinds: tuple[type, ...]) -> Unpacker:
    """Return what makes a named tuple of scalars, such as a span."""
    new = tuple.__new__

    def read(data: Any) -> Any:
        if type(data) is not list or tuple(map(type, data)) != kinds:
            raise PackingError(f"{kinds} expected")
        return new(make, data)

    return read

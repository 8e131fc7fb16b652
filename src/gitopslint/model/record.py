"""Frozen records whose definition costs nothing.

`dataclasses` imports `inspect` and compiles several functions for every class; together that is a third of the time
in which a small repository is checked. A record looks like a frozen dataclass to readers and type checkers, and
`described` makes real dataclasses of records for pydantic, when there is a file to validate.
"""

from __future__ import annotations

from typing import Any, TypeVar, dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True)
def record(kind: type[Kind]) -> type[Kind]:
    """Make a frozen record of a class with annotated fields. A `__post_init__` is called as in dataclasses."""
    names = field_names(kind)
    defaults = {name: getattr(kind, name) for name in names if hasattr(kind, name)}

    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807 - it becomes one
        given = {**defaults, **dict(zip(names, values, strict=False)), **named}
        if len(values) > len(names) or given.keys() != set(names):
            wrong = sorted(given.keys() ^ set(names)) or values[len(names) :]
            raise TypeError(f"{kind.__name__} has not the fields {wrong}")
        for name in names:
            object.__setattr__(self, name, given[name])
        if hasattr(self, "__post_init__"):
            self.__post_init__()

    for method in (__init__, __setattr__, __eq__, __hash__, __repr__):
        setattr(kind, method.__name__, method)
    return kind


def field_names(kind: type) -> tuple[str, ...]:
    """Return the fields of a record, those of its bases first."""
    bases = reversed(kind.__mro__)
    return tuple(dict.fromkeys(name for base in bases for name in getattr(base, "__annotations__", ())))


def is_record(kind: Any) -> bool:
    """Tell whether something is a class made by `record`."""
    return isinstance(kind, type) and getattr(kind, "__setattr__", None) is __setattr__


def changed(one: Kind, **fields: Any) -> Kind:
    """Return a copy of a record in which some fields have other values."""
    return type(one)(**{name: getattr(one, name) for name in field_names(type(one))} | fields)


def described(kind: type[Kind]) -> type[Kind]:
    """Give a record, and those in its fields, what pydantic expects of a dataclass."""
    import dataclasses
    import sys

    if not is_record(kind) or "__dataclass_fields__" in vars(kind):
        return kind
    for base in kind.__mro__[1:]:
        described(base)
    for name in field_names(kind):
        if isinstance(default := vars(kind).get(name), dict):
            setattr(kind, name, dataclasses.field(default_factory=default.copy))
    dataclasses.dataclass(init=False, repr=False, eq=False)(kind)
    for other in vars(sys.modules[kind.__module__]).values():
        if is_record(other):
            described(other)
    return kind


def __setattr__(self: Any, name: str, _: Any) -> None:  # noqa: N807
    raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")


def _values(one: Any) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in field_names(type(one)))


def __eq__(self: Any, other: object) -> Any:  # noqa: N807
    if self is other:
        return True
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def __hash__(self: Any) -> int:  # noqa: N807
    # Kept, because parts of the contract are asked for by themselves in every app.
    known: int | None = vars(self).get("_hash")
    if known is None:
        known = hash(tuple(value if not isinstance(value, dict) else tuple(value.items()) for value in _values(self)))
        vars(self)["_hash"] = known
    return known


def __repr__(self: Any) -> str:  # noqa: N807
    fields = zip(field_names(type(self)), _values(self), strict=True)
    return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in fields)})"

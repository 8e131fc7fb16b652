"""Named tuples whose definition costs little.

`typing.NamedTuple` compiles a constructor for every class and a check for every annotation: 0.1 ms a class, and a check
of a small repository defines 140 of them, of which it makes hardly half. Here a class costs a tenth of that, because
its constructor is compiled when the first tuple is made, and the descriptors of fields are shared: they know only a
position. What is made is as quick as before. Type checkers see `typing.NamedTuple`.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    _WIDEST = namedtuple("_WIDEST", [f"field_{position}" for position in range(32)])
    _GETTERS = [vars(_WIDEST)[field] for field in _WIDEST._fields]

    class _Fields(type):
        """Makes classes of tuples from classes with annotated fields."""

        def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, space)
            fields = tuple(space.get("__annotations__", ()))
            if len(fields) > len(_GETTERS):
                raise TypeError(f"{name} has {len(fields)} fields, more than {len(_GETTERS)}")
            defaults = {field: space.pop(field) for field in fields if field in space}
            if fields[len(fields) - len(defaults) :] != tuple(defaults):
                raise TypeError(f"{name}: a field without default follows one that has one")
            getters = dict(zip(fields, _GETTERS, strict=False))
            named = {"_fields": fields, "_field_defaults": defaults, "__match_args__": fields}
            return type(name, (_Named,), {"__slots__": (), **space, **getters, **named})

    class NamedTuple(metaclass=_Fields):
        """The base of a class of named tuples, as `typing.NamedTuple` is."""


class _Named(tuple[Any, ...]):
    """What all named tuples can do, as `collections.namedtuple` has it."""

    __slots__ = ()
    _fields: tuple[str, ...]
    _field_defaults: dict[str, Any]

    def __new__(cls, *values: Any, **named: Any) -> Any:
        # From now on the constructor of the class is found without coming here.
        taken, given = ", ".join(("_cls", *cls._fields)), "".join(f"{field}, " for field in cls._fields)
        made = eval(f"lambda {taken}: _new(_cls, ({given}))", {"_new": tuple.__new__})  # noqa: S307 - our own fields
        made.__defaults__ = tuple(cls._field_defaults.values())
        made.__qualname__ = f"{cls.__qualname__}.__new__"  # for the words about a wrong call
        cls.__new__ = made  # type: ignore[method-assign]
        return cls(*values, **named)

    @classmethod
    def _make(cls, values: Any) -> Any:
        return cls(*values)

    def _replace(self, **fields: Any) -> Any:
        made = tuple.__new__(type(self), map(fields.pop, self._fields, self))
        if fields:
            raise TypeError(f"{type(self).__name__} has not the fields {list(fields)}")
        return made

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={one!r}' for name, one in self._asdict().items())})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)

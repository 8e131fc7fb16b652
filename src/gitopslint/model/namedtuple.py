"""Named tuples whose definition costs little.

`typing.NamedTuple` compiles a constructor for every class and a check for every annotation: 0.1 ms a class, and a check
of a small repository defines 140 of them. Here a class costs a tenth of that. A constructor serves each number of
fields, and gets their names; descriptors of fields know only a position, so all classes share them. What is
made is as quick as before. Type checkers see `typing.NamedTuple`.
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    _WIDEST = namedtuple("_WIDEST", [f"field_{position}" for position in range(24)])
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
            space |= zip(fields, _GETTERS, strict=False)
            space |= {"_fields": fields, "_field_defaults": defaults, "__match_args__": fields, "__slots__": ()}
            space["__new__"] = _constructor(space["__qualname__"], fields, tuple(defaults.values()))
            return type(name, (_Named,), space)

    class NamedTuple(metaclass=_Fields):
        """The base of a class of named tuples, as `typing.NamedTuple` is."""


class _Named(tuple[Any, ...]):
    """What all named tuples can do, as `collections.namedtuple` has it."""

    __slots__ = ()
    _fields = tuple[str, ...]()

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


def _constructor(kind: str, fields: tuple[str, ...], defaults: tuple[Any, ...]) -> FunctionType:
    """Return `__new__` of a class with these fields."""
    model = _MODELS[len(fields)] if len(fields) < len(_MODELS) else _model(len(fields))
    code = model.__code__.replace(co_varnames=("_cls", *fields), co_name="__new__", co_qualname=f"{kind}.__new__")
    return FunctionType(code, model.__globals__, "__new__", defaults)


_new = tuple.__new__
# Constructors by the number of fields. Written out, because to compile them took 1 ms of every run.
_MODELS: tuple[Any, ...] = (
    lambda _cls: _new(_cls, ()),
    lambda _cls, a: _new(_cls, (a,)),
    lambda _cls, a, b: _new(_cls, (a, b)),
    lambda _cls, a, b, c: _new(_cls, (a, b, c)),
    lambda _cls, a, b, c, d: _new(_cls, (a, b, c, d)),
    lambda _cls, a, b, c, d, e: _new(_cls, (a, b, c, d, e)),
    lambda _cls, a, b, c, d, e, f: _new(_cls, (a, b, c, d, e, f)),
    lambda _cls, a, b, c, d, e, f, g: _new(_cls, (a, b, c, d, e, f, g)),
    lambda _cls, a, b, c, d, e, f, g, h: _new(_cls, (a, b, c, d, e, f, g, h)),
    lambda _cls, a, b, c, d, e, f, g, h, i: _new(_cls, (a, b, c, d, e, f, g, h, i)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j: _new(_cls, (a, b, c, d, e, f, g, h, i, j)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k: _new(_cls, (a, b, c, d, e, f, g, h, i, j, k)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m: _new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m)),
    lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n: _new(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n)),
)


@cache
def _model(size: int) -> Any:
    """Return the constructor of larger tuples of a size."""
    values = "".join(f"_{position}, " for position in range(size))
    return eval(f"lambda _cls, {values}: _new(_cls, ({values}))", {"_new": _new})  # noqa: S307 - only numbers go in

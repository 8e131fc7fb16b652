"""JSON Schema on layers: a quick proof that a layer fits, and the real validator for all else.

jsonschema takes longer to import than a small repository to check. `certainly_fits` understands the few keywords
that our own schemas use and says True only when it is sure; every other answer comes from jsonschema.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from gitopslint.model.document import KeyPath, Node, find, plain

_UNDERSTOOD = frozenset(
    {
        "type",
        "properties",
        "additionalProperties",
        "items",
        "enum",
        "minimum",
        "maximum",
        "pattern",
        "$schema",
        "$id",
        "title",
        "description",
        "examples",
        "default",
    }
)
_ASKING = frozenset({"enum", "pattern", "minimum", "maximum"})
_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "empty",
}
_LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
    "minLength": "at least",
    "maxLength": "at most",
    "minItems": "at least",
    "maxItems": "at most",
    "minProperties": "at least",
    "maxProperties": "at most",
}


_CLASSES: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "string": (str,),
    "object": (dict,),
    "array": (list,),
    "number": (int, float),
}


def certainly_fits(schema: Any, node: Node) -> bool:
    """Return True when the node satisfies the schema for certain; False means that nobody knows yet."""
    return _proof(_Same(schema)).holds(node)


class _Same:
    """A schema, as the key of what was made of it: thousands of layers are held against the same few."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.schema is other.schema


@lru_cache(256)
def _proof(one: _Same) -> _Proof:
    return _Proof(one.schema)


def _is_understood(schema: dict[str, Any]) -> bool:
    """Tell whether a schema holds nothing but keywords that we know, and in them what belongs there."""
    types = schema.get("type", "null")
    return (
        _UNDERSTOOD.issuperset(schema)
        and (isinstance(types, str) or (isinstance(types, list) and all(isinstance(one, str) for one in types)))
        and isinstance(schema.get("properties", {}), dict)
        and isinstance(schema.get("enum", []), list)
        and all(isinstance(schema.get(limit, 0), int | float) for limit in ("minimum", "maximum"))
    )


class _Proof:
    """A schema, taken apart once for all that is held against it."""

    __slots__ = ("_asks", "_below", "_classes", "_named", "_properties", "_schema", "_whole", "passing")

    def __init__(self, schema: Any) -> None:
        understood = schema is True or (isinstance(schema, dict) and _is_understood(schema))
        self._schema: dict[str, Any] = schema if understood and schema is not True else {}
        types = self._schema.get("type", _NAMES)
        types = (types,) if isinstance(types, str) else types
        self._classes = frozenset(kind for name in types for kind in _CLASSES.get(name, ()) if understood)
        self._whole = understood and "integer" in types
        self._asks = not _ASKING.isdisjoint(self._schema)
        self.passing = frozenset() if self._asks else self._classes - {dict, list}
        """The kinds of single values that fit, whatever they are: nearly all that a layer holds."""
        self._properties: dict[str, Any] = self._schema.get("properties", {})
        # Made when they are needed: who nests a schema without end is followed no further than there are values.
        self._below: dict[str, _Proof | None] = {}
        self._named: dict[str, _Proof | None] = {}

    def holds(self, node: Node) -> bool:
        """Tell whether a node satisfies the schema for certain."""
        value = node.value
        kind = value.__class__
        if kind not in self._classes and not (self._whole and kind in _CLASSES["number"] and _is_whole(value)):
            return False
        if self._asks and not self._answers(value):
            return False
        if isinstance(value, dict):
            named, others = self._named, self._of("additionalProperties")
            for key, below in value.items():
                proof = named[key] if key in named else self._of_property(key, others)
                if proof is not None and below.value.__class__ not in proof.passing and not proof.holds(below):
                    return False
        elif isinstance(value, list):
            proof = self._of("items")
            return proof is None or all(map(proof.holds, value))
        return True

    def _of(self, keyword: str) -> _Proof | None:
        """Return the proof for what is below; None where that may be anything."""
        if keyword not in self._below:
            self._below[keyword] = _proof_of(self._schema.get(keyword, True))
        return self._below[keyword]

    def _of_property(self, key: str, others: _Proof | None) -> _Proof | None:
        """Return the proof for what stands under a key, `others` where the schema does not name it."""
        if key not in self._properties:
            return others
        proof = self._named[key] = _proof_of(self._properties[key])
        return proof

    def _answers(self, value: Any) -> bool:
        schema = self._schema
        if "enum" in schema and not (isinstance(value, str) and value in schema["enum"]):
            return False
        if "pattern" in schema and isinstance(value, str):
            return False  # patterns of a repository run where their time is bounded
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
        return bool(schema.get("minimum", number) <= number <= schema.get("maximum", number))


def _proof_of(wanted: Any) -> _Proof | None:
    return None if wanted is True else _Proof(wanted)


def _is_whole(value: Any) -> bool:
    return float(value).is_integer()


def misfits(schema: dict[str, Any], node: Node, validator: Any = None) -> Iterator[tuple[KeyPath, str]]:
    """Yield the place of every mismatch, and what is wrong there, never with the value itself.

    `validator` takes the place of the usual one.
    """
    from jsonschema import Draft202012Validator

    validator = validator or Draft202012Validator(schema)
    errors = sorted(validator.iter_errors(plain(node)), key=lambda error: list(map(str, error.absolute_path)))
    for error in errors:
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = error.schema.get("properties", {})
            for key in error.instance:
                if key not in known:
                    yield (*path, key), "is not allowed here"
        elif isinstance(error.instance, str) and (at := find(node, path)) is not None and error.instance in at.mapping:
            yield (*path, error.instance), f"{_explained(error)} in its name"  # `propertyNames`
        else:
            yield path, _explained(error)


def _explained(error: Any) -> str:
    keyword, wanted = error.validator, error.validator_value
    match keyword:
        case "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            return "must be " + " or ".join(_NAMES.get(name, name) for name in names)
        case "enum":
            return "must be one of " + ", ".join(map(repr, wanted))
        case "const":
            return f"must be {wanted!r}"
        case "required":
            # There is one error for each key, and only its message tells which.
            missing = [key for key in wanted if error.message.startswith(f"{key!r} is a required")] or wanted
            return f"needs the key{'s' * (len(missing) > 1)} {', '.join(missing)}"
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            return f"must be {_LIMITS[keyword]} {wanted}"
        case "minLength" | "maxLength":
            return f"must have {_LIMITS[keyword]} {wanted} characters"
        case "minItems" | "maxItems":
            return f"must have {_LIMITS[keyword]} {wanted} items"
        case "minProperties" | "maxProperties":
            return f"must have {_LIMITS[keyword]} {wanted} keys"
        case "pattern":
            return f"must match {wanted!r}"
        case "format":
            return f"must have the format {wanted!r}"
        case "anyOf" | "oneOf":
            return "fits none of the shapes that its schema allows, or more than it may"
    return "is not allowed here" if keyword is None else f"breaks the keyword {keyword!r} of its schema"

"""JSON Schema on layers: a quick proof that a layer fits, and the real validator for all else.

jsonschema takes longer to import than a small repository to check. `certainly_fits` understands the few keywords
that our own schemas use and says True only when it is sure; every other answer comes from jsonschema.
"""

from __future__ import annotations

from collections.abc import Iterator
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


_TYPES: dict[type, frozenset[str]] = {
    type(None): frozenset({"null"}),
    bool: frozenset({"boolean"}),
    str: frozenset({"string"}),
    dict: frozenset({"object"}),
    list: frozenset({"array"}),
}
_NUMBER, _WHOLE = frozenset({"number"}), frozenset({"number", "integer"})


def certainly_fits(schema: Any, node: Node) -> bool:
    """Return True when the node satisfies the schema for certain; False means that nobody knows yet."""
    if schema is True:
        return True
    if not isinstance(schema, dict) or not _UNDERSTOOD.issuperset(schema):
        return False
    value = node.value
    types = schema.get("type")
    if types is not None and not (
        types in _types(node) if isinstance(types, str) else not _types(node).isdisjoint(types)
    ):
        return False
    if not _ASKING.isdisjoint(schema) and not _certainly_answers(schema, value):
        return False
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties", True)
        for key, below in value.items():
            wanted = properties.get(key, others)
            if wanted is not True and not certainly_fits(wanted, below):
                return False
    elif isinstance(value, list):
        wanted = schema.get("items", True)
        return wanted is True or all(certainly_fits(wanted, item) for item in value)
    return True


def _certainly_answers(schema: dict[str, Any], value: Any) -> bool:
    if "enum" in schema and not (isinstance(value, str) and value in schema["enum"]):
        return False
    if "pattern" in schema and isinstance(value, str):
        return False  # patterns of a repository run where their time is bounded
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    return bool(schema.get("minimum", number) <= number <= schema.get("maximum", number))


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


def _types(node: Node) -> frozenset[str]:
    value = node.value
    known = _TYPES.get(value.__class__)
    if known is not None:
        return known
    return _WHOLE if float(value).is_integer() else _NUMBER  # type: ignore[arg-type]

"""JSON Schema on layers: a quick proof that a layer fits, and the real validator for all else.

jsonschema takes longer to import than a small repository to check. `certainly_fits` understands the few keywords
that our own schemas use and says True only when it is sure; every other answer comes from jsonschema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitopslint.model.document import KeyPath, Node, plain

_UNDERSTOOD = frozenset({
    "type", "properties", "additionalProperties", "items", "enum", "minimum", "maximum",
    "$schema", "$id", "title", "description", "examples", "default",
})  # fmt: skip
_NAMES = {
    "object": "a mapping", "array": "a list", "string": "a text", "number": "a number", "integer": "a whole number",
    "boolean": "true or false", "null": "empty",
}  # fmt: skip


def certainly_fits(schema: Any, node: Node) -> bool:
    """Return True when the node satisfies the schema for certain; False means that nobody knows yet."""
    if schema is True:
        return True
    if not isinstance(schema, dict) or not _UNDERSTOOD.issuperset(schema):
        return False
    types = schema.get("type")
    if types is not None and not _types(node) & ({types} if isinstance(types, str) else set(types)):
        return False
    if "enum" in schema and not (isinstance(node.value, str) and node.value in schema["enum"]):
        return False
    if isinstance(node.value, float) and not (
        schema.get("minimum", node.value) <= node.value <= schema.get("maximum", node.value)
    ):
        return False
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    return all(certainly_fits(properties.get(key, others), below) for key, below in node.mapping.items()) and all(
        certainly_fits(schema.get("items", True), item) for item in node.items
    )


def misfits(schema: dict[str, Any], node: Node) -> Iterator[tuple[KeyPath, str]]:
    """Yield the place of every mismatch, and what is wrong there, never with the value itself."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema)
    errors = sorted(validator.iter_errors(plain(node)), key=lambda error: list(map(str, error.absolute_path)))
    for error in errors:
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = error.schema.get("properties", {})
            for key in error.instance:
                if key not in known:
                    yield (*path, key), "is not allowed here"
        else:
            yield path, _explained(error.validator, error.validator_value)


def _explained(keyword: Any, wanted: Any) -> str:
    match keyword:
        case "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            return "must be " + " or ".join(_NAMES.get(name, name) for name in names)
        case "enum":
            return "must be one of " + ", ".join(map(repr, wanted))
        case "required":
            return f"needs the keys {', '.join(wanted)}"
        case "minimum":
            return f"must be at least {wanted}"
        case "maximum":
            return f"must be at most {wanted}"
        case "pattern":
            return f"must match {wanted!r}"
    return f"breaks the keyword {keyword!r} of its schema"


def _types(node: Node) -> set[str]:
    value = node.value
    if value is None:
        return {"null"}
    if isinstance(value, bool):
        return {"boolean"}
    if isinstance(value, float):
        return {"number", "integer"} if value.is_integer() else {"number"}
    return {"string"} if isinstance(value, str) else {"object"} if isinstance(value, dict) else {"array"}

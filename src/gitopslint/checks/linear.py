"""A JSON Schema validator for schemas from the repository: it follows no link, and its work is bounded.

Patterns cannot backtrack, and every keyword that is judged counts: a schema of two kilobytes can ask for more steps
than there are atoms, by references that double.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitopslint.checks.predicates import UndecidedError, check_length
from gitopslint.model.regex import compiled

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_MOST_REFERENCES = 50  # inside each other
_MOST_STEPS = 200_000  # far beyond any chart's schema; about two seconds


def linear_validator(schema: Any, dialect: Any = None, **options: Any) -> Any:
    """Return a validator for a schema whose patterns all compile.

    `dialect` is one of the validators of jsonschema, by default that of draft 2020-12; `options` are for it.
    """
    # Imported here: few contracts hold a schema, and the import is slow.
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    extend: Any = validators.extend
    base: Any = dialect or Draft202012Validator

    kind = extend(base, _counted(base.VALIDATORS | _followed(base.VALIDATORS) | _keywords() | _unique()))
    return kind(schema, **{"registry": Registry()} | options)


def _keywords() -> dict[str, Any]:
    """Return the keywords that jsonschema judges with Python's patterns, which backtrack."""
    from jsonschema import ValidationError

    def pattern(_: Any, wanted: str, instance: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not found(wanted, instance):
            yield ValidationError("no match")

    def pattern_properties(validator: Any, patterns: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
        if isinstance(instance, dict):
            for wanted, below in patterns.items():
                for key, value in instance.items():
                    if found(wanted, key):
                        yield from validator.descend(value, below, path=key, schema_path=wanted)

    def additional_properties(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not isinstance(instance, dict):
            return
        patterns = schema.get("patternProperties", {})
        named = schema.get("properties", {})
        extra = [key for key in instance if key not in named and not any(found(one, key) for one in patterns)]
        if isinstance(wanted, dict):
            for key in extra:
                yield from validator.descend(instance[key], wanted, path=key)
        elif not wanted:
            for key in extra:
                yield ValidationError(
                    "not allowed",
                    validator="additionalProperties",
                    validator_value=wanted,
                    instance={key: instance[key]},
                    schema={},
                )

    return {
        "pattern": pattern,
        "patternProperties": pattern_properties,
        "additionalProperties": additional_properties,
    }


def _unique() -> dict[str, Any]:
    """Return `uniqueItems`, which jsonschema judges in quadratic time."""
    from jsonschema import ValidationError

    def unique_items(_: Any, wanted: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
        if wanted and isinstance(instance, list) and len(set(map(_comparable, instance))) < len(instance):
            yield ValidationError("not unique")

    return {"uniqueItems": unique_items}


def _followed(keywords: Any) -> dict[str, Any]:
    """Follow references, but not for ever: Python's own limit would be met in the middle of jsonschema's Rust."""
    depth = 0

    def following(keyword: Any) -> Any:
        def follow(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
            nonlocal depth
            if depth >= _MOST_REFERENCES:
                raise UndecidedError("refers to itself without end", "say it without the circle")
            depth += 1
            try:
                yield from keyword(validator, wanted, instance, schema) or ()
            finally:
                depth -= 1

        return follow

    return {name: following(keywords[name]) for name in _REFERENCES if name in keywords}


def _counted(keywords: Any) -> dict[str, Any]:
    """Count what is judged, whichever way the validator comes to it."""
    left = _MOST_STEPS

    def counting(keyword: Any) -> Any:
        def judge(validator: Any, wanted: Any, instance: Any, schema: Any) -> Any:
            nonlocal left
            left -= 1 + (len(wanted) if isinstance(wanted, dict | list) else 0)
            if left < 0:
                raise UndecidedError(f"asks for more than {_MOST_STEPS:,} steps", "say it with fewer references")
            return keyword(validator, wanted, instance, schema)

        return judge

    return {name: counting(keyword) for name, keyword in keywords.items()}


def _comparable(value: Any) -> object:
    """Return what is equal exactly when JSON Schema says so: 1 is 1.0, and true is not 1."""
    if isinstance(value, dict):
        return frozenset((key, _comparable(below)) for key, below in value.items())
    if isinstance(value, list):
        return tuple(map(_comparable, value))
    return (bool, value) if isinstance(value, bool) else value


def found(pattern: str, text: str) -> bool:
    """Tell whether a pattern fits anywhere in a text. Raises UndecidedError for one that is too long to try."""
    check_length(text)
    return compiled(pattern).found_in(text)

"""A JSON Schema validator for schemas from the repository: it follows no link and its patterns cannot backtrack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitopslint.checks.predicates import UndecidedError, check_length
from gitopslint.model.regex import compiled

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_MOST_REFERENCES = 50  # inside each other


def linear_validator(schema: Any, dialect: Any = None, **options: Any) -> Any:
    """Return a validator for a schema whose patterns all compile.

    `dialect` is one of the validators of jsonschema, by default that of draft 2020-12; `options` are for it.
    """
    # Imported here: few contracts hold a schema, and the import is slow.
    from jsonschema import Draft202012Validator, ValidationError, validators
    from referencing import Registry

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

    extend: Any = validators.extend
    base: Any = dialect or Draft202012Validator
    kind = extend(
        base,
        _followed(base.VALIDATORS)
        | {
            "pattern": pattern,
            "patternProperties": pattern_properties,
            "additionalProperties": additional_properties,
        },
    )
    return kind(schema, **{"registry": Registry()} | options)


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


def found(pattern: str, text: str) -> bool:
    """Tell whether a pattern fits anywhere in a text. Raises UndecidedError for one that is too long to try."""
    check_length(text)
    return compiled(pattern).found_in(text)

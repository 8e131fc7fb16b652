"""JSON Schemas for layers: ours by role, or the repository's own."""

from __future__ import annotations

import json
from typing import Any

from gitopslint.loaders.resources import resource
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.contract import LayerPath
from gitopslint.model.document import KeyPath
from gitopslint.model.layer import Schema
from gitopslint.model.namedtuple import NamedTuple

MAX_BYTES = 1_000_000


class SchemaError(Exception):
    """A JSON Schema that the contract names cannot be used; the message says which and why."""


def load_schema(place: LayerPath, tree: Tree) -> Schema | None:
    """Return the schema of a kind of layer; None for the chart's defaults, which may be anything.

    Raises SchemaError.
    """
    if place.json_schema is None:
        if place.role == "chart":
            return None
        name = f"{place.role}-layer.schema.json"
        return Schema(name, json.loads(resource("schemas", name).read_bytes()))
    try:
        data = tree.read(place.json_schema)
        if len(data) > MAX_BYTES:
            raise SchemaError(f"the schema {place.json_schema} is larger than {MAX_BYTES:,} bytes")
        content = json.loads(data)
    except ReadError as error:
        raise SchemaError(f"the schema {place.json_schema} cannot be read: {error}") from None
    except ValueError as error:
        raise SchemaError(f"the schema {place.json_schema} is not JSON: {error}") from None
    except RecursionError:
        raise SchemaError(f"the schema {place.json_schema} is nested too deeply") from None
    if not isinstance(content, dict):
        raise SchemaError(f"the schema {place.json_schema} must be a JSON object")
    if fault := schema_fault(content):
        raise SchemaError(f"the schema {place.json_schema} is no JSON Schema: {fault.reason}")
    return Schema(place.json_schema, content)


class SchemaFault(NamedTuple):
    """What is wrong with a JSON Schema, and where in it."""

    reason: str
    path: KeyPath = ()


def schema_fault(content: dict[str, Any]) -> SchemaFault | None:
    """Return why something is no JSON Schema. Patterns are not looked at: they are Go's, not Python's."""
    # Imported here: few contracts hold a schema, and the import is slow.
    from jsonschema import Draft202012Validator, FormatChecker, SchemaError as Invalid  # noqa: I001 - one import

    try:
        Draft202012Validator.check_schema(content, format_checker=FormatChecker(formats=()))
    except Invalid as error:
        return SchemaFault(str(error.message), tuple(error.absolute_path))
    except BaseException as error:
        # Where Python's depth is used up inside the Rust below jsonschema, it panics with an exception of its own.
        if isinstance(error, RecursionError) or type(error).__name__ == "PanicException":
            return SchemaFault("it is nested too deeply")
        raise
    return None

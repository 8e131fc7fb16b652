"""Reference pages that are made from what the program itself knows: the contract's schema and the command line."""

from __future__ import annotations

import argparse
import json
from typing import Any

from gitopslint.cli.commands import COMMANDS
from gitopslint.cli.vocabulary import declared

Schema = dict[str, Any]
_LONGEST_DEFAULT = 60


def contract_reference(schema: Schema) -> str:
    """Return every key of the contract with its type, default and meaning, as Markdown."""
    parts = [
        "# Every key of the contract",
        "Made from the [JSON Schema](../schemas/contract.schema.json). [The contract](contract.md) explains more.",
        _table(schema),
    ]
    for name in _in_order(schema):
        definition = schema["$defs"][name]
        parts += [f"## {name}", _text(definition.get("description", ""), inline=False), _table(definition)]
    return "\n\n".join(part for part in parts if part) + "\n"


def command_reference() -> str:
    """Return every command with its words, as Markdown."""
    codes = (
        "Exit codes: **0** clean, **1** findings, **2** wrong usage, contract or input, **3** a fault of gitopslint "
        "itself, **130** interrupted. Reports go to standard output, everything else to standard error."
    )
    parts = ["# Every command", codes]
    for name, entry in COMMANDS.items():
        rows = [f"| {_word(action)} | {_cell(action.help or '')} |" for action in declared(entry, add_help=False)]
        parts += [f"## gitopslint {name}", entry.summary]
        parts += ["\n".join(["| word | meaning |", "|---|---|", *rows])] if rows else []
    return "\n\n".join(parts) + "\n"


def _word(action: argparse.Action) -> str:
    value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    if isinstance(value, tuple):
        value = " ".join(value)
    if not action.option_strings:
        return f"`{f'[{value}]' if action.nargs == '?' else value}`".replace("|", "\\|")
    takes = f" {value}" if action.nargs != 0 else ""
    return ", ".join(f"`{flag}{takes}`" for flag in action.option_strings).replace("|", "\\|")


def _table(schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        f"| `{key}` | {_kind(value)} | {'required' if key in required else _default(value)} | {_meaning(value)} |"
        for key, value in schema.get("properties", {}).items()
    ]
    return "\n".join(["| key | type | default | meaning |", "|---|---|---|---|", *rows]) if rows else ""


def _kind(schema: Schema) -> str:
    """Say what kind of value belongs to a key."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        choices = [f"`{one}`" for one in schema["enum"]]
        return ", ".join(choices) if len(choices) <= 8 else "one of the names"
    if "anyOf" in schema:
        kinds = [_kind(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" if schema.get("items") else "list"
    if schema.get("type") == "object":
        more = schema.get("additionalProperties")
        return (
            f"mapping of names to {_kind(more)}"
            if isinstance(more, dict) and more.get("type") != "object"
            else "mapping"
        )
    return {"string": "text", "boolean": "true or false", "integer": "number", "number": "number"}.get(
        schema.get("type", ""), "anything"
    )


def _default(schema: Schema) -> str:
    if "default" not in schema or schema["default"] is None:
        return "none"
    text = json.dumps(schema["default"], ensure_ascii=False)
    if len(text) <= _LONGEST_DEFAULT:
        return f"`{text}`".replace("|", "\\|")
    return "see [the contract](contract.md)" if isinstance(schema["default"], list | dict) else f"`{text}`"


def _meaning(schema: Schema) -> str:
    return _text(schema.get("description", ""), inline=True)


def _text(text: str, *, inline: bool) -> str:
    joined = " ".join(text.split())
    return _cell(joined) if inline else joined


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _in_order(schema: Schema) -> list[str]:
    """Return the definitions in the order in which the keys lead to them."""
    found: list[str] = []

    def visit(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(target := part.get("$ref"), str):
                name = target.rpartition("/")[2]
                if name not in found:
                    found.append(name)
                    visit(schema["$defs"][name])
            for value in part.values():
                visit(value)
        elif isinstance(part, list):
            for value in part:
                visit(value)

    visit(schema["properties"])
    return found

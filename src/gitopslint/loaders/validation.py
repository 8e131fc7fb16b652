"""From the YAML of our own files to dataclasses, and from mistakes to lines that say where, what and what instead."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from gitopslint.loaders import yaml
from gitopslint.loaders.certain import certain
from gitopslint.model.closest import closest
from gitopslint.model.document import KeyPath, Node, dotted, find, plain
from gitopslint.model.places import MistakeError
from gitopslint.model.record import described, field_names, is_record

Kind = TypeVar("Kind")

_UNKNOWN = frozenset({"unexpected_keyword_argument", "extra_forbidden"})
_MISSING = frozenset({"missing", "missing_argument"})
_WANTED = {
    "string_type": "a text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a number",
    "int_parsing": "a number",
    "int_parsing_size": "a number that is not that large",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "dataclass_type": "a mapping",
    "none_required": "left out",
}


class ContractError(Exception):
    """The contract cannot be used. One line for each mistake, each with its place and a way out."""


def read_mapping(name: str, data: bytes, what: str, known: Sequence[str], mistakes: list[str]) -> Node | None:
    """Return the mapping that a file of ours holds, or say why it holds none. `what` is what it should be."""
    document = yaml.parse(name, data)
    root = document.root
    if document.problem is not None:
        mistakes.append(f"{document.problem.span}: {what} is not readable: {document.problem.message}")
    elif len(document.roots) > 1:
        mistakes.append(f"{document.roots[1].span}: {what.replace('the', 'a', 1)} file holds one YAML document")
    elif not isinstance(root.value, dict):
        mistakes.append(f"{root.span}: {what.replace('the', 'a', 1)} is a mapping, with keys such as {listed(known)}")
    else:
        mistakes += [
            f"{second.key_span}: {first.key.text if first.key else ''!r} is set twice; it first stands on line "
            f"{first.key_span.line}"
            for node in _mappings(root)
            for first, second in node.duplicates
        ]
        return root
    return None


def validated(
    kind: type[Kind], root: Node, given: Any, what: str, mistakes: list[str], base: KeyPath = ()
) -> Kind | None:
    """Make a dataclass of plain data, or add what is wrong with it. `base` leads to `root` in its file."""
    if (made := certain(kind, given)) is not None:
        return made
    # Imported here: pydantic takes longer to load than a small repository to check.
    from pydantic import ValidationError

    hashable: Any = kind  # to mypy, what a type variable stands for may have no hash
    try:
        valid: Kind = _adapter(hashable).validate_python(given)
    except ValidationError as error:
        faults: dict[tuple[KeyPath, bool], list[Any]] = {}
        for fault in error.errors(include_url=False):
            path = _existing(root, (*fault["loc"], *_further(fault)))
            faults.setdefault((path, fault["type"] in _MISSING), []).append(fault)
        for (path, missing), same in faults.items():
            # Where one of several types is a mapping or list and got further, the other types were not meant.
            further = any(len(other) > len(path) and other[: len(path)] == path for other, _ in faults)
            if missing or not further or any(fault["type"] not in (*_WANTED, "literal_error") for fault in same):
                mistakes.append(_explained(kind, root, base, path, same, what))
        return None
    return valid


@cache
def _adapter(kind: Any) -> Any:
    """Return what validates a kind of record. To make it takes longer than to use it a thousand times."""
    from pydantic import TypeAdapter

    return TypeAdapter(described(kind))


def settings(node: Node) -> Any:
    """Turn a node into plain data. A contract is not read by Helm: `off` is a word here, not a boolean."""
    if isinstance(node.value, dict):
        return {key: settings(below) for key, below in node.value.items()}
    if isinstance(node.value, list):
        return [settings(item) for item in node.value]
    return node.text if isinstance(node.value, bool) and node.text.lower() not in ("true", "false") else plain(node)


def names(kind: Any) -> list[str]:
    """Return the keys of a dataclass."""
    return list(field_names(kind)) if is_record(kind) else []


def nearest(name: str, known: Sequence[str]) -> str:
    """Return the end of a sentence that helps who wrote a wrong name."""
    if near := closest(name, known):
        return f"; did you mean {near!r}?"
    return f"; known are {listed(known)}" if known else ""


def listed(known: Sequence[str]) -> str:
    """Return names as an enumeration."""
    return ", ".join(known)


def _existing(root: Node, location: KeyPath) -> KeyPath:
    """Return the steps of an error's location that are in the file: pydantic adds the names of tried types."""
    path: KeyPath = ()
    for step in location:
        if find(root, (*path, step)) is not None:
            path = (*path, step)
    return path


def _further(fault: Any) -> KeyPath:
    """Return the rest of the way to a mistake that a record has found in itself."""
    error = fault.get("ctx", {}).get("error")
    return error.at if isinstance(error, MistakeError) else ()


def _explained(kind: Any, root: Node, base: KeyPath, path: KeyPath, faults: list[Any], what: str) -> str:
    """Turn pydantic's errors about one place into our words: where, what, and what would be right.

    There are several where a value may have one of several types and has none of them.
    """
    node = find(root, path) or root
    where = dotted((*base, *path)) or what
    kinds = {fault["type"] for fault in faults}
    if kinds & _UNKNOWN:
        known = names(_type_at(kind, path[:-1]))
        parent = (*base, *path[:-1])
        of = repr(dotted(parent)) if parent else what
        return f"{node.key_span}: {path[-1]!r} is no key of {of}{nearest(str(path[-1]), known)}"
    if kinds & _MISSING:
        missing = ", ".join(repr(fault["loc"][-1]) for fault in faults)
        return f"{node.span}: {where} needs {missing}"
    if "value_error" in kinds:
        reasons = [str(fault["ctx"]["error"]) for fault in faults if fault["type"] == "value_error"]
        return f"{node.span}: {where}: {reasons[0]}"
    wanted = [_WANTED.get(fault["type"]) or fault.get("ctx", {}).get("expected", fault["msg"]) for fault in faults]
    given = f", not {settings(node)!r}" if node.is_scalar else ""
    choices = " or ".join(dict.fromkeys(wanted)).replace("' or '", "', '")
    return f"{node.span}: {where} must be {choices}{given}{_meant(_type_at(kind, path), node)}"


def _meant(kind: Any, node: Node) -> str:
    """Return the end of a sentence about a value that stands where a mapping of ours belongs: what it could hold.

    Where one key makes it right, as `level` does of `off`, that key is what was meant.
    """
    known = names(kind)
    if not known or isinstance(node.value, dict):
        return ""
    fitting = [key for key in known if node.is_scalar and certain(kind, {key: settings(node)}) is not None]
    return f": write `{{{fitting[0]}: {node.text}}}`" if len(fitting) == 1 else f", with keys such as {listed(known)}"


def _type_at(kind: Any, path: KeyPath) -> Any:
    """Return the dataclass that describes the value at `path`."""
    current: Any = kind
    for step in path:
        if is_record(current):
            current = typing.get_type_hints(current).get(str(step))
        else:
            arguments = [a for a in typing.get_args(current) if a is not Ellipsis and a is not type(None)]
            current = arguments[-1] if arguments else None
        while typing.get_origin(current) in (typing.Union, types.UnionType):
            choices = typing.get_args(current)
            current = next((one for one in choices if is_record(one)), choices[0])
    return current


def _mappings(node: Node) -> Iterator[Node]:
    if isinstance(node.value, dict):
        yield node
        for below in node.value.values():
            yield from _mappings(below)
    for item in node.items:
        yield from _mappings(item)

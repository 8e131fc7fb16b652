"""Finds and reads the contract file."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from gitopslint.loaders import yaml
from gitopslint.model.contract import FILE_NAME, Contract
from gitopslint.model.document import Document, KeyPath, Node, dotted, find, plain
from gitopslint.model.rule import Catalogue, Parameter, Rule

_UNKNOWN = frozenset({"unexpected_keyword_argument", "extra_forbidden"})
_MISSING = frozenset({"missing", "missing_argument"})
_WANTED = {
    "string_type": "a text", "bool_type": "true or false", "bool_parsing": "true or false", "int_type": "a number",
    "int_parsing": "a number", "int_from_float": "a whole number", "tuple_type": "a list", "list_type": "a list",
    "dict_type": "a mapping", "dataclass_type": "a mapping", "none_required": "left out",
}  # fmt: skip


class ContractError(Exception):
    """The contract cannot be used. One line for each mistake, each with its place and a way out."""


@dataclass(frozen=True, slots=True)
class Found:
    """A contract with the folder that it governs; `file` is None for the default contract."""

    root: Path
    contract: Contract
    file: str | None


def find_contract_file(start: Path, stop: Path | None) -> Path | None:
    """Return the nearest contract file in `start` or above, not beyond the folder `stop`."""
    for folder in _upward(start, stop):
        if (file := folder / FILE_NAME).is_file():
            return file
    return None


def default_root(start: Path, stop: Path | None) -> Path | None:
    """Return the nearest folder in `start` or above that has the layout of the default contract."""
    fixed = [layer.path.partition("{")[0].rpartition("/")[0] for layer in Contract().layers if "{" in layer.path]
    for folder in _upward(start, stop):
        if any(_has(folder / parent) for parent in fixed):
            return folder
    return None


def read_contract(name: str, data: bytes, catalogue: Catalogue) -> Contract:
    """Read and validate a contract file. `name` is what its errors call it. Raises ContractError."""
    document = yaml.parse(name, data)
    if document.problem is not None:
        raise ContractError(f"{document.problem.span}: the contract is not readable: {document.problem.message}")
    if len(document.roots) > 1:
        raise ContractError(f"{document.roots[1].span}: a contract file holds one YAML document")
    root = document.root
    if not isinstance(root.value, dict):
        raise ContractError(f"{root.span}: a contract is a mapping, with keys such as {_some(_names(Contract))}")
    mistakes = [
        f"{second.key_span}: {first.key.text if first.key else ''!r} is set twice; it first stands on line "
        f"{first.key_span.line}"
        for node in _mappings(root) for first, second in node.duplicates
    ]  # fmt: skip
    contract = _validated(document, mistakes)
    if contract is not None:
        mistakes += _rule_mistakes(contract, document, catalogue)
    if mistakes or contract is None:
        raise ContractError("\n".join(mistakes))
    return contract


def _validated(document: Document, mistakes: list[str]) -> Contract | None:
    # Imported here: pydantic takes longer to load than a small repository to check.
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Contract).validate_python(_settings(document.root))
    except ValidationError as error:
        faults: dict[tuple[KeyPath, bool], list[Any]] = {}
        for fault in error.errors(include_url=False):
            path = _existing(document.root, fault["loc"])
            faults.setdefault((path, fault["type"] in _MISSING), []).append(fault)
        mistakes += [_explained(document, path, same) for (path, _), same in faults.items()]
        return None


def _settings(node: Node) -> Any:
    """Turn a node into plain data. A contract is not read by Helm: `off` is a word here, not a boolean."""
    if isinstance(node.value, dict):
        return {key: _settings(below) for key, below in node.value.items()}
    if isinstance(node.value, list):
        return [_settings(item) for item in node.value]
    return node.text if isinstance(node.value, bool) and node.text.lower() not in ("true", "false") else plain(node)


def _existing(root: Node, location: KeyPath) -> KeyPath:
    """Return the steps of an error's location that are in the file: pydantic adds the names of tried types."""
    path: KeyPath = ()
    for step in location:
        if find(root, (*path, step)) is not None:
            path = (*path, step)
    return path


def _explained(document: Document, path: KeyPath, faults: list[Any]) -> str:
    """Turn pydantic's errors about one place into our words: where, what, and what would be right.

    There are several where a value may have one of several types and has none of them.
    """
    node = find(document.root, path) or document.root
    where = dotted(path) or "the contract"
    kinds = {fault["type"] for fault in faults}
    if kinds & _UNKNOWN:
        known = _names(_type_at(path[:-1]))
        return f"{node.key_span}: {path[-1]!r} is no key of {_parent(path)}{_nearest(str(path[-1]), known)}"
    if kinds & _MISSING:
        names = ", ".join(repr(fault["loc"][-1]) for fault in faults)
        return f"{node.span}: {where} needs {names}"
    if "value_error" in kinds:
        reasons = [str(fault["ctx"]["error"]) for fault in faults if fault["type"] == "value_error"]
        return f"{node.span}: {where}: {reasons[0]}"
    wanted = [_WANTED.get(fault["type"]) or fault["ctx"].get("expected", fault["msg"]) for fault in faults]
    given = f", not {_settings(node)!r}" if node.is_scalar else ""
    choices = " or ".join(dict.fromkeys(wanted)).replace("' or '", "', '")
    return f"{node.span}: {where} must be {choices}{given}"


def _rule_mistakes(contract: Contract, document: Document, catalogue: Catalogue) -> Iterable[str]:
    for name, settings in contract.rules.items():
        node = find(document.root, ("rules", name)) or document.root
        rule = catalogue.get(name)
        if rule is None:
            yield f"{node.key_span}: there is no rule {name!r}{_nearest(name, list(catalogue))}"
            continue
        defaults = dict(rule.parameters)
        for parameter, value in settings.parameters.items():
            at = find(node, ("parameters", parameter)) or node
            if parameter not in defaults:
                yield f"{at.key_span}: {name} has no parameter {parameter!r}{_nearest(parameter, list(defaults))}"
            elif (wanted := _kind(defaults[parameter])) != _kind(value):
                yield f"{at.span}: {name} wants {wanted} for {parameter!r}, not {_kind(value)}"


def parameters(rule: Rule, contract: Contract) -> dict[str, Parameter]:
    """Return a rule's parameters as the contract sets them, lists as tuples."""
    settings = contract.rules.get(rule.name)
    given = settings.parameters if settings is not None else {}
    return dict(rule.parameters) | {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    return {int: "a number", str: "a text", list: "a list of texts", tuple: "a list of texts"}[type(value)]


def _type_at(path: tuple[str | int, ...]) -> Any:
    """Return the dataclass that describes the contract's value at `path`."""
    current: Any = Contract
    for step in path:
        if is_dataclass(current):
            current = typing.get_type_hints(current).get(str(step))
        else:
            arguments = [a for a in typing.get_args(current) if a is not Ellipsis and a is not type(None)]
            current = arguments[-1] if arguments else None
        while not is_dataclass(current) and typing.get_origin(current) is typing.Union:
            current = typing.get_args(current)[0]
    return current


def _names(kind: Any) -> list[str]:
    return [field.name for field in fields(kind)] if is_dataclass(kind) else []


def _parent(path: Sequence[str | int]) -> str:
    return repr(dotted(tuple(path[:-1]))) if len(path) > 1 else "the contract"


def _nearest(name: str, known: Sequence[str]) -> str:
    if near := difflib.get_close_matches(name, known, n=1, cutoff=0.6):
        return f"; did you mean {near[0]!r}?"
    return f"; known are {_some(known)}" if known else ""


def _some(names: Sequence[str]) -> str:
    return ", ".join(names)


def _mappings(node: Node) -> Iterable[Node]:
    if isinstance(node.value, dict):
        yield node
        for below in node.value.values():
            yield from _mappings(below)
    for item in node.items:
        yield from _mappings(item)


def _upward(start: Path, stop: Path | None) -> Iterable[Path]:
    for folder in (start, *start.parents):
        yield folder
        if folder == stop:
            return


def _has(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is not None
    except OSError:
        return False



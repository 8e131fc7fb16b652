"""Rules without code that a repository brings along: in its contract, and in a folder that the contract names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from gitopslint.loaders.schemas import schema_fault
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.loaders.validation import listed, names, nearest, read_mapping, validated
from gitopslint.model.contract import Contract
from gitopslint.model.document import KeyPath, Node, find, plain, walk
from gitopslint.model.policy import FAMILY, Policy
from gitopslint.model.regex import RegexError, compiled
from gitopslint.model.requirement import Scope
from gitopslint.model.rule import FAMILIES, Catalogue

_DATA = frozenset({"const", "default", "enum", "examples"})
_ANCHORS = frozenset({"$anchor", "$dynamicAnchor"})
_REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})


def read_policies(
    root: Node, prefix: str, contract: Contract, shipped: Catalogue, tree: Tree | None, mistakes: list[str]
) -> tuple[Policy | str, ...] | None:
    """Return the policies of a contract file and of its folder; None where it says nothing about them.

    A text stands for a policy that ships with gitopslint. `root` is the contract, `prefix` leads to it from the top
    of the repository.
    """
    found: list[tuple[Policy | str, Node]] = []
    node = find(root, ("policies",))
    if node is not None:
        if isinstance(node.value, list):
            for position, item in enumerate(node.value):
                found += _in_contract(item, position, shipped, mistakes)
        else:
            mistakes.append(f"{node.span}: policies must be a list of rules, or [] for none")
    if contract.policy_folder is not None and tree is not None:
        folder = find(root, ("policy_folder",)) or root
        found += _in_folder(contract.policy_folder, folder, prefix, tree, mistakes)
    taken = Counter(policy if isinstance(policy, str) else policy.name for policy, _ in found)
    for policy, place in found:
        name = policy if isinstance(policy, str) else policy.name
        at = find(place, ("name",)) or place
        if taken[name] > 1:
            mistakes.append(f"{at.span}: there are {taken[name]} policies with the name {name!r}: give each its own")
        if isinstance(policy, Policy):
            mistakes += _mistakes(policy, place, contract, shipped)
    return None if node is None and contract.policy_folder is None else tuple(policy for policy, _ in found)


def _in_contract(
    item: Node, position: int, shipped: Catalogue, mistakes: list[str]
) -> Iterator[tuple[Policy | str, Node]]:
    where = f"policies[{position}]"
    if isinstance(item.value, str):
        known = [rule.name for rule in shipped.values() if rule.family == FAMILY]
        if item.value in known:
            yield item.value, item
        else:
            mistakes.append(f"{item.span}: no policy {item.value!r} ships with gitopslint{nearest(item.value, known)}")
    elif not isinstance(item.value, dict):
        mistakes.append(f"{item.span}: {where} must be a rule with keys such as {listed(names(Policy))}")
    elif policy := validated(Policy, item, plain(item), where, mistakes, ("policies", position)):
        yield policy, item


def _in_folder(
    folder: str, place: Node, prefix: str, tree: Tree, mistakes: list[str]
) -> Iterator[tuple[Policy | str, Node]]:
    start = folder.rstrip("/") + "/"
    paths = [
        path
        for path in tree.paths
        if path.startswith(start) and path.endswith((".yaml", ".yml")) and "/" not in path[len(start) :]
    ]
    if not paths:
        mistakes.append(f"{place.span}: policy_folder: there is no *.yaml in {folder!r}")
    for path, data in tree.read_many(paths):
        if isinstance(data, ReadError):
            mistakes.append(f"{prefix}{path} cannot be read: {data}")
            continue
        root = read_mapping(prefix + path, data, "the rule", names(Policy), mistakes)
        if root is not None and (policy := validated(Policy, root, plain(root), "the rule", mistakes)):
            yield policy, root


def _mistakes(policy: Policy, root: Node, contract: Contract, shipped: Catalogue) -> Iterator[str]:
    name = find(root, ("name",)) or root
    if policy.name in shipped:
        yield f"{name.span}: gitopslint has a rule {policy.name!r} already: give yours another name"
    elif policy.name in FAMILIES:
        yield f"{name.span}: {policy.name!r} is the name of a family of rules: give yours another name"
    for key, scope in (("when", policy.when), ("unless", policy.unless)):
        for position, environment in enumerate((scope or Scope(("*",))).environments or ()):
            if environment not in contract.environments:
                at = find(root, (key, "environments", position)) or root
                hint = nearest(environment, contract.environments)
                yield f"{at.span}: {environment!r} is no environment of the contract{hint}"
    if policy.schema is not None:
        yield from _schema_mistakes(policy.schema, find(root, ("schema",)) or root)


def _schema_mistakes(schema: dict[str, Any], root: Node) -> Iterator[str]:
    if fault := schema_fault(schema):
        yield f"{(find(root, fault.path) or root).span}: this is no JSON Schema: {fault.reason}"
        return
    named = {f"#{node.text}" for path, node in walk(root) if path and path[-1] in _ANCHORS and not _is_data(path)}
    for path, node in walk(root):
        if not path or _is_data(path):
            continue
        if path[-1] in _REFERENCES and isinstance(node.value, str):
            if node.value not in named and find(root, _pointed(node.value)) is None:
                yield f"{node.span}: {path[-1]} must lead to a place in the same schema, such as '#/$defs/name'"
        elif path[-1] == "pattern" and isinstance(node.value, str):
            yield from _pattern_mistakes(node.value, node)
        elif path[-1] == "unevaluatedProperties":
            yield f"{node.key_span}: unevaluatedProperties is not known here: say additionalProperties"
        elif path[-1] == "patternProperties":
            for pattern, below in node.mapping.items():
                yield from _pattern_mistakes(pattern, below.key or below)


def _pattern_mistakes(pattern: str, node: Node) -> Iterator[str]:
    try:
        compiled(pattern)
    except RegexError as error:
        yield f"{node.span}: the pattern cannot be used: {error}"


def _is_data(path: KeyPath) -> bool:
    """Tell whether a key stands among names or data, where it is no keyword."""
    return not _DATA.isdisjoint(path[:-1]) or (len(path) > 1 and path[-2] in ("properties", "$defs"))


def _pointed(reference: str) -> KeyPath:
    if reference != "#" and not reference.startswith("#/"):
        return ("", reference)
    parts = reference[1:].split("/")[1:]
    # No list has a place of ten digits, and Python refuses to read thousands of them.
    return tuple(
        int(part) if part.isdecimal() and len(part) < 10 else part.replace("~1", "/").replace("~0", "~")
        for part in parts
    )

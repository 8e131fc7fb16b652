"""What is fuzzed: functions that get bytes and must keep their promises, whatever the bytes are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gitopslint.checks.moving import MovingTags, why_it_moves
from gitopslint.loaders import helm, yaml
from gitopslint.loaders.comments import comments
from gitopslint.loaders.contract import ContractError, read_contract
from gitopslint.loaders.patterns import load_patterns
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.sops_config import SopsConfigs
from gitopslint.loaders.sops_files import sops_units
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract
from gitopslint.model.document import Node, walk
from gitopslint.model.glob import GlobError, glob_matches
from gitopslint.model.image import split_reference
from gitopslint.model.regex import RegexError, compiled
from gitopslint.model.scalars import KINDS, key_text, printed, resolve, resolve_as
from gitopslint.model.source import masked
from gitopslint.model.tag import commit_in, placeholder_repository, placeholder_tag, without_environment

Target = Callable[[bytes], None]

_CATALOGUE = load_catalogue()
_CONTRACT = Contract()
_PATTERNS = load_patterns()
_WORDS: dict[str, Any] = dict(_CATALOGUE["mutable-tag"].parameters)
_MOVING = MovingTags(**_WORDS)


def read_yaml(data: bytes) -> None:
    """Reading never raises, and every node stands inside the text."""
    document = yaml.parse("x.yaml", data)
    lines = document.text.split("\n")
    for root in document.roots:
        for _, node in walk(root):
            span = node.span
            assert (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
            assert span.end_line <= len(lines) + 1
    if document.problem is not None:
        assert document.problem.message
        assert "\n" not in document.problem.message
    list(comments(document))
    masked(document.text, [root.span for root in document.roots])


def type_scalar(data: bytes) -> None:
    """Every text has one value, which is printed as a text that has the same value."""
    text = data.decode("utf-8", "replace")
    value = resolve(text)
    shown = printed(value)
    if isinstance(value, bool) or value is None or isinstance(value, str):
        assert isinstance(value, str) or printed(resolve(shown)) == shown
    key_text(text)
    key_text(text, as_float=True)
    for kind in KINDS:
        try:
            resolve_as(kind, text)
        except ValueError:
            continue


def merge(data: bytes) -> None:
    """Laying layers over each other keeps every key of the upper one, and changes neither of them."""
    first, _, second = data.partition(b"\0")
    lower, upper = yaml.parse("lower.yaml", first), yaml.parse("upper.yaml", second)
    if (
        lower.problem
        or upper.problem
        or not isinstance(upper.root.value, dict)
        or not isinstance(lower.root.value, dict)
    ):
        return
    before = _keys(lower.root), _keys(upper.root)
    try:
        values = helm.overlaid([lower.root, upper.root])
        helm.merge(lower.root, [upper.root])
    except ValueError:
        return
    assert set(values.mapping) == set(lower.root.mapping) | set(upper.root.mapping)
    assert (_keys(lower.root), _keys(upper.root)) == before


def _keys(node: Node) -> list[str]:
    return [str(path) for path, _ in walk(node)]


def contract(data: bytes) -> None:
    """A contract is read, or refused with lines that each name a place."""
    try:
        read_contract("x.yaml", data, _CATALOGUE)
    except ContractError as error:
        said = str(error).splitlines()
    else:
        return
    assert said
    assert all(line.startswith("x.yaml:") for line in said)


def sops(data: bytes) -> None:
    """A configuration of SOPS and an encrypted file are read or named as gaps, and no value gets into what is said."""
    config, _, content = data.partition(b"\0")
    tree = MemoryTree({".sops.yaml": config, "a/secret.yaml": content, ".env": content, "x.ini": content})
    for unit in sops_units(tree, tree.paths, SopsConfigs(tree, tree.paths), lambda _: False):
        for span in unit.secret_spans:
            assert span.line >= 1


def image(data: bytes) -> None:
    """A reference is split into parts that are in it, and every question about a tag has an answer."""
    text = data.decode("utf-8", "replace")
    repository, tag, digest = split_reference(text)
    whole = repository + (f":{tag}" if tag is not None else "") + (f"@{digest}" if digest is not None else "")
    assert whole == text
    commit = commit_in(text, _CONTRACT.tag_patterns)
    assert commit is None or commit in text
    assert len(without_environment(text, _CONTRACT.environment_tags, _CONTRACT.environments)) <= len(text)
    why_it_moves(text, _MOVING, _CONTRACT.environments, _CONTRACT.tag_patterns)
    placeholder_tag(text)
    placeholder_repository(text)


def pattern(data: bytes) -> None:
    """Globs and regular expressions of a repository are matched or refused."""
    written, _, text = (part.decode("utf-8", "replace") for part in data.partition(b"\0"))
    with suppress(GlobError):
        glob_matches(written[:200], text[:200])
    with suppress(RegexError):
        compiled(written[:200]).found_in(text[:200])


TARGETS: dict[str, Target] = {
    "yaml": read_yaml,
    "scalars": type_scalar,
    "merge": merge,
    "contract": contract,
    "sops": sops,
    "image": image,
    "pattern": pattern,
}

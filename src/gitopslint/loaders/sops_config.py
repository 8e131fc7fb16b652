"""`.sops.yaml`: which creation rule covers a file, who may decrypt it, and which values SOPS would encrypt.

Source: getsops/sops `config/config.go`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from gitopslint.loaders import yaml
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.document import Node
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.regex import RegexError, compiled
from gitopslint.model.sops import DEFAULT_SUFFIX, SELECTORS, CreationRule, Reach, Recipient, SopsGap
from gitopslint.model.span import file_start

NAME = ".sops.yaml"
_UNREAD_NAME = ".sops.yml"
_SPEAKS_OF_SECRETS = re.compile(
    r"secret|sops|cred|vault|privat|passw|token|\.env|(?<![a-z])enc(?:rypted)?(?![a-z])", re.IGNORECASE
)
# How recipients are called in rules and in files.
_KINDS = {
    "age": "age",
    "pgp": "pgp",
    "kms": "kms",
    "gcp_kms": "gcp_kms",
    "azure_keyvault": "azure_kv",
    "azure_kv": "azure_kv",
    "hc_vault_transit_uri": "hc_vault",
    "hc_vault_uris": "hc_vault",
    "hc_vault": "hc_vault",
    "hckms": "hckms",
}
_REPAIR = "repair it: until then nobody knows which files must be encrypted"
_OF_GO = ("[:", "(?", "\\p", "\\P", "\\Q", "\\A", "\\z", "\\C")


class Pattern(Protocol):
    """A compiled pattern."""

    def found_in(self, text: str) -> bool:
        """Tell whether it fits anywhere in a text."""


class Selectors(NamedTuple):
    """What decides which values are encrypted. `unusable` names a pattern that cannot be matched here."""

    suffix: str | None = None
    only_suffix: str | None = None
    regex: Pattern | None = None
    only_regex: Pattern | None = None
    comment: Pattern | None = None
    only_comment: Pattern | None = None
    unusable: str | None = None

    def selects(self, keys: tuple[str, ...], comments: Iterable[str]) -> bool | None:
        """Tell whether SOPS encrypts a value below these keys, with these comments in front of them."""
        if self.unusable is not None:
            return None
        if self.only_suffix is not None:
            return any(key.endswith(self.only_suffix) for key in keys)
        if self.only_regex is not None:
            return any(map(self.only_regex.found_in, keys))
        if self.only_comment is not None:
            return any(map(self.only_comment.found_in, comments))
        if self.regex is not None:
            return not any(map(self.regex.found_in, keys))
        if self.comment is not None:
            return not any(map(self.comment.found_in, comments))
        suffix = self.suffix
        return suffix is None or not any(key.endswith(suffix) for key in keys)


class Covering(NamedTuple):
    """A creation rule with what it takes to apply it."""

    folder: str
    matches: Pattern | None
    rule: CreationRule
    selectors: Selectors


class SopsConfigs:
    """All `.sops.yaml` of a repository."""

    def __init__(self, tree: Tree, paths: Iterable[str], named: Callable[[str], str] = str) -> None:
        """`named` makes of a path what reports call the file."""
        self.gaps: list[SopsGap] = []
        self._named = named
        self._rules: dict[str, list[Covering] | None] = {}
        for path in paths:
            if posixpath.basename(path) == NAME:
                self._rules[posixpath.dirname(path)] = self._read(path, tree)
            elif posixpath.basename(path) == _UNREAD_NAME:
                name = named(path)
                reason = f"the rules of a {_UNREAD_NAME} say nothing: SOPS reads {NAME} alone"
                self.gaps.append(SopsGap(name, file_start(name), reason, f"call it {NAME}, or take it away"))

    def __bool__(self) -> bool:
        return bool(self._rules)

    def covering(self, path: str) -> Covering | None:
        """Return the first rule of the nearest configuration that covers a file."""
        folder = posixpath.dirname(path)
        while folder not in self._rules:
            if not folder:
                return None
            folder = posixpath.dirname(folder)
        below = path[len(folder) + 1 :] if folder else path
        for one in self._rules[folder] or ():
            if one.matches is None or one.matches.found_in(below):
                return one._replace(rule=one.rule._replace(reach=_reach(one, below)))
        return None

    def _read(self, path: str, tree: Tree) -> list[Covering] | None:
        name = self._named(path)
        try:
            document = yaml.parse(name, tree.read(path))
        except ReadError as error:
            self.gaps.append(SopsGap(name, file_start(name), f"{name} cannot be read: {error}", _REPAIR))
            return None
        if document.problem is not None:
            problem = document.problem
            self.gaps.append(SopsGap(name, problem.span, f"{name} is not readable: {problem.message}", _REPAIR))
            return None
        written = document.root.mapping.get("creation_rules")
        found: list[Covering] = []
        for number, node in enumerate(written.items if written is not None else [], 1):
            one = self._rule(path, node, number)
            if one is None:  # what it covers is not known, so neither is what those behind it cover
                break
            found.append(one)
        return found

    def _rule(self, path: str, node: Node, number: int) -> Covering | None:
        pattern = node.mapping.get("path_regex") or node.mapping.get("filename_regex")
        matches, text = None, None
        at = node.span
        if pattern is not None and isinstance(pattern.value, str) and pattern.value:
            text, at = pattern.text, pattern.span
            try:
                matches = go_regex(text)
            except RegexError as error:
                reason = f"creation rule {number} has a pattern that cannot be matched here: {error}"
                remedy = "write the pattern without it; until then this rule and those behind it are not judged"
                self.gaps.append(SopsGap(self._named(path), at, reason, remedy))
                return None
        texts = {name: below.text for name in SELECTORS if (below := node.mapping.get(name)) is not None and below.text}
        rule = CreationRule(at, number, text, "places", recipients_of(node))
        return Covering(posixpath.dirname(path), matches, rule, selectors(texts))


def selectors(texts: dict[str, str]) -> Selectors:
    """Make selectors of what a rule or a file says; with nothing said the suffix `_unencrypted` leaves values clear."""
    if not texts:
        return Selectors(suffix=DEFAULT_SUFFIX)
    patterns: dict[str, Pattern | None] = dict.fromkeys(SELECTORS)
    for name, text in texts.items():
        if name.endswith("_regex"):
            try:
                patterns[name] = go_regex(text)
            except RegexError as error:
                return Selectors(unusable=f"{name} {text!r} cannot be matched here: {error}")
    return Selectors(
        texts.get("unencrypted_suffix"),
        texts.get("encrypted_suffix"),
        patterns["unencrypted_regex"],
        patterns["encrypted_regex"],
        patterns["unencrypted_comment_regex"],
        patterns["encrypted_comment_regex"],
    )


def go_regex(text: str) -> Pattern:
    """Compile a pattern of Go. Raises RegexError."""
    for special in _OF_GO:
        if special in text and not (special == "(?" and text.count("(?") == text.count("(?:")):
            from gitopslint.model import goregex  # slower, and hardly ever needed

            return goregex.go_regex(text)
    return compiled(text)


def recipients_of(node: Node) -> frozenset[Recipient]:
    """Return everybody whom a creation rule, or the metadata of a file, names."""
    found = set(_recipients(node))
    groups = node.mapping.get("key_groups")
    for group in groups.items if groups is not None else []:
        found |= set(_recipients(group))
    return frozenset(found)


def _recipients(node: Node) -> Iterator[Recipient]:
    for key, kind in _KINDS.items():
        below = node.mapping.get(key)
        if below is None:
            continue
        for item in below.items or ([below] if below.is_scalar else []):
            if item.mapping:
                name = _described(kind, item)
                yield from [Recipient(kind, _normal(kind, name))] if name else []
            elif isinstance(item.value, str):
                yield from (Recipient(kind, _normal(kind, name)) for name in item.text.split(",") if name.strip())


def _described(kind: str, item: Node) -> str:
    def text(*names: str) -> str:
        return next((below.text for name in names if (below := item.mapping.get(name)) is not None), "")

    if kind == "azure_kv":
        return f"{text('vault_url', 'vaultUrl').rstrip('/')}/keys/{text('name', 'key')}"
    if kind == "hc_vault" and "vault_address" in item.mapping:
        return f"{text('vault_address').rstrip('/')}/v1/{text('engine_path')}/keys/{text('key_name')}"
    return text("recipient", "fp", "arn", "resource_id", "key_id")


def _normal(kind: str, name: str) -> str:
    """Return the spelling in which a rule and a file agree."""
    name = name.strip()
    if kind == "pgp":  # a fingerprint, or the long id at its end
        return name.replace(" ", "").upper()[-16:]
    if kind == "kms":  # `+role` says how to get at the key, and not which one it is
        return name.partition("+")[0]
    if kind == "azure_kv":
        vault, keys, rest = name.partition("/keys/")
        return vault + keys + rest.partition("/")[0]
    return " ".join(name.split()[:2]) if kind == "age" else name.rstrip("/")


def _reach(one: Covering, path: str) -> Reach:
    if one.matches is None or one.rule.pattern is None:
        return "everything"
    ending = posixpath.splitext(path)[1] or posixpath.basename(path)
    if ending == ".env" and ".env" in one.rule.pattern:
        return "secrets"  # nothing else is in such files
    if any(map(one.matches.found_in, (f"q{ending}", f"q/q/q{ending}"))):
        return "everything"
    return "secrets" if _SPEAKS_OF_SECRETS.search(one.rule.pattern) else "places"

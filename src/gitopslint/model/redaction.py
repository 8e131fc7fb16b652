"""Which values must not be shown, because they are secrets or look like it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from gitopslint.model.document import KeyPath, Node
from gitopslint.model.keynames import HOLDERS, PASSWORD_WORDS, SECRET_PAIRS, TOKEN_WORDS, words_of
from gitopslint.model.lazy import lazy
from gitopslint.model.scalars import printed
from gitopslint.model.span import Span

_SECRET_WORDS = PASSWORD_WORDS | TOKEN_WORDS | {"auth", "authorization", "dsn", "salt", "signature", "cookie", "pepper"}
_HOLDERS = HOLDERS | {"dsn"}
"""Words that make a secret of everything below the key. `auth` is not one: it also holds a user and a database."""
_HARMLESS_ENDS = frozenset(
    {
        "ref",
        "refs",
        "name",
        "names",
        "claim",
        "claims",
        "class",
        "kind",
        "type",
        "provider",
        "backend",
        "store",
        "policy",
        "enabled",
        "disabled",
        "required",
        "create",
        "annotations",
        "labels",
        "namespace",
        "file",
        "files",
        "path",
        "paths",
        "dir",
        "mount",
        "mounts",
        "volume",
        "url",
        "uri",
        "endpoint",
        "host",
        "port",
        "issuer",
        "audience",
        "scope",
        "scopes",
        "user",
        "username",
        "users",
        "ttl",
        "expiry",
        "expiration",
        "lifetime",
        "timeout",
        "seconds",
        "minutes",
        "hours",
        "days",
        "interval",
        "period",
        "length",
        "size",
        "algorithm",
        "method",
        "mode",
        "version",
        "header",
        "prefix",
        "suffix",
        "format",
        "property",
        "checksum",
        "database",
        "realm",
    }
)
_HARMLESS_IN_HOLDERS = frozenset(
    {
        "ref",
        "refs",
        "name",
        "names",
        "enabled",
        "disabled",
        "required",
        "create",
        "annotations",
        "labels",
        "namespace",
        "kind",
        "type",
        "class",
        "store",
        "provider",
        "backend",
        "path",
        "paths",
        "mount",
        "user",
        "username",
    }
)
_REFERENCE_ENDS = ("ref", "refs", "selector", "annotations", "labels")
_REFERENCES = frozenset(
    f"{kind}{secret}"
    for kind in ("imagepull", "image_pull", "imagepull_", "image_pull_", "external", "external_", "sealed", "sealed_")
    for secret in ("secret", "secrets")
)
"""Keys below which nothing is a secret by its name."""
_PLACEHOLDER = lazy(
    r"\{\{.*\}\}|\$\{[^}]*\}|\$\([^)]*\)|<path:[^>]*>|(?:secret)?ref\+[a-z]+://\S+|ENC\[AES256_GCM,.*", re.DOTALL
)
_SHAPES = (
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY"
    r"|://[^/\s:@]{0,200}:(?!\$|\{|<|@)[^/\s@]{1,500}@"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|\b(?:gh[oprsu]_[A-Za-z0-9]{20}|github_pat_[A-Za-z0-9]{20}|gl(?:pat|dt|rt|ptt|soat|agent)-[\w-]{18}"
    r"|xox[abeoprs]-[\w-]{8}|xapp-[\w-]{8}|(?:AKIA|ASIA)[A-Z0-9]{16}\b|[sr]k_(?:live|test)_[A-Za-z0-9]{10}"
    r"|sk-[\w-]{20}|AIza[\w-]{35}|npm_[A-Za-z0-9]{30}|pypi-[\w-]{16}|dckr_pat_[\w-]{10}|hv[bs]\.[\w-]{20}"
    r"|SG\.[\w-]{16}\.|ya29\.[\w-]{20}|dop_v1_[a-f0-9]{20}|shp(?:at|ss|ca|pa)_[a-fA-F0-9]{20})"
    r"|\bAGE-SECRET-KEY-1[A-Z0-9]{10}"
)
_CREDENTIAL = lazy(_SHAPES, re.ASCII)
_MARKS = (
    *("PRIVATE KEY", "://", "eyJ", "gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_", "glpat-", "gldt-", "glrt-"),
    *("glptt-", "glsoat-", "glagent-", "xox", "xapp-", "AKIA", "ASIA", "k_live_", "k_test_", "sk-", "AIza", "npm_"),
    *("pypi-", "dckr_pat_", "hvb.", "hvs.", "SG.", "ya29.", "dop_v1_", "shpat_", "shpss_", "shpca_", "shppa_"),
    "AGE-SECRET-KEY-1",
)
"""What a text must hold to have one of the shapes. Hardly any does, and the expression takes long to compile."""
_SHORTEST = len("xapp-") + 8
"""The least characters of what has a shape, unless it is an address."""

# A shape says how a credential begins. All of the word belongs to it.
_WHOLE_CREDENTIAL = lazy(rf"(?:{_SHAPES})[^\s'\"]*", re.ASCII)

_MARK = "!secret"
"""The tag of a value that was found to be secret by more than its name and shape."""


def redacted(path: KeyPath, node: Node) -> str | None:
    """Return what to show instead of a scalar that is secret by its key or shape; None for one that may be shown."""
    if not node.is_scalar or isinstance(node.value, bool):
        return None
    text = printed(node.value)  # type: ignore[arg-type]
    if node.tag == _MARK:
        return f"<redacted, {len(text)} characters>"
    if not text or (isinstance(node.value, str) and _PLACEHOLDER.fullmatch(text.strip())):
        return None
    return f"<redacted, {len(text)} characters>" if is_secret(path, text) else None


def marked(node: Node, secrets: Mapping[str, Sequence[Span]]) -> Node:
    """Return values in which every scalar is marked as secret that stands where one was found, by file."""
    shadowed = tuple(marked(old, secrets) for old in node.shadowed)
    value = node.value
    if isinstance(value, dict):
        value = {key: marked(below, secrets) for key, below in value.items()}
    elif isinstance(value, list):
        value = [marked(item, secrets) for item in value]
    elif any(_overlap(node.span, span) for span in secrets.get(node.span.path, ())):
        return node.changed(tag=_MARK, shadowed=shadowed)
    return node.changed(value=value, shadowed=shadowed)


def _overlap(one: Span, other: Span) -> bool:
    starts, ends = (one.line, one.column), (one.end_line, one.end_column)
    return starts < (other.end_line, other.end_column) and (other.line, other.column) < ends


def is_secret(path: KeyPath, text: str) -> bool:
    """Tell whether a text is a secret by its key, or by its shape."""
    return _names_secret(path) or _has_credential(text)


@lru_cache(256)  # most doubts of a large repository give one of few reasons
def without_credentials(text: str) -> str:
    """Return a text with asterisks in place of all that has the shape of a credential."""
    return _WHOLE_CREDENTIAL.sub("***", text) if _has_credential(text) else text


def judged(path: KeyPath, node: Node) -> Iterator[tuple[str | int, KeyPath, Node]]:
    """Yield what is directly in a mapping or list: its step, the path to judge it by, and itself.

    The value of an entry `{name: DB_PASSWORD, value: …}` is judged as if the name were its key.
    """
    if isinstance(node.value, list):
        yield from ((position, (*path, position), below) for position, below in enumerate(node.value))
    name = node.mapping.get("name")
    for key, below in node.mapping.items():
        named = key == "value" and name is not None and isinstance(name.value, str)
        yield key, (*path, name.text if named and name is not None else key), below


def judged_path(root: Node, path: KeyPath) -> KeyPath:
    """Return the path by which to judge what stands at `path` below `root`."""
    way: KeyPath = ()
    for wanted in path:
        way, root = next(((inner, below) for step, inner, below in judged(way, root) if step == wanted), ((), root))
    return way


def _has_credential(text: str) -> bool:
    if len(text) < _SHORTEST and "@" not in text:
        return False
    for mark in _MARKS:  # no generator, which takes twice as long
        if mark in text:
            return _CREDENTIAL.search(text) is not None
    return False


def _is_reference(key: str) -> bool:
    lower = key.lower()
    return lower.endswith(_REFERENCE_ENDS) or lower.startswith("existing") or lower in _REFERENCES


@lru_cache(1024)  # values stand at the same paths in all apps
def _names_secret(path: KeyPath) -> bool:
    keys = [step for step in path if isinstance(step, str)]
    if not keys or any(map(_is_reference, keys)):
        return False
    *around, own = (words_of(key) for key in keys)
    end = own[-1] if own else ""
    if _is_secret(own, _SECRET_WORDS) and (end not in _HARMLESS_ENDS or own[-2:] in SECRET_PAIRS):
        return True
    return end not in _HARMLESS_IN_HOLDERS and any(_is_secret(words, _HOLDERS) for words in around)


def _is_secret(words: tuple[str, ...], known: frozenset[str]) -> bool:
    return not known.isdisjoint(words) or any(pair in SECRET_PAIRS for pair in pairwise(words))

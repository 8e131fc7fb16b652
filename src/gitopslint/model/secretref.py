"""Where values and manifests refer to Secrets. References are told by their fields, not by what stands in them.

Sources: Kubernetes core/v1 `types.go`; the charts of Bitnami, Grafana and others for `existingSecret` and its kin.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from gitopslint.model.document import KeyPath, Node
from gitopslint.model.lazy import lazy
from gitopslint.model.platform import SecretUse

_FIELDS = frozenset(
    {
        *("secretRef", "secretName", "existingSecret", "envFromSecret", "extraEnvVarsSecret", "extraEnvFromSecret"),
        *("pullSecret", "imagePullSecret"),
    }
)
_FIELD_ENDS = ("SecretName", "SecretRef", "ExistingSecret", "existingSecret")
_LISTS = frozenset(f"{kind}{pull}" for kind in ("", "image", "registry") for pull in ("pullSecrets", "PullSecrets"))
_LISTS |= {"secretRefs", "envFromSecrets"}
_KEY_FIELDS = frozenset(f"{what}SecretKey" for what in ("rootUser", "rootPassword", "user", "password"))
_NAME = lazy(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
Kind = Literal["list", "field", "other"]
_CERTIFICATES = ("cert-manager.io/", "certmanager.k8s.io/", "kubernetes.io/tls-acme", "acme")


def secret_name(text: str) -> bool:
    """Tell whether a text can be the name of a Secret."""
    return _NAME.fullmatch(text) is not None


@lru_cache(1)  # several rules ask about one stack, one after the other
def secret_uses(root: Node) -> tuple[SecretUse, ...]:
    """Return the references in values or a manifest. What is switched off with `enabled: false` refers to nothing."""
    return tuple(_uses(root, (), False))


def makes_certificates(root: Node) -> bool:
    """Tell whether annotations below ask for certificates, whose Secrets the cluster makes."""
    if isinstance(root.value, dict):
        return any(
            key.startswith(_CERTIFICATES) or (isinstance(below.value, dict | list) and makes_certificates(below))
            for key, below in root.value.items()
        )
    return isinstance(root.value, list) and any(map(makes_certificates, root.value))


def _uses(node: Node, path: KeyPath, tls: bool) -> list[SecretUse]:
    found: list[SecretUse] = []
    _gather(node, path, tls, found)
    return found


def _gather(node: Node, path: KeyPath, tls: bool, found: list[SecretUse]) -> None:
    # Into a list and not as a generator, because hardly anything that is walked through is a reference.
    value = node.value
    if isinstance(value, dict):
        for key, below in value.items():
            kind = _kind_of(key)
            inner = below.value
            if inner.__class__ is dict:
                if "enabled" in inner and _is_off(below):
                    continue
            elif kind is None and inner.__class__ is not list:  # most values are neither
                continue
            if kind is None:
                _gather(below, (*path, key), tls or key == "tls", found)
            else:
                found += _at_key(node, path, key, kind, tls)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            if isinstance(item.value, dict | list):
                _gather(item, (*path, position), tls, found)


def _at_key(node: Node, path: KeyPath, key: str, kind: Kind, tls: bool) -> Iterator[SecretUse]:
    """Yield the references at or below a key that may name Secrets."""
    below = node.mapping[key]
    here = (*path, key)
    if key == "secretKeyRef":
        yield from _named(below, here, below.mapping.get("key"), tls)
    elif kind == "list" and isinstance(below.value, list):
        for position, item in enumerate(below.value):
            yield from _named(item, (*here, position), None, tls)
    elif kind == "field":
        keys = _keys_beside(node, key)
        for demanded in keys or [None]:
            yield from _named(below, here, demanded, tls, node)
    elif key == "valuesFrom":
        yield from _values_from(below, here, tls)
    elif key == "secret" and path[-2:-1] == ("sources",):
        yield from _projected(below, here)
    else:
        yield from _uses(below, here, tls or key == "tls")


@lru_cache(4096)  # the keys of one repository are few
def _kind_of(key: str) -> Kind | None:
    """Tell whether a key names Secrets by itself; `other`: together with what stands around or below it."""
    named = key[:1].islower() and key.isascii() and key.isalnum()
    if key in _LISTS or (named and key.endswith("SecretRefs")):
        return "list"
    if key in _FIELDS or (named and (key.endswith(_FIELD_ENDS) or _is_existing(key))):
        return "field"
    return "other" if key in ("secretKeyRef", "valuesFrom", "secret") else None


def _is_existing(key: str) -> bool:
    """Tell whether a key reads as `existingDatabaseSecret`."""
    return key.startswith("existing") and key[8:9].isupper() and key[9:].endswith("Secret")


def _values_from(node: Node, path: KeyPath, tls: bool) -> Iterator[SecretUse]:
    for at, item in enumerate(node.items):
        if _is_secret(item):
            yield from _named(item, (*path, at), item.mapping.get("valuesKey"), tls)


def _projected(node: Node, path: KeyPath) -> Iterator[SecretUse]:
    keys = [item.mapping.get("key") for item in (node.mapping.get("items") or node).items]
    for demanded in keys or [None]:
        yield from _named(node, path, demanded, False)


def _keys_beside(node: Node, field: str) -> list[Node | None]:
    """Return the keys that stand beside a reference: `items` of a volume, `existingSecretPasswordKey` of a chart."""
    if field == "secretName" and (items := node.mapping.get("items")) is not None:
        return [key for item in items.items if (key := item.mapping.get("key")) is not None]
    if not field.startswith("existingSecret") and field != "secretName":
        return []
    beside = [below for key, below in node.mapping.items() if _names_key(key)]
    named = node.mapping.get("secretKeys")  # as in the charts of databases by Bitnami
    if named is not None:
        beside += [below for key, below in named.mapping.items() if key.endswith("Key") and _is_camel(key)]
    return [below for below in beside if isinstance(below.value, str) and below.value]


def _names_key(key: str) -> bool:
    """Tell whether a key reads as `secretPasswordKey`, `existingSecretKey` or `rootPasswordSecretKey`."""
    if key in _KEY_FIELDS:
        return True
    return key.startswith(("secret", "existingSecret")) and key.endswith("Key") and _is_camel(key)


def _is_camel(key: str) -> bool:
    return key.isascii() and key.isalpha() and key[:1].islower()


def _named(node: Node, path: KeyPath, key: Node | None, tls: bool, around: Node | None = None) -> Iterator[SecretUse]:
    holder = node
    if isinstance(node.value, dict):
        name = node.mapping.get("name")
        if name is None:
            return
        node, path, key = name, (*path, "name"), key or node.mapping.get("key")
    if not isinstance(node.value, str) or not node.value:
        return
    switch = (holder.mapping or (around.mapping if around is not None else {})).get("optional")
    demanded = key.text if key is not None and isinstance(key.value, str) and key.value else None
    yield SecretUse(
        node.text,
        demanded,
        path,
        node.uses[-1] if node.uses else node.span,
        key.span if key is not None else node.span,
        switch is not None and switch.value is True,
        tls,
    )


def _is_secret(node: Node) -> bool:
    kind = node.mapping.get("kind")
    return kind is not None and kind.value == "Secret"


def _is_off(node: Node) -> bool:
    switch = node.mapping.get("enabled")
    return switch is not None and switch.value is False

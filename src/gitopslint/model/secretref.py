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

_FIELD = lazy(
    r"secretRef|secretName|[a-z][A-Za-z0-9]*SecretName|[a-z][A-Za-z0-9]*SecretRef|existingSecret(?:Name)?"
    r"|existing[A-Z][A-Za-z0-9]*Secret|[a-z][A-Za-z0-9]*[eE]xistingSecret|envFromSecret|extraEnvVarsSecret"
    r"|extraEnvFromSecret|pullSecret|imagePullSecret"
)
_LIST = lazy(r"(?:image|registry)?[pP]ullSecrets|[a-z][A-Za-z0-9]*SecretRefs|secretRefs|envFromSecrets")
_KEY_FIELD = lazy(r"(?:existingSecret|secret)[A-Za-z]*Key|(?:rootUser|rootPassword|user|password)SecretKey")
_KEY_BELOW = lazy(r"[a-z][A-Za-z]*Key")
_NAME = lazy(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_CERTIFICATES = ("cert-manager.io/", "certmanager.k8s.io/", "kubernetes.io/tls-acme", "acme")


def secret_name(text: str) -> bool:
    """Tell whether a text can be the name of a Secret."""
    return _NAME.fullmatch(text) is not None


@lru_cache(8)  # several rules ask about one stack, and nodes are told apart by what they are
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


def _uses(node: Node, path: KeyPath, tls: bool) -> Iterator[SecretUse]:
    if isinstance(node.value, list):
        for position, item in enumerate(node.value):
            if isinstance(item.value, dict | list):
                yield from _uses(item, (*path, position), tls)
    for key, below in node.mapping.items():
        kind = _kind_of(key)
        value = below.value
        if kind is None and not isinstance(value, dict | list):  # most values are neither
            continue
        here = (*path, key)
        if _is_off(below):
            continue
        if key == "secretKeyRef":
            yield from _named(below, here, below.mapping.get("key"), tls)
        elif kind == "list" and isinstance(value, list):
            for position, item in enumerate(value):
                yield from _named(item, (*here, position), None, tls)
        elif kind == "field" or (kind == "list" and _FIELD.fullmatch(key)):
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
def _kind_of(key: str) -> Literal["list", "field", "other"] | None:
    """Tell whether a key names Secrets by itself; `other`: together with what stands around or below it."""
    if _LIST.fullmatch(key):
        return "list"
    if _FIELD.fullmatch(key):
        return "field"
    return "other" if key in ("secretKeyRef", "valuesFrom", "secret") else None


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
    beside = [below for key, below in node.mapping.items() if _KEY_FIELD.fullmatch(key)]
    named = node.mapping.get("secretKeys")  # as in the charts of databases by Bitnami
    beside += [below for key, below in named.mapping.items() if _KEY_BELOW.fullmatch(key)] if named is not None else []
    return [below for below in beside if isinstance(below.value, str) and below.value]


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

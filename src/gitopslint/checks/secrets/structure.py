"""The values of a YAML file, each with what the keys around it say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from gitopslint.checks.secrets.values import names_a_key
from gitopslint.model.document import KeyPath, Node
from gitopslint.model.keynames import Name, holds_secrets, is_reference, name_of, word_set
from gitopslint.model.namedtuple import NamedTuple

Around = Literal["", "secret-data", "secret-text", "quiet", "holder"]
"""In which surroundings a value stands: in `data` or `stringData` of a Secret, where keys say nothing about secrets
(`quiet`: annotations, references, schemas), or below a key such as `secrets`."""

_TRANSPARENT = frozenset(
    {"value", "val", "values", "default", "content", "data", "literal", "plaintext", "plain", "stringvalue"}
)
_NAMES = ("name", "key", "variable", "envName", "varName", "parameter")
_VALUES = ("value", "val", "content", "default", "literal", "stringValue", "plaintext")
_QUIET = word_set(
    "annotations labels matchLabels encryptedData secretKeyRef secretRef configMapKeyRef remoteRef "
    "secretStoreRef valueFrom selector openAPIV3Schema sops verbs apiGroups resourceNames metadata "
    "additionalPrinterColumns secure"
)
_REFERRING_KINDS = word_set(
    "ExternalSecret ClusterExternalSecret PushSecret SecretStore ClusterSecretStore SecretProviderClass "
    "VaultStaticSecret VaultDynamicSecret VaultPKISecret SealedSecret CustomResourceDefinition OnePasswordItem "
    "InfisicalSecret ClusterRole Role AzureKeyVaultSecret AWSSecret GCPSecret BitwardenSecret DopplerSecret "
    "CompositeResourceDefinition ReferenceGrant"
)
NEUTRAL = Name("neutral")


class Leaf(NamedTuple):
    """A scalar with the name that it goes by. `key` is that name as it is written."""

    path: KeyPath
    node: Node
    key: str
    name: Name
    around: Around = ""
    flag: str = ""
    """The command line flag before it in a list of arguments."""


def leaves_of(root: Node) -> Iterator[Leaf]:
    """Yield the scalars of a document."""
    kind = root.mapping.get("kind")
    around: Around = "quiet" if kind is not None and kind.value in _REFERRING_KINDS else ""
    yield from _below(root, (), "", NEUTRAL, around)


def is_secret_manifest(root: Node) -> bool:
    """Tell whether a mapping is a Secret of Kubernetes."""
    kind, version = root.mapping.get("kind"), root.mapping.get("apiVersion")
    return kind is not None and kind.value == "Secret" and (version is None or version.value == "v1")


def _below(node: Node, path: KeyPath, key: str, name: Name, around: Around) -> Iterator[Leaf]:
    value = node.value
    if isinstance(value, dict):
        yield from _in_mapping(node, path, key, name, around)
    elif isinstance(value, list):
        before = ""
        for position, item in enumerate(value):
            if item.is_scalar:
                flag = before if before.startswith("-") and "=" not in before and " " not in before.strip() else ""
                yield Leaf((*path, position), item, key, name, around, flag.lstrip("-"))
                before = item.text if isinstance(item.value, str) else ""
            else:
                before = ""
                yield from _below(item, (*path, position), key, name, around)
    else:
        yield Leaf(path, node, key, name, around)


def _in_mapping(node: Node, path: KeyPath, key: str, name: Name, around: Around) -> Iterator[Leaf]:
    entries = node.mapping
    secret = is_secret_manifest(node)
    named = _pair(entries)
    for step, below in entries.items():
        inside = _around(step, around, secret)
        if "secretName" in entries and names_a_key(below.text):
            inside = "quiet"  # `password: password` beside it is the key inside that Secret
        if secret and step in ("data", "stringData"):
            for entry, value in below.mapping.items():
                yield from _below(value, (*path, step, entry), entry, name_of(entry), inside)
            continue
        if named is not None and step in _VALUES:
            yield from _below(below, (*path, step), named, name_of(named), inside)
        elif name.sense in ("secret", "token", "key") and step.lower() in _TRANSPARENT:
            yield from _below(below, (*path, step), key, name, inside)
        else:
            yield from _below(below, (*path, step), step, name_of(step), inside)


def _around(step: str, around: Around, secret: bool) -> Around:
    if secret:
        if step == "data":
            return "secret-data"
        if step == "stringData":
            return "secret-text"
    if step in _QUIET or is_reference(step):
        return "quiet"
    if around == "" and holds_secrets(step):
        return "holder"
    return around


def _pair(entries: dict[str, Node]) -> str | None:
    """Return the name that a list of names and values gives to the value beside it."""
    if not any(value in entries for value in _VALUES):
        return None
    for name in _NAMES:
        node = entries.get(name)
        if node is not None and isinstance(node.value, str) and node.text:
            return node.text
    return None

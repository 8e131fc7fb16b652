"""SOPS: which files and values must be encrypted, told without any key.

Sources: getsops/sops `sops.go` (Tree.Encrypt), `aes/cipher.go`, `config/config.go`, `stores/stores.go`.
"""

from __future__ import annotations

from typing import Literal

from gitopslint.model.document import KeyPath
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span

CIPHERTEXT = lazy(
    r"ENC\[AES256_GCM,data:(?:[A-Za-z0-9+/]+={0,2}),iv:[A-Za-z0-9+/]{43}=,tag:[A-Za-z0-9+/]{22}==,"
    r"type:(?:str|int|float|bytes|bool|time|comment)\]"
)
"""What SOPS writes: 32 bytes of nonce, 16 bytes of tag, all in standard base64."""

_REFERENCE = lazy(r"<path:[^<>]*>|<[A-Za-z0-9_.-]+>|\$\{[^{}]*\}|\{\{[^{}]*\}\}|(?:secret)?ref\+[a-z]+://\S+")
"""What argocd-vault-plugin, vals, kustomize and others replace when they deploy."""

SELECTORS = (
    "unencrypted_suffix",
    "encrypted_suffix",
    "unencrypted_regex",
    "encrypted_regex",
    "unencrypted_comment_regex",
    "encrypted_comment_regex",
)
DEFAULT_SUFFIX = "_unencrypted"

Form = Literal["yaml", "json", "dotenv", "ini", "binary"]
Kind = Literal["plain", "ciphertext", "broken", "empty", "reference"]
Reach = Literal["secrets", "places", "everything"]


class Leaf(NamedTuple):
    """One value of a file, without its text.

    `kind`: `broken` looks like ciphertext and is none; `empty` is what SOPS leaves clear on purpose; `reference` is a
    text by which another program finds the secret, so that a file of them needs no encryption. `selected`:
    whether SOPS would encrypt it; None where that hangs on something that is not known. `credential`: by name or
    shape it is a secret; `certain` where Kubernetes says so, as below `data` of a Secret.
    """

    key_path: KeyPath
    span: Span
    kind: Kind
    selected: bool | None
    credential: bool = False
    certain: bool = False


class Recipient(NamedTuple):
    """Who can decrypt a file: `age`, `pgp`, `kms` … with the public name of the key."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Metadata(NamedTuple):
    """What SOPS writes beside the values. `selectors` are those that it names, each with its text."""

    span: Span
    mac: Kind | None
    recipients: frozenset[Recipient]
    selectors: tuple[tuple[str, str], ...]
    version: bool = True


class CreationRule(NamedTuple):
    """The first creation rule of the nearest `.sops.yaml` that covers a file.

    `reach`: its pattern names secrets; or it names places in which other things may stand too; or it covers
    everything, so it says how to encrypt and not what.
    """

    span: Span
    number: int
    pattern: str | None
    reach: Reach
    recipients: frozenset[Recipient]

    def __str__(self) -> str:
        shown = f" ({self.pattern})" if self.pattern is not None else ""
        return f"creation rule {self.number}{shown}"


class Part(NamedTuple):
    """One document of a file: its values and the metadata beside them. `manifest` is its Kubernetes kind."""

    span: Span
    leaves: tuple[Leaf, ...]
    metadata: Metadata | None
    manifest: str | None = None
    duplicates: tuple[Span, ...] = ()


class SopsFile(NamedTuple):
    """A file that SOPS has to do with: a creation rule covers it, or it holds ciphertext.

    `unreadable` says why its values are not known. `secretive`: its name says that it holds secrets.
    """

    path: str
    form: Form
    parts: tuple[Part, ...]
    rule: CreationRule | None
    unreadable: str | None = None
    secretive: bool = False
    app: None = None
    environment: None = None

    @property
    def encrypted(self) -> bool:
        """Whether SOPS has written the file."""
        return any(part.metadata is not None for part in self.parts)

    def __str__(self) -> str:
        return self.path


class SopsGap(NamedTuple):
    """A `.sops.yaml`, or a rule of it, that nobody can read, so what it covers is not known."""

    path: str
    span: Span
    reason: str
    remedy: str
    app: None = None
    environment: None = None

    def __str__(self) -> str:
        return self.path


def kind_of(text: str | None) -> Kind:
    """Tell what a value is to SOPS. None stands for null."""
    if not text:
        return "empty"
    if CIPHERTEXT.fullmatch(text):
        return "ciphertext"
    if text.startswith("ENC[AES256_GCM,"):
        return "broken"
    return "reference" if _REFERENCE.fullmatch(text.strip()) else "plain"

"""What two repositories know of each other: the secrets that there are, and what builds the images."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gitopslint.model.contract import Contract
from gitopslint.model.document import KeyPath
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span


class KnownSecret(NamedTuple):
    """A Secret that some file makes, by name. The values stay where they are.

    `namespace` is None where no file says it, `keys` where they cannot be told from the file. `hashed`: kustomize
    adds a hash to the name. `everywhere`: it is copied to other namespaces.
    """

    name: str
    namespace: str | None
    keys: frozenset[str] | None
    maker: str
    span: Span
    hashed: bool = False
    everywhere: bool = False
    kept: bool = False
    """Whether something in the cluster finds it by a label or type, and not by name."""
    pinned: bool = False
    """Whether its name and namespace stand in fields of their own, which kustomize leaves as they are."""

    def is_named(self, name: str) -> bool:
        """Tell whether the cluster knows it by this name."""
        if name == self.name:
            return True
        rest = name.removeprefix(self.name + "-")
        return self.hashed and name.startswith(self.name + "-") and len(rest) == 10 and rest.isalnum()

    def is_in(self, namespace: str) -> bool:
        """Tell whether it surely is in a namespace."""
        return self.everywhere or self.namespace == namespace

    def __str__(self) -> str:
        return self.name


class Gap(NamedTuple):
    """Why it is not known which Secrets there are, and what would tell."""

    reason: str
    remedy: str
    span: Span


class Secrets(NamedTuple):
    """All Secrets that are known, and what may hide others."""

    known: tuple[KnownSecret, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def named(self, name: str) -> list[KnownSecret]:
        """Return the Secrets of this name, in whatever namespace."""
        return [one for one in self.known if one.is_named(name)]


class Text(NamedTuple):
    """A small text file. `text` is None for one that cannot be read, and `reason` says why."""

    path: str
    text: str | None
    reason: str = ""

    @property
    def span(self) -> Span:
        """The first line without its end, or the start of the file where it is empty."""
        line = (self.text or "").partition("\n")[0].removesuffix("\r")
        return Span(self.path, 1, 1, 1, 1 + len(line))


class Pair(NamedTuple):
    """A VERSION with the commit that it stood for, and where or since when that was so."""

    version: str
    ref: str
    span: Span
    landing: str = ""


class Answer(NamedTuple):
    """Which commits of the product start with the text in question; None where that cannot be told, and why."""

    ids: tuple[str, ...] | None
    reason: str = ""
    remedy: str = ""


class Build(NamedTuple):
    """What the platform builds one app from: `WEB_CORE_REF`, the commit, and `VERSION`, the tag it gets.

    `past` are all pairs that there ever were, the oldest first; `gap` says why some may be missing. `commit` is what
    the product says about the commit; None where it is not at hand. `lengths` are those of full commit ids there.
    """

    app: str
    contract: Contract
    ref: Text | None
    version: Text | None
    ref_path: str
    version_path: str
    past: tuple[Pair, ...] = ()
    gap: Gap | None = None
    commit: Answer | None = None
    lengths: tuple[int, ...] = (40, 64)
    absent: Gap | None = None
    """Why the product is not at hand."""
    environment: None = None

    @property
    def tag(self) -> str | None:
        """The tag that the next build gets; None where VERSION is not there or empty."""
        text = self.version.text if self.version is not None else None
        return text.removesuffix("\n") or None if text is not None else None

    def __str__(self) -> str:
        return self.app


class Misplaced(NamedTuple):
    """A file called as those that name a commit to build, in a place where the contract has none.

    Nobody knows which app it is about. `template` is where the contract has them.
    """

    path: str
    template: str
    app: None = None
    environment: None = None

    def __str__(self) -> str:
        return self.path


class Links(NamedTuple):
    """What is known beyond the layers of the product. `absent` says why there is no platform at hand."""

    secrets: Secrets = Secrets()
    builds: Mapping[str, Build] = MappingProxyType({})
    absent: Gap | None = None


class SecretUse(NamedTuple):
    """A reference to a Secret by name, as Kubernetes and charts write it, or the demand for a key of one."""

    name: str
    key: str | None
    key_path: KeyPath
    span: Span
    key_span: Span
    optional: bool = False
    made: bool = False
    """Whether the cluster may make it on its own: certificates of an Ingress."""


class Unused(NamedTuple):
    """The Secrets of the platform, and which of their names are written anywhere else in the two repositories.

    `gap` says why not all of that is known.
    """

    secrets: tuple[KnownSecret, ...]
    mentioned: frozenset[str]
    gap: Gap | None = None
    app: None = None
    environment: None = None

    def __str__(self) -> str:
        return "the Secrets of the platform"

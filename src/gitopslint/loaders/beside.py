"""What lies beside the layers of a product: its own Secrets, what SOPS encrypts here, and the platform repository.

Most products have neither Secrets nor SOPS, so what reads them is imported when there are some.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Protocol

from gitopslint.loaders.tree import Tree
from gitopslint.loaders.unit import Unit
from gitopslint.model.contract import Contract
from gitopslint.model.document import Document
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platform import Build, Gap, Links, Secrets
from gitopslint.model.span import file_start

_SOPS_CONFIG = ".sops.yaml"
_CIPHERTEXT = b"ENC[AES256_GCM,"
_MAKES_SECRETS = (
    *(b"Secret", b"Kustomization", b"secretGenerator", b"Certificate", b"cnpg", b"OnePasswordItem", b"kafka.strimzi"),
    *(
        b"objectbucket",
        b"CephObjectStoreUser",
        b"acid.zalan",
        b"crunchydata",
        b"rabbitmq.com",
        b"k8s.elastic",
        b"mongodb",
    ),
)
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml")
_ABSENT = "the platform repository is not at hand"
_HOW_TO_BRING_IT = "name a checkout with `--platform DIR` or `platform.path`; `platform: none` says that there is none"
_NO_SECRETS = Gap(
    "no file of the platform repository makes a Secret",
    "name the top folder of its checkout; name Secrets of the cluster in `platform.cluster_secrets`",
    file_start(""),
)


class Neighbour(Protocol):
    """The platform repository, as far as the product asks for it."""

    name: str
    tree: Tree

    @property
    def builds(self) -> tuple[Build, ...]:
        """What is built, by app."""

    @property
    def known_secrets(self) -> Secrets:
        """The Secrets that its files make."""

    @property
    def applications(self) -> dict[str, Document]:
        """The files that hold Argo CD Applications, by the name under which reports know them."""

    @property
    def application_templates(self) -> tuple[str, ...]:
        """The templates of charts that make Applications, by the name under which reports know them."""


class Noted(NamedTuple):
    """What was seen in files that are no layers: which make Secrets, hold ciphertext, or are kustomizations."""

    making_secrets: tuple[str, ...] = ()
    encrypted: tuple[str, ...] = ()
    kustomizations: tuple[str, ...] = ()
    pins_images: bool = False
    """Whether any kustomization replaces images."""


class Beside:
    """What a product knows beyond its layers."""

    def __init__(self, tree: Tree, contract: Contract, platform: Neighbour | None, absent: str | None) -> None:
        """`absent` says why there is no platform."""
        self.platform = platform
        self._tree = tree
        self._contract = contract
        self.absent = Gap(absent or _ABSENT, _HOW_TO_BRING_IT, file_start(""))
        self._making_secrets: list[str] = []
        self._encrypted: list[str] = []
        self._kustomizations: list[str] = []
        self._pins_images = False

    def note(self, path: str, data: bytes) -> None:
        """Look at a file that is read anyway."""
        if any(word in data for word in _MAKES_SECRETS):
            self._making_secrets.append(path)
        if _CIPHERTEXT in data:
            self._encrypted.append(path)
        if path.endswith(_KUSTOMIZATIONS):
            self._kustomizations.append(path)
            self._pins_images = self._pins_images or b"images" in data

    @property
    def noted(self) -> Noted:
        """What was seen in the files that were looked at."""
        return Noted(
            tuple(self._making_secrets), tuple(self._encrypted), tuple(self._kustomizations), self._pins_images
        )

    @noted.setter
    def noted(self, noted: Noted) -> None:
        self._making_secrets, self._encrypted = list(noted.making_secrets), list(noted.encrypted)
        self._kustomizations, self._pins_images = list(noted.kustomizations), noted.pins_images

    @cached_property
    def links(self) -> Links | None:
        """What is known of Secrets and builds; None where nothing is to be asked. All files have been noted."""
        platform = self.platform
        if platform is None:
            if self._contract.platform == "none":
                return None
            return Links(self._own, absent=self.absent)
        own, theirs = self._own, platform.known_secrets
        gaps = own.gaps + theirs.gaps + (() if theirs.known else (_NO_SECRETS,))
        return Links(Secrets(own.known + theirs.known, gaps), {one.app: one for one in platform.builds})

    def namespace(self, path: str) -> str | None:
        """Return the namespace that a kustomization gives the manifests of a file."""
        return self._found[1](path) if self._making_secrets else None

    def images(self, path: str) -> frozenset[str]:
        """Return the images of a manifest that a kustomization replaces. All files have been noted."""
        return self._replaced(path) if self._pins_images else frozenset()

    @cached_property
    def _replaced(self) -> Callable[[str], frozenset[str]]:
        from gitopslint.loaders import yaml
        from gitopslint.loaders.kustomize import Overlays

        read = self._tree.read_many(self._kustomizations)
        documents = {path: yaml.parse(path, data) for path, data in read if isinstance(data, bytes)}
        return Overlays(documents, self._tree).images

    def units(self, paths: tuple[str, ...], skip: Callable[[str], bool]) -> Iterator[Unit]:
        """Yield what SOPS has to do with. Without a configuration that is what holds ciphertext."""
        configured = [path for path in paths if posixpath.basename(path) == _SOPS_CONFIG]
        if configured or self._encrypted:
            from gitopslint.loaders.sops_config import SopsConfigs
            from gitopslint.loaders.sops_files import sops_units

            configs = SopsConfigs(self._tree, configured)
            yield from sops_units(self._tree, paths if configured else tuple(self._encrypted), configs, skip)

    @property
    def _own(self) -> Secrets:
        return self._found[0] if self._making_secrets else Secrets()

    @cached_property
    def _found(self) -> tuple[Secrets, Callable[[str], str | None]]:
        from gitopslint.loaders.secret_store import find_secrets

        found = find_secrets(self._tree, self._making_secrets, {}, lambda _: False)
        return Secrets(found.secrets, found.gaps), lambda path: found.overlays.of(path).namespace

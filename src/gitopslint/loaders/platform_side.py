"""The platform as the repository in which a run stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from gitopslint.loaders.patterns import load_patterns
from gitopslint.loaders.platform import Platform
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.loaders.unit import Mine, Task, Unit, all_mine
from gitopslint.model.application import Undecidable
from gitopslint.model.finding import Unread
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platform import Gap, KnownSecret, Unused
from gitopslint.model.secret import OwnRules, Pattern, TextFile
from gitopslint.model.span import across, file_start
from gitopslint.model.timeline import Timeline

_TEXT = (".yaml", ".yml", ".json", ".tpl", ".tf", ".sh", ".toml", ".env", ".jsonnet", ".libsonnet", ".cue", ".py")
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_NO_PRODUCT = Gap(
    "the product repository is not at hand",
    "name a checkout with `--product DIR`, or with `product.path` in the contract",
    file_start(""),
)


class Counterpart(NamedTuple):
    """The product as a run in the platform knows it."""

    product: Product
    name: str


class PlatformSide:
    """The platform repository, with the product as evidence where it is at hand."""

    turned = True

    def __init__(self, platform: Platform, counterpart: Counterpart | None, absent: str | None = None) -> None:
        """`absent` says why there is no product."""
        self._platform = platform
        self._counterpart = counterpart
        self._absent = _NO_PRODUCT if absent is None else _NO_PRODUCT._replace(reason=absent)
        self.tree = platform.tree
        self.paths = platform.paths
        self.contract = platform.contract
        self.own_secrets = OwnRules()
        self.other = counterpart.name if counterpart is not None else "the product"

    @property
    def beside(self) -> Tree | None:
        """The files of the product, where it is at hand."""
        return self._counterpart.product.tree if self._counterpart is not None else None

    def tasks(
        self,
        *,
        texts: bool = False,  # noqa: ARG002
        past: bool = False,  # noqa: ARG002
        mine: Mine = all_mine,  # noqa: ARG002
    ) -> Iterator[Task]:
        """Yield all at one go: only a product has texts, and can be divided."""
        yield Task("platform", self.units, masks=True)

    def units(self) -> Iterator[Unit]:
        """Yield what SOPS encrypts, then the builds, the Secrets that nothing uses, and the Applications."""
        platform = self._platform
        yield from platform.sops()
        for build in platform.builds:
            files = tuple(
                TextFile(one.path, one.text) for one in (build.ref, build.version) if one is not None and one.text
            )
            if self._counterpart is None:
                build = build._replace(commit=None, absent=self._absent)
            yield Unit(builds=(build,), texts=files)
        yield Unit(misplaced=platform.misplaced)
        yield Unit(
            unused=(self._unused(),), documents=tuple(platform.secrets.documents.values()), unread=self._unread()
        )
        if self._counterpart is None:
            yield Unit(applications=tuple(self._unjudged()))
        elif self._counterpart.product.contract.applications.repository == "platform":
            yield from self._counterpart.product.units()

    def timelines(self, _: Unit, *, fresh: bool = False) -> Iterator[Timeline]:  # noqa: ARG002
        """Yield nothing: releases are the matter of the product."""
        return iter(())

    def texts(self, *, mine: Mine = all_mine) -> Iterator[Task]:  # noqa: ARG002
        """Yield nothing: the rules about secrets are for the product, which has none."""
        return iter(())

    def is_template(self, _: str) -> bool:
        """Tell whether a file is a template of a chart: none that is looked at here."""
        return False

    def home_of(self, _: str) -> tuple[str | None, str | None]:
        """Return the app and the environment to which a file belongs: none."""
        return None, None

    def expect(self, apps: Sequence[str]) -> None:
        """The product beside asks for single apps."""

    def prepare(self, *, past: bool) -> None:
        """There is one task only, so nothing is shared out."""

    def close(self) -> None:
        """Let go of what answers questions about the past."""
        if self._counterpart is not None:
            self._counterpart.product.close()

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The shapes of credentials, which no excerpt may show."""
        return load_patterns()

    def strangers(self) -> dict[str, str]:
        """Return nothing: environments are the matter of the product."""
        return {}

    def _unjudged(self) -> Iterator[Undecidable]:
        """Yield the files with Applications: without the product nobody knows whether they are its own."""
        gap = self._absent
        for path in self._platform.applications:
            yield Undecidable(path, file_start(path), path, gap.reason, self.contract, remedy=gap.remedy)

    def _unread(self) -> tuple[Unread, ...]:
        return tuple(Unread(across(path), reason) for path, reason in self._platform.unread)

    def _unused(self) -> Unused:
        secrets = self._platform.secrets.secrets
        gap = None if self._counterpart is not None else self._absent
        names = {one.name for one in secrets}
        seen = _mentioned(self._platform.tree, self.paths, names, secrets, across_paths=True)
        if self._counterpart is not None:
            product = self._counterpart.product
            seen |= _mentioned(product.tree, product.paths, names, (), across_paths=False)
        return Unused(secrets, frozenset(seen), gap)


def _mentioned(
    tree: Tree, paths: Iterable[str], names: set[str], made: tuple[KnownSecret, ...], *, across_paths: bool
) -> set[str]:
    """Return the names that are written in other files than those that make the Secret, or there once more."""
    making: dict[str, set[str]] = {}
    for one in made:
        making.setdefault(one.span.path, set()).add(one.name)
    found: set[str] = set()
    for path, data in tree.read_many(path for path in paths if path.endswith(_TEXT)):
        if isinstance(data, ReadError) or len(found) == len(names):
            continue
        words = _WORD.findall(data.decode("utf-8", "replace"))
        here = names.intersection(words)
        own = making.get(across(path) if across_paths else path, set())
        found |= {name for name in here if name not in own or words.count(name) > 1}
    return found

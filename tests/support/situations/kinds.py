"""What a situation consists of, and how it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitopslint.engine import examples
from gitopslint.engine.examples import CLEAN_HISTORY
from gitopslint.engine.pairs import PairExample, check_pair
from gitopslint.loaders.history import Told
from gitopslint.model.contract import FILE_NAME
from gitopslint.model.finding import Report
from tests.support.runs import CLEAN, check_files, contract_of

Files = Mapping[str, str | bytes | None]


class Product(NamedTuple):
    """Files over the clean repository, and the rules that look at them."""

    files: Files
    rules: tuple[str, ...]

    def report(self) -> Report:
        """Check them."""
        return check_files({**CLEAN, **self.files}, self.rules)


class Pair(NamedTuple):
    """Two repositories, of which one is checked, and the rules that look at it."""

    example: PairExample
    rules: tuple[str, ...]

    def report(self) -> Report:
        """Check the one in question."""
        contract, catalogue = contract_of(self.example.product)
        return check_pair(self.example, contract, catalogue, self.rules)


class Story(NamedTuple):
    """Landings on top of those of the clean repository, and the rules that look at what came of them."""

    landings: tuple[Told, ...]
    rules: tuple[str, ...]
    contract: str | None = None

    def report(self) -> Report:
        """Check what the landings left."""
        files: Files = {FILE_NAME: self.contract} if self.contract is not None else {}
        contract, catalogue = contract_of(files)
        landings = (CLEAN_HISTORY[0]._replace(files={**CLEAN_HISTORY[0].files, **files}), *CLEAN_HISTORY[1:])
        return examples.check_files({}, contract, catalogue, self.rules, landings=(*landings, *self.landings))


def release(image: str, environment: str = "dev") -> dict[str, str]:
    """Return a release layer with more of an image than its repository."""
    return {
        f"deploy/env/release-{environment}/shop.yaml": f"image: {{repository: registry.example.com/shop, {image}}}\n"
    }

"""Situations that no example of a rule shows, by family: what is said about them stands in `tests/checks/said/`."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.situations.histories import HISTORIES
from tests.support.situations.kinds import Pair, Product, Story
from tests.support.situations.pairs import BUILDS, SECRET_REFS, SECRETS_OF_THE_PLATFORM
from tests.support.situations.product import APPLICATIONS, IMAGES, LAYERS, MANIFESTS, WAIVERS

SITUATIONS: Mapping[str, Mapping[str, Product | Pair | Story]] = {
    "applications": APPLICATIONS,
    "builds": BUILDS,
    "histories": HISTORIES,
    "images": IMAGES,
    "layers": LAYERS,
    "manifests": MANIFESTS,
    "secret-refs": SECRET_REFS,
    "secrets-of-the-platform": SECRETS_OF_THE_PLATFORM,
    "waivers": WAIVERS,
}

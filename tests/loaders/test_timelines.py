"""What environments were told to run, where layers moved, and which release of today belongs to which image."""

from __future__ import annotations

import pytest

from gitopslint.loaders import yaml
from gitopslint.loaders.history import Told, ToldHistory
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.product import Product
from gitopslint.loaders.timelines import Chronology
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract, ImageKeys
from gitopslint.model.document import Document
from gitopslint.model.landing import Start

DEV = "deploy/env/release-dev/shop.yaml"
BEFORE = "env/dev/shop/image.yaml"
IMAGE = "image: {{repository: registry.example.com/shop, tag: {}}}\n".format
OTHER_KEYS = "live: {repository: registry.example.com/shop, tag: v1.0.0}\n"
Files = dict[str, str | bytes | None]


def history_of(*landings: Files) -> ToldHistory:
    """Return a history in which the app comes after the first landing."""
    return ToldHistory([Told({"README.md": "An app.\n"}), *map(Told, landings)], {})


def chronology(history: ToldHistory) -> Chronology:
    """Return the chronology of a history under the default contract."""
    return Chronology(history, Layout(Contract(), history.files), "")


# What landed, and for each step of dev the position of its landing, the tag, and why nothing is known from before.
PASTS: dict[str, tuple[list[Files], list[tuple[int, str | None, Start | None]]]] = {
    "moved with another tag": (
        [{BEFORE: IMAGE("v1.0.0")}, {BEFORE: None, DEV: IMAGE("v1.1.0")}],
        [(1, "v1.0.0", None), (2, "v1.1.0", None)],
    ),
    "taken over from other words": (
        [{BEFORE: "run: registry.example.com/shop:v1.0.0\n"}, {BEFORE: None, DEV: IMAGE("v1.0.0")}],
        [(2, "v1.0.0", "carried")],
    ),
    "not taken over from a file with another tag": (
        [{BEFORE: "run: registry.example.com/shop:v0.9.0\n"}, {BEFORE: None, DEV: IMAGE("v1.0.0")}],
        [(2, "v1.0.0", None)],
    ),
    "moved to other keys": ([{DEV: OTHER_KEYS}, {DEV: IMAGE("v1.0.0")}], [(1, "v1.0.0", None)]),
}


@pytest.mark.parametrize(("landings", "expected"), PASTS.values(), ids=PASTS)
def test_past(landings: list[Files], expected: list[tuple[int, str | None, Start | None]]) -> None:
    """An image that moves is no new release; only one that came from where nobody can follow is in doubt."""
    history = history_of(*landings)

    def document(path: str) -> Document | None:
        data = history.files.get(path)
        return yaml.parse(path, data) if isinstance(data, bytes) else None

    (timeline,) = chronology(history).timelines("shop", ["dev"], document)
    steps = [(step.landing, step.images["dev"]) for step in timeline.steps]
    assert [(landing.position, image.tag, landing.start) for landing, image in steps] == expected


def test_a_release_of_another_image() -> None:
    """An image that an environment does not run is not said to run what its neighbour in the same layer runs."""
    images = ImageKeys("web.repository", "web.tag", None), ImageKeys("worker.repository", "worker.tag", None)
    history = history_of({DEV: "web: {repository: registry.example.com/web, tag: t1}\n"})
    contract = Contract(images=images, platform="none")
    product = Product(MemoryTree(history.files), contract, open_history=lambda: history)
    found = [timeline for unit in product.units() for timeline in product.timelines(unit)]
    assert [(list(one.today), list(one.apart)) for one in found] == [(["dev"], []), ([], [])]


TAGS = ("4f9d2c7b81ae-r1", "a1b2c3d4e5f6-r1", "0badcafe1234-r1")


@pytest.mark.parametrize(("count", "commit", "elsewhere"), [(3, "", True), (2, "", False), (3, TAGS[1][:12], False)])
def test_code_that_lives_elsewhere(count: int, commit: str, elsewhere: bool) -> None:
    """Where several tags name commits and none is of this repository, a commit that is not here says nothing."""
    layers = {f"deploy/env/release-dev/app-{number}.yaml": IMAGE(tag) for number, tag in enumerate(TAGS[:count])}
    history = ToldHistory([Told({"README.md": "Apps.\n"}, commit), Told(layers)], {})
    assert chronology(history).built_elsewhere is elsewhere

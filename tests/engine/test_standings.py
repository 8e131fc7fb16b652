"""How environments stand to each other, by landings that are told and not made: the same as of git, and quick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from gitopslint.checks.trails import APART
from gitopslint.engine.run import run
from gitopslint.engine.selection import select
from gitopslint.loaders.history import Told, ToldHistory
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.board import Track
from tests.support.runs import contract_of

A, B, C = "4f9d2c7b81ae-r1", "a1b2c3d4e5f6-r2", "b2c3d4e5f6a1-r3"
Step = dict[str, str | None]


def track(steps: Sequence[Step], contract: str = "", last: Mapping[str, str] | None = None) -> Track:
    """Return what the board says about the one app after landings that set tags, or take layers away.

    `last` are other files, which come at the end.
    """
    files: dict[str, str | bytes | None] = {".gitopslint.yaml": f"platform: none\n{contract}"}
    told = [Told({**files, "apps/shop/page.ts": "1\n"}, A[:12])]
    for step in steps:
        image = "image: {{repository: registry.example.com/shop, tag: {}}}\n"
        told.append(
            Told(
                {
                    f"deploy/env/release-{environment}/shop.yaml": None if tag is None else image.format(tag)
                    for environment, tag in step.items()
                }
            )
        )
    told += [Told(dict(last))] if last is not None else []
    settings, catalogue = contract_of(files)
    history = ToldHistory(told, {})
    product = Product(MemoryTree(history.files), settings, open_history=lambda: history)
    board = run(product, catalogue, select(catalogue, settings), today="2026-03-01", board=True).board
    assert board is not None
    (found,) = board.tracks
    return found


def standing(one: Track, environment: str = "prod") -> str:
    """Return how an environment stands to the one before."""
    (found,) = (deployment for deployment in one.deployments if deployment.environment == environment)
    assert found.standing is not None
    return f"{found.standing.relation} {found.standing.builds}" + (
        f": {found.standing.reason}" if found.standing.reason else ""
    )


STANDINGS: dict[str, tuple[Sequence[Step], str]] = {
    "promoted": ([{"dev": A}, {"prod": A}], "same 0"),
    "one behind": ([{"dev": A}, {"prod": A}, {"dev": B}], "behind 1"),
    "two behind": ([{"dev": A}, {"prod": A}, {"dev": B}, {"dev": C}], "behind 2"),
    "one behind, and there was one before": ([{"dev": A}, {"dev": B}, {"prod": B}, {"dev": C}], "behind 1"),
    "prod went back": ([{"dev": A}, {"prod": A}, {"dev": B}, {"prod": B}, {"prod": A}], "behind 1"),
    "dev went back": ([{"dev": A}, {"prod": A}, {"dev": B}, {"prod": B}, {"dev": A}], "ahead 1"),
    "prod first": ([{"dev": A}, {"prod": A}, {"prod": B}], "ahead 1"),
    "both at once": ([{"dev": A, "prod": A}, {"dev": B}], "behind 1"),
    "dev went back to what prod never had": ([{"dev": A}, {"dev": B}, {"prod": B}, {"dev": A}], "ahead 1"),
    "prod went back to what dev never had": ([{"prod": A}, {"dev": B}, {"prod": B}, {"prod": A}], "behind 1"),
    "neither ran the other's": (
        [{"dev": A}, {"prod": B}],
        "diverged 0: prod and dev never ran each other's build",
    ),
    "the same tag with another digest": (
        [{"dev": f"{A}, digest: sha256:{'a' * 64}"}, {"prod": f"{A}, digest: sha256:{'b' * 64}"}],
        "diverged 0: the same tag with another digest",
    ),
    "two builds of one landing, and then the other way round": (
        [{"dev": A, "prod": B}, {"dev": B, "prod": A}],
        "behind 1",
    ),
    "gone from prod": ([{"dev": A}, {"prod": A}, {"prod": None}], "unknown 0: prod runs nothing"),
    "a placeholder": ([{"dev": A}, {"prod": "REPLACE_ME"}], "unknown 0: prod has a placeholder"),
    "a placeholder in dev": ([{"dev": "REPLACE_ME"}, {"prod": A}], "unknown 0: dev has a placeholder"),
    "a broken layer": ([{"dev": A}, {"prod": "["}], "unknown 0: prod has a layer that cannot be read"),
}


@pytest.mark.parametrize(("steps", "expected"), STANDINGS.values(), ids=STANDINGS)
def test_how_prod_stands_to_dev(steps: Sequence[Step], expected: str) -> None:
    """The builds between two environments are counted, whichever of them went back."""
    assert standing(track(steps)) == expected


def test_a_clone_that_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the oldest landings are missing, nobody knows whether one ran the other's build, and that is the reason."""
    monkeypatch.setattr(ToldHistory, "cut_off", True)
    assert standing(track([{"dev": A}, {"prod": B}])) == "unknown 0: the history is cut off (a shallow clone)"


def test_an_image_from_elsewhere() -> None:
    """Where another layer sets the image, the board shows that one, and tells nothing of how it came."""
    one = track([{"dev": A}, {"prod": A}], last={"deploy/env/prod/shop.yaml": "image: {tag: 1.2.3}\n"})
    prod = one.deployments[-1]
    assert (prod.environment, prod.image.tag, prod.doubt, prod.landing) == ("prod", "1.2.3", APART, None)
    assert standing(one) == f"unknown 0: {APART[0]}"


def test_three_environments() -> None:
    """Each stands to the one before it."""
    one = track([{"dev": A}, {"stage": A}, {"dev": B}, {"prod": A}], "environments: [dev, stage, prod]\n")
    assert (standing(one, "stage"), standing(one)) == ("behind 1", "same 0")


KINDS: dict[str, tuple[Sequence[Step], list[str]]] = {
    "a release and its promotion": ([{"dev": A}, {"prod": A}], ["dev first release", "prod promotion"]),
    "a second release": ([{"dev": A}, {"dev": B}], ["dev first release", "dev release"]),
    "the way back and forward": (
        [{"dev": A}, {"dev": B}, {"dev": A}, {"dev": B}],
        ["dev first release", "dev release", "dev rollback", "dev restored"],
    ),
    "dev takes over what prod had": ([{"prod": A}, {"dev": A}], ["prod skipped environment", "dev sync back"]),
    "both at once": ([{"dev": A, "prod": A}], ["dev first release", "prod simultaneous"]),
    "removed and restored": (
        [{"dev": A}, {"dev": None}, {"dev": A}],
        ["dev first release", "dev removed", "dev restored"],
    ),
    "a placeholder": ([{"dev": "REPLACE_ME"}, {"dev": A}], ["dev placeholder", "dev first release"]),
}


@pytest.mark.parametrize(("steps", "expected"), KINDS.values(), ids=KINDS)
def test_what_each_landing_did(steps: Sequence[Step], expected: list[str]) -> None:
    """Every landing of a release layer has its word."""
    arrivals = sorted(track(steps).arrivals, key=lambda one: one.landing.position)
    assert [f"{change.environment} {change.kind}" for one in arrivals for change in one.changes] == expected

"""Histories of every kind, made by real git, told as the table of `gitopslint history` has them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from gitopslint.cli.workspace import open_workspace
from gitopslint.engine.history import chapters
from gitopslint.engine.selection import select
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.move import Chapter
from tests.support.story import Branch, Code, Landing, Step, Storyteller

A, B, C = "{1}-r1", "{2}-r1", "{3}-r1"
DEV = "deploy/env/release-dev/shop.yaml"
SHARED = "image: {{repository: registry.example.com/shop, tag: {0}}}\n".format
LONG = "image:\n  repository: registry.example.com/shop\n  tag: {0}\n".format

# The steps, and what the last of them did, or all of them: `environment: class`, landing by landing.
STORIES: dict[str, tuple[Sequence[Step], Sequence[str]]] = {
    "a release and its promotion": ([Code(), {"dev": A}, {"prod": A}], ["dev: first release", "prod: promotion"]),
    "a second release": ([Code(), {"dev": A}, Code(), {"dev": B}], ["dev: first release", "dev: release"]),
    "dev moves on before prod follows": (
        [Code(), {"dev": A}, Code(), {"dev": B}, {"prod": A}],
        ["dev: first release", "dev: release", "prod: promotion"],
    ),
    "prod first": ([Code(), {"prod": A}, {"dev": "other"}], ["prod: skipped environment", "dev: first release"]),
    "prod first, dev afterwards": ([Code(), {"prod": A}, {"dev": A}], ["prod: skipped environment", "dev: sync back"]),
    "prod first, promoted again afterwards": (
        [Code(), {"prod": A}, {"dev": A}, {"prod": "x"}, {"prod": A}],
        ["prod: skipped environment", "dev: sync back", "prod: skipped environment", "prod: rollback"],
    ),
    "both at once": ([Code(), {"dev": A, "prod": A}], ["dev: first release, prod: simultaneous"]),
    "both at once by a merge": (
        [Code(), Branch([{"dev": A}, {"prod": A}])],
        ["dev: first release, prod: simultaneous"],
    ),
    "both at once by a squash": (
        [Code(), Branch([{"dev": A}, {"prod": A}], squashed=True)],
        ["dev: first release, prod: simultaneous"],
    ),
    "two merges": (
        [Code(), Branch([{"dev": A}]), Branch([{"prod": A}])],
        ["dev: first release", "prod: promotion"],
    ),
    "a branch that was never merged proves nothing": (
        [Code(), {"dev": "x"}, Branch([{"dev": A}], merged=False), {"prod": A}],
        ["dev: first release", "prod: skipped environment"],
    ),
    "a tag for each environment": (
        [Code(), {"dev": "main-r27-dev"}, {"prod": "main-r27"}],
        ["dev: first release", "prod: divergent"],
    ),
    "a rollback while dev is ahead": (
        [Code(), {"dev": A}, {"prod": A}, Code(), {"dev": B}, {"prod": B}, Code(), {"dev": C}, {"prod": A}],
        [
            *("dev: first release", "prod: promotion", "dev: release", "prod: promotion", "dev: release"),
            "prod: rollback",
        ],
    ),
    "set, reverted and set again": (
        [Code(), {"dev": A}, Code(), {"dev": B}, {"dev": A}, {"dev": B}],
        ["dev: first release", "dev: release", "dev: rollback", "dev: restored"],
    ),
    "skipped, reverted and set again": (
        [Code(), {"dev": A}, {"prod": A}, Code(), {"prod": B}, {"prod": A}, {"prod": B}],
        [
            *("dev: first release", "prod: promotion", "prod: skipped environment", "prod: rollback"),
            "prod: skipped environment",
        ],
    ),
    "a broken layer, repaired": (
        [Code(), {"dev": A}, {"prod": A}, {"prod": "!"}, {"prod": A}],
        ["dev: first release", "prod: promotion", "prod: corrupt", "prod: restored"],
    ),
    "deleted and restored with the same tags": (
        [Code(), {"dev": A}, {"prod": A}, {"dev": None, "prod": None}, {"dev": A, "prod": A}],
        ["dev: first release", "prod: promotion", "dev: removed, prod: removed", "dev: restored, prod: restored"],
    ),
    "a placeholder at first": (
        [Code(), {"dev": "REPLACE_ME", "prod": "REPLACE_ME"}, {"dev": A}, {"prod": A}],
        ["dev: placeholder, prod: placeholder", "dev: first release", "prod: promotion"],
    ),
    "another digest under the tag": (
        [Code(), Landing({"dev": A}, digests={"dev": "a"}), Landing({"dev": A}, digests={"dev": "b"})],
        ["dev: first release", "dev: new digest"],
    ),
    "another app proves nothing": (
        [Code(), Landing({"dev": A, "prod": "x"}, app="blog"), {"dev": "x"}, {"prod": A}],
        ["dev: first release", "prod: skipped environment"],
    ),
    "layers in the first commit": ([{"dev": "v1.0.0", "prod": "v1.0.0"}], ["dev: imported, prod: imported"]),
    "one file for both, split later": (
        [
            Code(),
            Landing(files={"deploy/env/release/shop.yaml": SHARED("v1.0.0")}),
            Landing(files={"deploy/env/release/shop.yaml": SHARED("v1.1.0")}),
            Landing({"dev": "v1.1.0", "prod": "v1.1.0"}, files={"deploy/env/release/shop.yaml": None}),
            {"dev": "v1.2.0"},
            {"prod": "v1.2.0"},
        ],
        [
            "dev: first release, prod: simultaneous",
            "dev: release, prod: simultaneous",
            "dev: release",
            "prod: promotion",
        ],
    ),
    "split off, the shared file deleted later": (
        [
            Code(),
            Landing(files={"deploy/env/release/shop.yaml": SHARED("v1.0.0")}),
            Landing({"dev": "v1.0.0", "prod": "v1.0.0"}),
            Landing(files={"deploy/env/release/shop.yaml": None}),
            {"dev": "v1.2.0"},
        ],
        ["dev: first release, prod: simultaneous", "dev: release"],
    ),
    "layers moved to a new layout": (
        [
            Code(),
            Landing(files={"env/dev/shop/image.yaml": SHARED("v1.0.0")}),
            Landing(files={"env/prod/shop/image.yaml": SHARED("v1.0.0")}),
            Landing(
                {"dev": "v1.0.0", "prod": "v1.0.0"},
                files={"env/dev/shop/image.yaml": None, "env/prod/shop/image.yaml": None},
            ),
        ],
        ["dev: first release", "prod: promotion"],
    ),
    "the image moves from the env layer to a release layer": (
        [
            Code(),
            Landing(files={"deploy/env/dev/shop.yaml": SHARED("v1.0.0")}),
            Landing(files={"deploy/env/prod/shop.yaml": SHARED("v1.0.0")}),
            Landing(
                {"dev": "v1.0.0", "prod": "v1.0.0"},
                files={"deploy/env/dev/shop.yaml": "a: 1\n", "deploy/env/prod/shop.yaml": "a: 1\n"},
            ),
        ],
        ["dev: first release", "prod: promotion"],
    ),
    "copied to a new layout, the old files deleted later": (
        [
            Code(),
            Landing(files={"env/dev/shop/image.yaml": LONG("v1.0.0")}),
            Landing(files={"env/prod/shop/image.yaml": LONG("v1.0.0")}),
            Landing(files={"env/dev/shop/image.yaml": LONG("v1.1.0")}),
            Landing({"dev": "v1.1.0", "prod": "v1.0.0"}),
            Landing(files={"env/dev/shop/image.yaml": None, "env/prod/shop/image.yaml": None}),
        ],
        ["dev: first release", "prod: promotion", "dev: release"],
    ),
    "renamed with the app": (
        [
            Code(),
            Landing({"dev": "v1.0.0"}, app="store"),
            Landing(
                files={
                    "deploy/env/release-dev/store.yaml": None,
                    DEV: "image: {repository: registry.example.com/store, tag: v1.0.0}\n",
                }
            ),
        ],
        ["dev: first release"],
    ),
    "a new app that copies another": (
        [
            Code(),
            Landing({"dev": "v1.0.0"}, app="store"),
            Landing(files={DEV: "image: {repository: registry.example.com/store, tag: v1.0.0}\n"}),
        ],
        ["dev: first release"],
    ),
}


@pytest.mark.parametrize(("steps", "expected"), STORIES.values(), ids=STORIES)
def test_story(steps: Sequence[Step], expected: Sequence[str], tmp_path: Path) -> None:
    """Each landing is what people would call it."""
    Storyteller(tmp_path).tell(steps)
    assert classes(told(tmp_path)) == list(expected)


def told(path: Path, app: str = "shop", base: str | None = None) -> Chapter:
    """Return the history of one app."""
    workspace = open_workspace(str(path), load_catalogue(), base=base)
    selection = select(workspace.catalogue, workspace.product.contract)
    try:
        (chapter,) = chapters(workspace.product, selection, app)
    finally:
        workspace.product.close()
    return chapter


def classes(chapter: Chapter) -> list[str]:
    """Return what each landing did, as the table says it."""
    return [", ".join(f"{move.environment}: {move.kind}" for move in row.moves) for row in chapter.rows]

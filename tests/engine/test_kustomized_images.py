"""An image that a kustomization replaces is judged there, and not in the manifest that it comes from."""

from __future__ import annotations

import pytest

from tests.support.runs import CLEAN, check_files, places

BASE = {
    "k/base/d.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{image: ghcr.io/x/web}]}}}\n"
    ),
    "k/base/kustomization.yaml": "resources: [d.yaml]\n",
}
FOUND = "k/base/d.yaml:3:47 mutable-tag"
OVER = "k/over/kustomization.yaml"

# The images of an overlay, and what is found.
IMAGES = {
    "none": ("", [FOUND]),
    "another tag": ("images: [{name: ghcr.io/x/web, newTag: 1.2.3}]", []),
    "a digest": ("images: [{name: ghcr.io/x/web, digest: 'sha256:aa'}]", []),
    "another name alone": ("images: [{name: ghcr.io/x/web, newName: y}]", [FOUND]),
    "another image": ("images: [{name: ghcr.io/x/api, newTag: 1.2.3}]", [FOUND]),
    "a tag that moves": ("images: [{name: ghcr.io/x/web, newTag: latest}]", [f"{OVER}:2:40 mutable-tag"]),
}


@pytest.mark.parametrize(("images", "expected"), IMAGES.values(), ids=IMAGES)
def test_images(images: str, expected: list[str]) -> None:
    """Each overlay leaves this to say."""
    files = CLEAN | BASE | {OVER: f"resources: [../base]\n{images}\n"}
    assert places(check_files(files, ["mutable-tag"])) == expected

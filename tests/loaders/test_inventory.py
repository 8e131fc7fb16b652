"""What each file of a repository is for, as `check --show-files` tells it."""

from __future__ import annotations

from gitopslint.engine.pairs import CLEAN_PLATFORM, CLEAN_PRODUCT
from gitopslint.loaders.history import Told, ToldHistory
from gitopslint.loaders.inventory import inventory
from gitopslint.loaders.platform import Place, Platform
from gitopslint.loaders.platform_side import PlatformSide
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract

MORE: dict[str, str | bytes | None] = {
    "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 0.1.0\n",
    "deploy/charts/web-app/templates/a.yaml": "{{ a }}\n",
    "deploy/jobs/a.yaml": "apiVersion: batch/v1\nkind: Job\n",
    "deploy/some.yaml": "a: 1\n",
    "docs/a.md": "text\n",
    "docs/a.bin": b"\0\1\2",
    "docs/old/a.md": "text\n",
    ".gitopslint.yaml": "exclude: [docs/old]\n",
}


def test_files_of_a_product() -> None:
    """The most that a file is counts: a manifest that is a layer is a layer."""
    contract = Contract(exclude=("docs/old",))
    found = inventory(Product(MemoryTree({**CLEAN_PRODUCT, **MORE}), contract))
    assert [f"{one.path}: {one.use}" for one in found] == [
        ".gitopslint.yaml: contract",
        "deploy/argocd/apps/dev/shop.yaml: Application shop-dev",
        "deploy/argocd/apps/prod/shop.yaml: Application shop-prod",
        "deploy/charts/web-app/Chart.yaml: chart",
        "deploy/charts/web-app/templates/a.yaml: chart template",
        "deploy/charts/web-app/values.yaml: layer chart",
        "deploy/env/dev/shop.yaml: layer env, shop in dev",
        "deploy/env/prod/shop.yaml: layer env, shop in prod",
        "deploy/env/release-dev/shop.yaml: layer release, shop in dev",
        "deploy/env/release-prod/shop.yaml: layer release, shop in prod",
        "deploy/jobs/a.yaml: text",
        "deploy/some.yaml: text",
        "docs/a.bin: binary",
        "docs/a.md: text",
        "docs/old/a.md: excluded",
    ]


def test_files_of_a_platform() -> None:
    """What is built, what is encrypted, and what nobody reads."""
    files = {**CLEAN_PLATFORM, "docs/a.md": "text\n", "apps/a.yaml": "apiVersion: v1\nkind: Service\n"}
    found = inventory(
        PlatformSide(
            Platform(Place(MemoryTree(files), "platform", "", ToldHistory([Told(files)], {})), Contract(), None), None
        )
    )
    assert [f"{one.path}: {one.use}" for one in found] == [
        ".sops.yaml: rules of SOPS",
        "apps/a.yaml: not read",
        "docker/web-shop/VERSION: tag to build, shop",
        "docker/web-shop/WEB_CORE_REF: commit to build, shop",
        "docs/a.md: not read",
        "secrets/shop-dev.yaml: encrypted by SOPS",
        "secrets/shop-prod.yaml: encrypted by SOPS",
    ]

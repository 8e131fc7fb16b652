"""The repository that the pages of `docs/` tell of: two apps in a workspace, one of them released."""

from __future__ import annotations

from pathlib import Path

from tests.support.repo import Repo

_FILES = {
    "package.json": '{"name": "root", "workspaces": ["apps/*", "packages/*"]}\n',
    "apps/shop/package.json": '{"name": "shop", "dependencies": {"@acme/forms": "*"}}\n',
    "apps/shop/page.ts": "export const title = 'Shop'\n",
    "apps/cart/package.json": '{"name": "cart"}\n',
    "packages/forms/package.json": '{"name": "@acme/forms", "dependencies": {"@acme/ui": "*"}}\n',
    "packages/ui/package.json": '{"name": "@acme/ui"}\n',
    "packages/ui/button.ts": "export const radius = 4\n",
    "deploy/env/dev/shop.yaml": "# Small.\nreplicas: 1\nenv: {APP_ENV: dev}\n",
    "deploy/env/prod/shop.yaml": "replicas: 3\nenv: {APP_ENV: prod}\n",
    "deploy/env/dev/cart.yaml": "replicas: 1\n",
}


def told(path: Path) -> Repo:
    """Make the repository: released to dev, promoted to prod, and a merge request `rounder` on top."""
    repo = Repo(path)
    built = repo.commit("Begin", _FILES)[:12]
    layer = f"image:\n  repository: registry.example.com/shop\n  tag: {built}-r1\n"
    for environment in ("dev", "prod"):
        repo.commit(f"release({environment}): shop", {f"deploy/env/release-{environment}/shop.yaml": layer})
    repo.git("switch", "--quiet", "--create", "rounder")
    repo.commit(
        "Rounder buttons, and more of them",
        {
            "packages/ui/button.ts": "export const radius = 9\n",
            "deploy/env/dev/shop.yaml": "# Larger.\nenv: {APP_ENV: dev}\nreplicas: 2\n",
            "deploy/env/prod/shop.yaml": "# Enough.\nreplicas: 3\nenv: {APP_ENV: prod}\n",
        },
    )
    return repo

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


def existing(path: Path) -> Repo:
    """Make the repository of the guide: two apps, a folder for each environment, and a few things that are not right."""
    repo = Repo(path)
    chart = {
        "charts/app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
        "charts/app/values.yaml": 'replicas: 1\nimage:\n  repository: ""\n  tag: ""\n',
    }
    apps = ("checkout", "search")
    code = {f"apps/{app}/page.ts": "export const version = 1\n" for app in apps}
    values = {
        f"env/{env}/{app}/values.yaml": f"ingress:\n  host: {app}.{env}.example.com\n"
        for env in ("staging", "production")
        for app in apps
    }
    built = repo.commit("Two apps", chart | code)[:8]
    repo.commit("Their environments", values)
    for env, app, tag in (
        ("staging", "checkout", built),
        ("staging", "search", "latest"),
        ("production", "checkout", built),
        ("production", "search", "1.10"),
    ):
        layer = f"image:\n  repository: registry.example.com/shop/{app}\n  tag: {tag}\n"
        repo.commit(f"{app} {tag} to {env}", {f"env/{env}/{app}/image.yaml": layer})
    return repo

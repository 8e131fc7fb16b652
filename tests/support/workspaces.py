"""JavaScript workspaces for tests, made up at random or told in a few words."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping

MANAGERS = ("pnpm@8.15.0", "pnpm@9.12.0", "npm@10.8.0", "yarn@1.22.22", "yarn@4.5.0")
_VERSIONS = ("1.0.0", "1.4.2", "2.0.0", "0.3.1", "1.0.0-rc.1")
_PLAIN = ("*", "^1.0.0", "1.x", ">=2", "~0.3.0", "1.4.2", "0.0.1", "latest", "npm:^1.0.0", "github:acme/other")
_BY_PROTOCOL = ("workspace:*", "workspace:^", "workspace:1.0.0")
_KINDS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def workspace(chance: random.Random, manager: str, *, peers: bool = True) -> dict[str, str]:
    """Return the files of a workspace with apps and packages that depend on each other at random, cycles and all."""
    folders = [f"apps/app{number}" for number in range(3)]
    folders += [f"packages/{name}" for name in ("ui", "core", "forms", "config")] + ["packages/deep/inner"]
    names = {folder: ("@acme/" if chance.random() < 0.5 else "") + folder.rpartition("/")[2] for folder in folders}
    packages = {}
    for folder in folders:
        about: dict[str, object] = {"name": names[folder], "scripts": {"build": "true"}}
        about["version"] = chance.choice(_VERSIONS)
        for other in chance.sample(folders, chance.choice((0, 1, 1, 2, 3))):
            if other != folder and not other.startswith("apps/"):
                wanted = chance.choice(
                    _PLAIN if manager.startswith(("npm", "yarn@1")) else (*_PLAIN, *_BY_PROTOCOL * 3)
                )
                needs = about.setdefault(chance.choice(_KINDS if peers else _KINDS[:3]), {})
                assert isinstance(needs, dict)
                needs[names[other]] = wanted
        packages[folder] = about
    root: dict[str, object] = {"name": "root", "private": True, "packageManager": manager}
    files = written(manager, root, ("apps/*", "packages/*", "packages/deep/*"), packages)
    return files | {"turbo.json": '{"tasks": {"build": {}}, "globalDependencies": ["shared/**", "!shared/*.md"]}\n'}


def written(
    manager: str, root: Mapping[str, object], patterns: tuple[str, ...], packages: Mapping[str, Mapping[str, object]]
) -> dict[str, str]:
    """Return the files of a workspace with an empty lockfile of its package manager."""
    files = {f"{folder}/package.json": json.dumps(about) for folder, about in packages.items()}
    if manager.startswith("pnpm"):
        files["pnpm-workspace.yaml"] = "packages:\n" + "".join(f"- {pattern}\n" for pattern in patterns)
        importers = "".join(f"  {folder}: {{}}\n" for folder in (".", *packages))
        version = "6.0" if manager.startswith("pnpm@8") else "9.0"
        files["pnpm-lock.yaml"] = f"lockfileVersion: '{version}'\nimporters:\n{importers}"
    else:
        root = {**root, "workspaces": list(patterns)}
    if manager.startswith("npm"):
        locked: dict[str, object] = {"": {}} | {folder: {"name": about["name"]} for folder, about in packages.items()}
        files["package-lock.json"] = json.dumps({"name": "root", "lockfileVersion": 3, "packages": locked})
    elif manager.startswith("yarn@1"):
        files["yarn.lock"] = "# yarn lockfile v1\n"
    elif manager.startswith("yarn"):
        files["yarn.lock"] = "__metadata:\n  version: 8\n  cacheKey: 10c0\n"
    return files | {"package.json": json.dumps(root)}

"""`pnpm-lock.yaml` of versions 6 and 9. Source: pnpm's `@pnpm/lockfile.types` and its lockfiles."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gitopslint.model.lockfile import Lock, Resolved

_READ = ("6.", "9.")
_KINDS = ("dependencies", "devDependencies", "optionalDependencies")
# What they hold can change any resolution.
_SETTINGS = ("lockfileVersion", "settings", "overrides", "packageExtensionsChecksum", "pnpmfileChecksum")
_ALSO = ("patchedDependencies", "ignoredOptionalDependencies")


def lock(written: Mapping[str, Any]) -> Lock:
    """Bring a lockfile into the common form. Raises ValueError for a version that is not known."""
    version = str(written.get("lockfileVersion", ""))
    if not version.startswith(_READ):
        raise ValueError(f"lockfileVersion {version!r} is not known, only 6 and 9 are")
    packages, snapshots = _mapping(written.get("packages")), _mapping(written.get("snapshots"))
    graph = snapshots or packages
    entries = {}
    for key, entry in graph.items():
        about = _mapping(packages.get(key)) or _mapping(packages.get(key.partition("(")[0]))
        name, number = _named(key)
        content = json.dumps([key, about.get("resolution"), about.get("engines")], sort_keys=True)
        needs = tuple(_keys(_mapping(entry), graph))
        entries[key] = Resolved(name, number, content, needs)
    importers = _mapping(written.get("importers")) or {".": written}
    return Lock(
        {"" if folder == "." else folder: tuple(_keys(_mapping(one), graph)) for folder, one in importers.items()},
        entries,
        json.dumps([written.get(name) for name in (*_SETTINGS, *_ALSO)], sort_keys=True),
    )


def _keys(about: Mapping[str, Any], graph: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys of what a package needs. Links lead to packages of the workspace, which bring their own."""
    for kind in _KINDS:
        for name, wanted in _mapping(about.get(kind)).items():
            version = wanted.get("version") if isinstance(wanted, dict) else wanted
            text = str(version)
            if text.startswith("link:"):
                continue
            candidates = (f"{name}@{text}", f"/{name}@{text}", text, f"/{text}")
            yield next((key for key in candidates if key in graph), candidates[0])


def _named(key: str) -> tuple[str, str]:
    """Split `/@scope/name@1.2.3(react@18.0.0)` into name and version."""
    bare = key.lstrip("/").partition("(")[0]
    at = bare.find("@", 1)
    return (bare[:at], bare[at + 1 :]) if at > 0 else (bare, "")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}

"""`package-lock.json` of versions 2 and 3. Source: npm's documentation of the file, and the resolution of Node.js."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gitopslint.model.lockfile import Lock, Resolved

_FOLDER = "node_modules/"
_DEEPEST = 500
_ALWAYS = ("dependencies", "optionalDependencies", "peerDependencies")


def lock(written: Mapping[str, Any]) -> Lock:
    """Bring a lockfile into the common form. Raises ValueError for a version that is not known."""
    version, packages = written.get("lockfileVersion"), written.get("packages")
    if version not in (2, 3) or not isinstance(packages, dict):
        raise ValueError(f"lockfileVersion {version!r} is not known, only 2 and 3 are")
    entries: dict[str, Resolved] = {}
    importers: dict[str, tuple[str, ...]] = {}
    for path, entry in packages.items():
        if not isinstance(entry, dict):
            continue
        if path.count("/") > _DEEPEST:
            raise ValueError(f"a package lies deeper than {_DEEPEST} folders")
        if _FOLDER not in f"/{path}/":
            importers[path] = tuple(_needs(path, entry, packages, (*_ALWAYS, "devDependencies")))
        elif not entry.get("link"):
            name = entry.get("name") or path.rpartition(_FOLDER)[2]
            number = str(entry.get("version", ""))
            content = json.dumps([name, number, entry.get("resolved"), entry.get("integrity")])
            # Where it lies is no matter of its content: npm hoists packages as others come and go.
            entries[path] = Resolved(str(name), number, content, tuple(_needs(path, entry, packages, _ALWAYS)))
    return Lock(importers, entries, json.dumps(version))


def _needs(path: str, entry: Mapping[str, Any], packages: Mapping[str, Any], kinds: tuple[str, ...]) -> Iterator[str]:
    for kind in kinds:
        written = entry.get(kind)
        for name, wanted in written.items() if isinstance(written, dict) else ():
            found = next((one for one in _places(path, name) if one in packages), None)
            if found is None:
                if kind not in ("peerDependencies", "optionalDependencies"):
                    yield f"{name}@{wanted}"  # not installed, as far as the file says
            elif not (isinstance(packages[found], dict) and packages[found].get("link")):
                yield found


def _places(path: str, name: str) -> Iterator[str]:
    """Yield where Node.js looks for a package, the nearest place first."""
    here = path
    while True:
        yield f"{here}/{_FOLDER}{name}" if here else f"{_FOLDER}{name}"
        if not here:
            return
        here = here.rpartition("/")[0]

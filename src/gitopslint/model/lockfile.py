"""What a lockfile resolves, whichever package manager wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gitopslint.model.namedtuple import NamedTuple

# What a version looks like. Others are addresses, in which a password may stand.
_VERSION = re.compile(r"[0-9A-Za-z.+_-]{1,80}")
_NAME = re.compile(r"(?:@[0-9A-Za-z._-]+/)?[0-9A-Za-z._-]{1,214}")


class Resolved(NamedTuple):
    """One package that a lockfile holds. `content` changes with what would be installed, `needs` are keys of others."""

    name: str
    version: str
    content: str
    needs: tuple[str, ...] = ()


class Lock(NamedTuple):
    """A lockfile. `importers` are the packages of the workspace by folder, each with the keys of what it needs.

    `settings` hold for all of them: a change there can change any resolution.
    """

    importers: Mapping[str, tuple[str, ...]]
    entries: Mapping[str, Resolved]
    settings: str

    def closure(self, folders: Iterable[str]) -> dict[str, Resolved]:
        """Return all that is installed for some packages of the workspace, by its content."""
        waiting = [key for folder in folders for key in self.importers.get(folder, ())]
        seen: set[str] = set()
        while waiting:
            key = waiting.pop()
            if key not in seen:
                seen.add(key)
                waiting += self.entries[key].needs if key in self.entries else ()
        # What the lockfile does not hold is known by what was asked for.
        found = (self.entries.get(key) or Resolved(key, "", key) for key in seen)
        return {one.content: one for one in found}


def difference(before: Lock, after: Lock, folders: Iterable[str]) -> tuple[str, ...] | None:
    """Return what is installed otherwise for some packages of the workspace: `name 1.0.0 → 1.0.1`; None for nothing."""
    if before.settings != after.settings:
        return ("its settings",)
    folders = tuple(folders)
    old, new = before.closure(folders), after.closure(folders)
    if old.keys() == new.keys():
        return None
    gone, come = (old[key] for key in old.keys() - new.keys()), (new[key] for key in new.keys() - old.keys())
    return tuple(_lines(gone, come))


def _lines(gone: Iterable[Resolved], come: Iterable[Resolved]) -> list[str]:
    versions: dict[str, tuple[set[str], set[str]]] = {}
    for side, found in enumerate((gone, come)):
        for one in found:
            versions.setdefault(one.name, (set(), set()))[side].add(one.version)
    lines = []
    for name, (old, new) in sorted(versions.items()):
        title = name if _NAME.fullmatch(name) else "a package"
        before, after = _spoken(old), _spoken(new)
        lines.append(f"{title} {before} with another content" if before == after else f"{title} {before} → {after}")
    return lines


def _spoken(versions: Iterable[str]) -> str:
    said = {version if _VERSION.fullmatch(version) else "another source" for version in versions}
    return " and ".join(sorted(said)) or "none"

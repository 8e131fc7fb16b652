"""What a lockfile resolves, whichever package manager wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple


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

    def closure(self, folders: Iterable[str]) -> frozenset[Resolved]:
        """Return all that is installed for some packages of the workspace."""
        waiting = [key for folder in folders for key in self.importers.get(folder, ())]
        seen: set[str] = set()
        while waiting:
            key = waiting.pop()
            if key not in seen:
                seen.add(key)
                waiting += self.entries[key].needs if key in self.entries else ()
        # What the lockfile does not hold is known by what was asked for.
        found = (self.entries.get(key, Resolved(key, "", "")) for key in seen)
        return frozenset(one._replace(needs=()) for one in found)


class LockChange(NamedTuple):
    """How one lockfile differs from another for some packages: `name 1.0.0 → 1.0.1`. `all` when for every one."""

    lines: tuple[str, ...]
    everything: bool = False


def difference(before: Lock, after: Lock, folders: Iterable[str]) -> LockChange | None:
    """Return what changed for some packages of the workspace; None where the same is installed for them."""
    if before.settings != after.settings:
        return LockChange(("its settings",), everything=True)
    folders = tuple(folders)
    old, new = before.closure(folders), after.closure(folders)
    if old == new:
        return None
    return LockChange(tuple(_lines(old - new, new - old)))


def _lines(gone: Iterable[Resolved], come: Iterable[Resolved]) -> list[str]:
    versions: dict[str, tuple[set[str], set[str]]] = {}
    for side, found in enumerate((gone, come)):
        for one in found:
            versions.setdefault(one.name, (set(), set()))[side].add(one.version)
    lines = []
    for name, (old, new) in sorted(versions.items()):
        before, after = " and ".join(sorted(old)), " and ".join(sorted(new))
        if before == after:
            lines.append(f"{name} {before} with another content")
        else:
            lines.append(f"{name} {before or 'none'} → {after or 'none'}")
    return lines

"""`yarn.lock`, of yarn 1 (classic) and of later ones (berry). Source: the lockfiles that they write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitopslint.model.lockfile import Lock, Resolved
from gitopslint.model.workspace import Workspace

_KINDS = ("dependencies", "optionalDependencies", "peerDependencies")
_AT_WORKSPACE = "@workspace:"


def is_berry(text: str) -> bool:
    """Tell whether a lockfile is one of berry, which is YAML."""
    return "\n__metadata:" in f"\n{text}"


def classic(text: str, workspace: Workspace) -> Lock:
    """Bring a lockfile of yarn 1 into the common form. Raises ValueError for a line that is none of its format."""
    blocks = list(_blocks(text))
    book = _Book({key: keys[0] for keys, _ in blocks for key in keys})
    entries = {}
    for keys, about in blocks:
        name, number = _named(keys[0])[0], str(about.get("version", ""))
        content = json.dumps([name, number, about.get("resolved"), about.get("integrity")])
        needs = [one for kind in _KINDS[:2] for one in _mapping(about.get(kind)).items()]
        entries[keys[0]] = Resolved(name, number, content, tuple(book.keys(needs)))
    importers = {folder: tuple(book.keys(package.needs)) for folder, package in workspace.packages.items()}
    return Lock(importers, entries, "")


def berry(written: Mapping[str, Any]) -> Lock:
    """Bring a lockfile of berry into the common form. Raises ValueError where it tells no packages."""
    packages = {key: entry for key, entry in written.items() if key != "__metadata" and isinstance(entry, dict)}
    if not packages:
        raise ValueError("it holds no packages")
    book = _Book({key: whole for whole in packages for key in whole.split(", ")})
    entries, importers = {}, {}
    for whole, entry in packages.items():
        resolution = str(entry.get("resolution", ""))
        kinds = [one for kind in _KINDS[:2] for one in _mapping(entry.get(kind)).items()]
        # A range of a package of the workspace leads there, and that one brings what it needs itself.
        needs = tuple(key for key in book.keys(kinds) if _AT_WORKSPACE not in key)
        if _AT_WORKSPACE in resolution:
            folder = resolution.partition(_AT_WORKSPACE)[2]
            importers["" if folder == "." else folder] = needs
        else:
            name, number = _named(resolution or whole)[0], str(entry.get("version", ""))
            content = json.dumps([resolution, number, entry.get("checksum")])
            entries[whole] = Resolved(name, number, content, needs)
    return Lock(importers, entries, json.dumps(written.get("__metadata"), sort_keys=True))


class _Book:
    """Where a name and a range are resolved."""

    def __init__(self, by_key: Mapping[str, str]) -> None:
        self._by_key = by_key
        self._by_name: dict[str, list[str]] = {}
        for key, whole in by_key.items():
            self._by_name.setdefault(_named(key)[0], []).append(whole)

    def keys(self, needs: Iterable[tuple[str, Any]]) -> Iterator[str]:
        """Yield the keys of what is needed. Where a resolution hides the range, all of that name count."""
        for name, wanted in needs:
            found = next(
                (self._by_key[key] for key in (f"{name}@{wanted}", f"{name}@npm:{wanted}") if key in self._by_key), None
            )
            if found is not None:
                yield found
            elif name in self._by_name:
                yield from dict.fromkeys(self._by_name[name])
            else:
                yield f"{name}@{wanted}"


def _named(key: str) -> tuple[str, str]:
    """Split `@scope/name@^1.0.0` into name and range."""
    at = key.find("@", 1)
    return (key[:at], key[at + 1 :]) if at > 0 else (key, "")


def _blocks(text: str) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Yield each block of a lockfile of yarn 1: the ranges that it resolves, and what it says."""
    keys: list[str] = []
    about: dict[str, Any] = {}
    below: dict[str, str] | None = None
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip(" "))
        words = line.strip()
        if depth == 0:
            if keys:
                yield keys, about
            if not words.endswith(":"):
                raise ValueError(f"line {number} is none of yarn's format")
            keys, about, below = [_unquoted(one) for one in words[:-1].split(", ")], {}, None
        elif depth == 2 and words.endswith(":"):
            below = about[words[:-1]] = {}
        else:
            name, value = _pair(words, number)
            if depth == 2:
                about[name] = value
            elif below is not None:
                below[name] = value
    if keys:
        yield keys, about


def _pair(words: str, number: int) -> tuple[str, str]:
    if words.startswith('"'):
        end = words.find('"', 1)
        name, value = words[1:end], words[end + 1 :].strip()
    else:
        name, _, value = words.partition(" ")
    if not name or not value:
        raise ValueError(f"line {number} is none of yarn's format")
    return name, _unquoted(value)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == '"' else text


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}

"""Reads JavaScript workspaces: which folders are packages of pnpm, npm or yarn, and what their `package.json` says."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any

from gitopslint.loaders import yaml
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.document import plain
from gitopslint.model.glob import GlobError, glob_matches
from gitopslint.model.workspace import Package, Workspace, ranges

MANIFEST, PNPM, NPMRC = "package.json", "pnpm-workspace.yaml", ".npmrc"
_INSTALLED = re.compile(r"(?:^|/)(?:node_modules|bower_components)/")
_MANAGER = re.compile(r"pnpm@([0-9]+)")
_LINKS = re.compile(r"^[ \t]*link-workspace-packages[ \t]*=[ \t]*(\S+)", re.MULTILINE)
_LINKING_ENDED = 9  # since then pnpm links ranges only when it is told to


def read_workspace(tree: Tree) -> Workspace | None:
    """Return the workspace at the root of a tree; None where there is none. Never raises."""
    if MANIFEST not in tree.paths and PNPM not in tree.paths:
        return None
    manifests = {path: path.rpartition("/")[0] for path in tree.paths if posixpath.basename(path) == MANIFEST}
    manifests = {path: folder for path, folder in manifests.items() if not _INSTALLED.search(path)}
    root = _package(tree, MANIFEST, "") if MANIFEST in tree.paths else Package("")
    settings: Any = _mapping(tree, PNPM) if PNPM in tree.paths else {}
    about: Any = _mapping(tree, MANIFEST) if MANIFEST in tree.paths else {}
    unknown = next((what for what in (settings, about) if isinstance(what, str)), None)
    patterns: list[str] | None = None  # every folder may be a package
    if unknown is None:
        written = settings.get("packages") if PNPM in tree.paths else about.get("workspaces")
        # Without the list, older versions of pnpm take every folder for a package, newer ones none.
        patterns = None if written is None and PNPM in tree.paths else _patterns(written)
    try:
        folders = {
            path: folder
            for path, folder in manifests.items()
            if folder and (patterns is None or _is_listed(folder, patterns))
        }
    except GlobError as error:
        folders, unknown = {path: folder for path, folder in manifests.items() if folder}, str(error)
    packages = [_package(tree, path, folder) for path, folder in folders.items()]
    return Workspace([root, *packages], links=_links(tree, settings, about), unknown=unknown)


def decoded_json(data: bytes) -> dict[str, Any]:
    """Read a JSON file that holds an object. Raises ValueError with the reason."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except ValueError:  # Python refuses to read a number of thousands of digits, and says how to change its settings
        raise ValueError("it holds a number that is far too large") from None
    if not isinstance(found, dict):
        raise ValueError("it holds no object")  # noqa: TRY004 - about a file, not about a type of ours
    return found


def _mapping(tree: Tree, path: str) -> Mapping[str, Any] | str:
    """Return what a file holds, or why nobody knows."""
    try:
        data = tree.read(path)
        if path.endswith(".json"):
            return decoded_json(data)
    except (ReadError, ValueError) as error:
        return f"{path} cannot be read: {error}"
    document = yaml.parse(path, data)
    if document.problem is not None:
        return f"{path} cannot be read: {document.problem.message}"
    found = plain(document.root)
    return found if isinstance(found, dict) else f"{path} cannot be read: it holds no mapping"


def _package(tree: Tree, path: str, folder: str) -> Package:
    about = _mapping(tree, path)
    if isinstance(about, str):
        return Package(folder, unreadable=about)
    name, version = about.get("name"), about.get("version")
    return Package(
        folder,
        name if isinstance(name, str) else "",
        version if isinstance(version, str) else "",
        ranges(about),
        tuple(sorted(peers)) if isinstance(peers := about.get("peerDependencies"), dict) else (),
    )


def _patterns(written: object) -> list[str]:
    """Return the patterns of folders; yarn also allows them below `packages`."""
    if isinstance(written, Mapping):
        written = written.get("packages")
    return [one for one in written if isinstance(one, str)] if isinstance(written, list) else []


def _is_listed(folder: str, patterns: Iterable[str]) -> bool:
    listed = False
    for pattern in patterns:
        excluded = pattern.startswith("!")
        bare = pattern.removeprefix("!").removeprefix("./").strip("/")
        if glob_matches(bare, folder):
            if excluded:
                return False
            listed = True
    return listed


def _links(tree: Tree, settings: object, about: object) -> bool:
    """Tell whether a range without `workspace:` is linked, too: always but for newer versions of pnpm."""
    if PNPM not in tree.paths or not isinstance(settings, Mapping) or not isinstance(about, Mapping):
        return True
    if (told := settings.get("linkWorkspacePackages")) is not None:
        return told is not False
    if NPMRC in tree.paths:
        try:
            found = _LINKS.search(tree.read(NPMRC).decode("utf-8", "replace"))
        except ReadError:
            return True
        if found is not None:
            return found[1] != "false"
    manager = about.get("packageManager")
    version = _MANAGER.match(manager) if isinstance(manager, str) else None
    return version is None or int(version[1]) < _LINKING_ENDED

"""A JavaScript workspace: its packages, and which of them depend on which others.

What counts as a dependency inside the workspace is what the package managers link, as turbo reads it: ranges that the
version of the package satisfies, `workspace:`, and paths below the root. Sources: the documentation of pnpm, npm and
yarn on workspaces.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.semver import is_constraint, is_version, satisfies

_WORKSPACE = "workspace:"


class Package(NamedTuple):
    """One folder with a `package.json`. `needs` are its dependencies by name, each with its range.

    `peers` are the names of those that whoever uses it brings along, in whatever version there is. `unreadable` says
    why the file tells nothing: then the package may depend on any other one, and any other one on it.
    """

    folder: str
    name: str = ""
    version: str = ""
    needs: tuple[tuple[str, str], ...] = ()
    peers: tuple[str, ...] = ()
    unreadable: str | None = None

    @property
    def manifest(self) -> str:
        """The path of its `package.json`."""
        return posixpath.join(self.folder, "package.json")


class Workspace:
    """The packages of one workspace, the root package among them (its folder is empty)."""

    def __init__(self, packages: Iterable[Package], *, links: bool, unknown: str | None = None) -> None:
        """`links`: ranges without `workspace:` are linked, too. `unknown` says why there may be more packages."""
        self.packages = {package.folder: package for package in packages}
        self.unknown = unknown
        self._links = links
        self._by_name: dict[str, list[str]] = {}
        for package in self.packages.values():
            if package.name and package.folder:
                self._by_name.setdefault(package.name, []).append(package.folder)
        self._unreadable = [one.folder for one in self.packages.values() if one.folder and one.unreadable is not None]
        self._edges = {folder: tuple(self._linked(package)) for folder, package in self.packages.items()}

    def named(self, name: str) -> tuple[str, ...]:
        """Return the folders of the packages with a name; without a scope, of those that have it in any scope."""
        exact = self._by_name.get(name, ())
        scoped = [folder for known in self._by_name if known.endswith(f"/{name}") for folder in self._by_name[known]]
        return tuple(exact or sorted(scoped))

    def owner(self, path: str) -> str | None:
        """Return the folder of the package that holds a file, the innermost one; None for one of no package."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder and folder in self.packages:
                return folder
        return None

    def needed_by(self, folders: Iterable[str]) -> dict[str, str | None]:
        """Return every package that some packages need, each with the one that needs it; None for those themselves."""
        found: dict[str, str | None] = {folder: None for folder in folders if folder in self.packages}
        waiting = list(found)
        for folder in waiting:
            for need in self._needs(folder):
                if need not in found:
                    found[need] = folder
                    waiting.append(need)
        return found

    def _needs(self, folder: str) -> Iterator[str]:
        if folder and self.packages[folder].unreadable is not None:
            yield from (other for other in self.packages if other)
        else:
            yield from self._edges[folder]
            yield from self._unreadable

    def title(self, folder: str) -> str:
        """Return what people call a package."""
        return self.packages[folder].name or folder or "the root package"

    def _linked(self, package: Package) -> Iterator[str]:
        """Yield the packages that one is linked to, as far as its manifest says."""
        for name, wanted in package.needs:
            for folder in self._targets(package, name, wanted):
                if folder != package.folder:
                    yield folder
        # As `turbo prune` does: what is in the workspace is taken from there.
        for name in package.peers:
            yield from (folder for folder in self._by_name.get(name, ()) if folder != package.folder)

    def _targets(self, package: Package, name: str, wanted: str) -> tuple[str, ...]:
        if wanted.startswith(_WORKSPACE):
            return self._by_protocol(package, name, wanted.removeprefix(_WORKSPACE))
        if not self._links:
            return ()
        return tuple(folder for folder in self._by_name.get(name, ()) if _fits(wanted, self.packages[folder].version))

    def _by_protocol(self, package: Package, name: str, rest: str) -> tuple[str, ...]:
        """Return what `workspace:` leads to: the package of this name, one under another name, or a folder."""
        other, at, wanted = rest.rpartition("@")
        if at and other and wanted in ("*", "^", "~"):
            return tuple(self._by_name.get(other, ()))
        if "/" in rest:
            folders = (posixpath.normpath(posixpath.join(package.folder, rest)), posixpath.normpath(rest))
            return tuple(folder for folder in folders if folder in self.packages)[:1]
        return tuple(self._by_name.get(name, ()))


def way(needed: Mapping[str, str | None], folder: str) -> tuple[str, ...]:
    """Return the packages on the way to one that is needed, from the one that needs it first: a shortest way."""
    found = [folder]
    while (before := needed[found[-1]]) is not None:
        found.append(before)
    return tuple(reversed(found))


def _fits(wanted: str, version: str) -> bool:
    """Tell whether a range is satisfied by the version that the workspace holds. What nobody can read is linked."""
    protocol, colon, rest = wanted.partition(":")
    if colon and protocol in ("file", "link", "portal", "catalog"):
        return True
    if colon and protocol != "npm":
        return False
    constraint = (rest if colon else wanted).strip()
    if constraint in ("", "*") or not is_constraint(constraint) or not is_version(version):
        return True
    return satisfies(version, constraint)


def ranges(manifest: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return what a `package.json` depends on, but for peers; a name may come with several ranges."""
    found: set[tuple[str, str]] = set()
    for kind in ("dependencies", "devDependencies", "optionalDependencies"):
        written = manifest.get(kind)
        if isinstance(written, Mapping):
            found |= {(name, wanted) for name, wanted in written.items() if isinstance(wanted, str)}
    return tuple(sorted(found))

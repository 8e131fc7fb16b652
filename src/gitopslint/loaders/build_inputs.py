"""What the image of an app is built from, by the contract and by the workspace that the app is a package of.

`gitopslint affected` and the rule `stale-release` both ask here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from functools import cached_property

from gitopslint.loaders.jsonc import plain_json
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.lockfiles.reading import NAMES, LockError, read_lock
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.loaders.workspaces import MANIFEST, NPMRC, PNPM, read_workspace
from gitopslint.model.affected import Cause
from gitopslint.model.glob import GlobError, alternatives, fits_any, is_glob
from gitopslint.model.lockfile import Lock, difference
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.workspace import Workspace, way

_TURBO = ("turbo.json", "turbo.jsonc")
_SHARED = frozenset((MANIFEST, PNPM, NPMRC, *_TURBO, ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs"))


class _Own(NamedTuple):
    """What belongs to one app: its patterns, its own packages, and each package that it needs with what needs it.

    `meant` are the patterns that lead into what is ignored otherwise, such as those of an app that serves `docs/`.
    """

    patterns: tuple[str, ...]
    meant: tuple[str, ...]
    folders: frozenset[str]
    needed: dict[str, str | None]


class _Index(NamedTuple):
    """The apps by the folders to which their patterns lead, and by the packages that they are or need."""

    starts: dict[str, list[str]]
    packages: dict[str, list[str]]


class _File(NamedTuple):
    """What a file is: the package in which it lies, and why it counts for all apps, or all that are packages."""

    folder: str | None = None
    for_all: Cause | None = None
    for_packages: Cause | None = None
    layer: bool = False
    ignored: bool = False


class BuildInputs:
    """The build inputs of all apps, as one tree and one contract tell them. Paths start at the root."""

    def __init__(self, tree: Tree, layout: Layout, apps: Iterable[str]) -> None:
        self._tree = tree
        self._layout = layout
        self._contract = layout.contract
        self._names = tuple(apps)
        self._apps: dict[str, _Own] = {}
        self._files: dict[str, _File] = {}
        self._locks: dict[tuple[str, bytes], Lock | str] = {}

    @cached_property
    def workspace(self) -> Workspace | None:
        """The workspace at the root; None where there is none."""
        return read_workspace(self._tree)

    def cause(self, app: str, path: str) -> Cause | None:
        """Return why a change of a file counts for the image of an app; None where it does not.

        A lockfile counts until `lock_cause` says that what it resolves for the app is the same.
        """
        about = self._file(path)
        own = self._own(app)
        if about.layer or about.ignored:
            return Cause("source", path) if about.ignored and fits_any(own.meant, path) else None
        if fits_any(own.patterns, path) or about.folder in own.folders:
            return Cause("source", path)
        if about.for_all is not None:
            return about.for_all
        if own.folders and about.folder in own.needed:
            return self._through(way(own.needed, about.folder), path)
        return about.for_packages if own.folders else None

    def causes(self, path: str) -> dict[str, Cause]:
        """Return why a change of a file counts, by the apps for whose images it does."""
        return {app: cause for app in self._near(path) if (cause := self.cause(app, path)) is not None}

    def lock_cause(
        self, app: str, path: str, old: bytes | None, new: bytes | None, before: BuildInputs | None = None
    ) -> Cause | None:
        """Return why a changed lockfile counts for the image of an app; None where the same is installed for it.

        `old` and `new` are its contents, `before` the inputs to which the old one belongs, where they are others.
        """
        before = before or self
        if old is None or new is None:
            return Cause("lockfile", path, "it was removed" if new is None else "it was added")
        was, now = before.lock(path, old), self.lock(path, new)
        if unread := next((one for one in (now, was) if isinstance(one, str)), None):
            return Cause("undecided", path, unread)
        if isinstance(was, str) or isinstance(now, str):
            return None
        # What is installed for the root package, compilers for example, is there for all builds.
        folders = {"", *self.packages_of(app), *before.packages_of(app)}
        changed = difference(was, now, sorted(folders))
        return Cause("lockfile", path, ", ".join(changed)) if changed is not None else None

    def lock(self, path: str, data: bytes) -> Lock | str:
        """Read a lockfile, each content once; a text says why it cannot be narrowed."""
        if (path, data) not in self._locks:
            try:
                workspace = self.workspace or Workspace([], links=True)
                self._locks[path, data] = read_lock(path, data, workspace)
            except LockError as error:
                self._locks[path, data] = str(error)
        return self._locks[path, data]

    @property
    def doubts(self) -> tuple[str, ...]:
        """What is not known about the workspace, so that more may count than has to."""
        if self.workspace is None:
            return ()
        broken = (package.unreadable for package in self.workspace.packages.values())
        globs = self._global_patterns
        told = (*broken, self.workspace.unknown, globs if isinstance(globs, str) else None)
        return tuple(dict.fromkeys(reason for reason in told if reason is not None))

    def packages_of(self, app: str) -> Iterable[str]:
        """Return the packages that an app is and needs, by their folders."""
        return self._own(app).needed

    def _near(self, path: str) -> Iterable[str]:
        """Return the apps for which a file may count. To ask every app about every file would take quadratic time."""
        about = self._file(path)
        if about.layer:
            return ()
        if about.for_all is not None:
            return self._names
        found: dict[str, None] = {}
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            found |= dict.fromkeys(self._index.starts.get(folder, ()))
        found |= dict.fromkeys(self._index.starts.get(path, ()))
        if about.folder is not None:
            found |= dict.fromkeys(self._index.packages.get(about.folder, ()))
        if about.for_packages is not None:
            found |= dict.fromkeys(app for app in self._names if self._own(app).folders)
        return found

    @cached_property
    def _index(self) -> _Index:
        index = _Index({}, {})
        for app in self._names:
            own = self._own(app)
            for folder in {_folder(one) for pattern in own.patterns for one in alternatives(pattern)}:
                index.starts.setdefault(folder, []).append(app)
            for folder in {*own.folders, *own.needed}:
                index.packages.setdefault(folder, []).append(app)
        return index

    def _file(self, path: str) -> _File:
        if path not in self._files:
            self._files[path] = self._about(path)
        return self._files[path]

    def _about(self, path: str) -> _File:
        """Return what a file is, whatever app asks."""
        # No layer is built into an image.
        if self._layout.place(path) is not None:
            return _File(layer=True)
        if fits_any(self._contract.ignored_sources, path):
            return _File(ignored=True)
        if fits_any(self._contract.shared_sources, path):
            return _File(for_all=Cause("shared", path))
        if self.workspace is None:
            return _File()
        folder = self.workspace.owner(path)
        if folder is None:
            return _File(for_packages=self._shared(path))
        if folder not in self._of_root:
            return _File(folder)
        root = self.workspace.packages[""]
        detail = "the root package depends on it"
        cause = Cause("undecided", path, root.unreadable) if root.unreadable else Cause("shared", path, detail)
        return _File(folder, for_packages=cause)

    def _own(self, app: str) -> _Own:
        if app not in self._apps:
            patterns = self._contract.sources_of(app)
            folders: set[str] = set()
            needed: dict[str, str | None] = {}
            if (workspace := self.workspace) is not None:
                leads = {folder for pattern in patterns for one in alternatives(pattern) if (folder := _folder(one))}
                folders = {owner for folder in leads if (owner := workspace.owner(f"{folder}/")) is not None}
                folders = folders or set(workspace.named(app))
                if not folders and "**" in patterns and "" in workspace.packages:
                    folders = {""}
                needed = workspace.needed_by(sorted(folders))
            ignored = self._contract.ignored_sources
            meant = tuple(one for one in patterns if (lead := _folder(one)) and fits_any(ignored, f"{lead}/any"))
            self._apps[app] = _Own(patterns, meant, frozenset(folders), needed)
        return self._apps[app]

    def _through(self, folders: tuple[str, ...], path: str) -> Cause:
        workspace = self.workspace
        if workspace is None:
            return Cause("package", path)
        broken = next((found for one in folders if (found := workspace.packages[one].unreadable)), None)
        if broken is not None:
            return Cause("undecided", path, broken)
        return Cause("package", path, via=tuple(workspace.title(one) for one in folders[1:]))

    def _shared(self, path: str) -> Cause | None:
        """Return why a file of no package counts for all packages."""
        if path in _SHARED:
            return Cause("shared", path)
        if path in NAMES:
            return Cause("lockfile", path)
        patterns = self._global_patterns
        if isinstance(patterns, str):
            return Cause("undecided", path, patterns)
        try:
            fits = fits_any([one for one in patterns if not one.startswith("!")], path)
            excluded = fits_any([one[1:] for one in patterns if one.startswith("!")], path)
        except GlobError as error:
            return Cause("undecided", path, f"globalDependencies of turbo.json: {error}")
        return Cause("shared", path, "globalDependencies of turbo.json") if fits and not excluded else None

    @cached_property
    def _of_root(self) -> Collection[str]:
        """The packages that the root package needs, so that every build may."""
        if self.workspace is None or "" not in self.workspace.packages:
            return ()
        if self.workspace.packages[""].unreadable is not None:
            return self.workspace.packages.keys()
        return self.workspace.needed_by([""])

    @cached_property
    def _global_patterns(self) -> tuple[str, ...] | str:
        """`globalDependencies` of turbo.json, or why nobody knows them."""
        path = next((one for one in _TURBO if one in self._tree.paths), None)
        if path is None:
            return ()
        try:
            text = self._tree.read(path).decode("utf-8-sig")
            about = json.loads(plain_json(text))
        except (ReadError, ValueError, RecursionError):
            return f"{path} cannot be read, so nobody knows its globalDependencies"
        written = about.get("globalDependencies") if isinstance(about, dict) else None
        patterns = [one for one in written if isinstance(one, str)] if isinstance(written, list) else []
        return tuple(one.replace("$TURBO_ROOT$/", "").removeprefix("./") for one in patterns)


def _folder(pattern: str) -> str:
    """Return the folder to which a pattern such as `apps/shop/**` leads."""
    parts = []
    for part in pattern.split("/"):
        if is_glob(part.replace("\\", "")) and part != "":
            break
        parts.append(part.replace("\\", ""))
    return "/".join(parts)

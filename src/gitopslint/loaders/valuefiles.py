"""What an entry of `valueFiles` loads, by Argo CD's rules for paths.

Sources: argo-cd `util/io/path/resolved.go`, `reposerver/repository/repository.go`, `util/helm/cmd.go`.
"""

from __future__ import annotations

import bisect
import posixpath
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from gitopslint.loaders.tree import Tree
from gitopslint.model.application import ValueFile
from gitopslint.model.document import Node
from gitopslint.model.glob import GlobError, GlobLimitError, glob_matches, is_glob
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple

_LINKS_FOLLOWED = 10
_VARIABLE = lazy(r"\$(?:\{([^{}]*)\}|([A-Za-z_][A-Za-z0-9_]*|[*#$@!?0-9-]))", re.ASCII)
_WHEN_DEPLOYED = lazy(r"\$\{?ARGOCD_APP_REVISION(?:_SHORT(?:_8)?)?\b\}?")
_SCHEME = lazy(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Files(NamedTuple):
    """The files that value files may name.

    `prefix` is the checked root below the top of the repository, because Argo CD counts from the top.
    """

    tree: Tree
    paths: tuple[str, ...]
    prefix: str

    def has_folder(self, folder: str) -> bool:
        """Tell whether any file stands below a folder."""
        start = folder + "/" if folder else ""
        at = bisect.bisect_left(self.paths, start)
        return at < len(self.paths) and self.paths[at].startswith(start)

    def from_top(self, path: str) -> str | None:
        """Turn a path from the top of the repository into one from the root; None when it is not below it."""
        path = "" if path in (".", "") else posixpath.normpath(path.strip("/"))
        if path.startswith(".."):
            return None
        if self.prefix and (path + "/").startswith(self.prefix):
            return path[len(self.prefix) :]
        # Paths that count from the root are read as well: examples and monorepos are often written so.
        return path

    def locate(self, path: str) -> str | None:
        """Return the file that a path leads to, through symbolic links inside the root; None when there is none."""
        for _ in range(_LINKS_FOLLOWED):
            if (known := _among(self.paths, path)) is not None:
                return known
            if path in self.tree.links:
                return None
            linked = _through_link(path, self.tree.links)
            if linked is None:
                return None
            path = linked
        return None


def substituted(text: str, variables: Mapping[str, str]) -> str:
    """Replace variables as Argo CD does, which knows its own only: `$$` is a dollar, all others are empty.

    What is only known when it deploys stays.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        return "$" if name == "$" else match[0] if _WHEN_DEPLOYED.fullmatch(match[0]) else variables.get(name, "")

    return _VARIABLE.sub(value, text) if "$" in text else text


def _path(text: str, refs: Mapping[str, str | None], variables: Mapping[str, str]) -> str:
    """Replace variables in the name of a values file, behind the name of another source where it starts with one."""
    head, slash, rest = text.partition("/")
    if head.startswith("$") and (head[1:] in refs or head[1:].strip("{}") not in variables):
        return head + slash + substituted(rest, variables)
    return substituted(text, variables)


def told_when_deployed(text: str) -> str | None:
    """Return the variable in a text whose value is only known when Argo CD deploys: the commit that it does."""
    found = _WHEN_DEPLOYED.search(text)
    return found[0] if found is not None else None


def load_value_files(
    entries: Sequence[Node],
    files: Files,
    base: str | None,
    refs: Mapping[str, str | None],
    variables: Mapping[str, str],
    *,
    ignore_missing: bool,
    elsewhere: str | None,
) -> tuple[ValueFile, ...]:
    """Return what the entries of one source load, in order, each file once.

    `base` is the folder of the chart from the root, None when the source stands elsewhere. `refs` are the names of
    other sources, each with the reason why it is not this repository, or None when it is.
    """
    found = [
        _value_file(node, _path(node.text, refs, variables), files, base, refs, ignore_missing, elsewhere)
        for node in entries
    ]
    # Since Argo CD 3.4 a file that is listed twice keeps its first place, and one that is named goes before a glob.
    named = {path for one in found if one.paths is not None and not is_glob(one.written) for path in one.paths}
    seen: set[str] = set()
    kept = []
    for one in found:
        if one.paths is not None:
            by_glob = is_glob(one.written)
            paths = tuple(path for path in one.paths if path not in seen and not (by_glob and path in named))
            seen.update(paths)
            if paths != one.paths:
                one = one._replace(paths=paths)
        kept.append(one)
    return tuple(kept)


def _value_file(
    node: Node,
    written: str,
    files: Files,
    base: str | None,
    refs: Mapping[str, str | None],
    ignore_missing: bool,
    elsewhere: str | None,
) -> ValueFile:
    if "://" in written and _SCHEME.match(written):
        scheme = written.partition(":")[0]
        return ValueFile(node, written, elsewhere=f"{scheme} URLs are only known where Argo CD runs")
    if (variable := told_when_deployed(written)) is not None:
        return ValueFile(node, written, elsewhere=f"{variable} is only known when Argo CD deploys it")
    if "{{" in written:
        return ValueFile(node, written, elsewhere="its name is a template")
    path: str | None
    if written.startswith("$"):
        name, _, rest = written[1:].partition("/")
        if name not in refs:
            return ValueFile(node, written, fault=f"no source has the ref {name!r}")
        if (reason := refs[name]) is not None:
            return ValueFile(node, written, elsewhere=reason)
        path = files.from_top(posixpath.normpath(rest)) if not _leaves(rest) else None
    elif base is None:
        return ValueFile(node, written, elsewhere=elsewhere or "the chart stands in another repository")
    elif written.startswith("/"):
        path = files.from_top(written) if not _leaves(written.lstrip("/")) else None
    else:
        joined = _joined(files.prefix + base, written)
        path = None if joined == ".." or joined.startswith("../") else joined
        if path is not None and files.prefix:
            if not path.startswith(files.prefix):
                return ValueFile(
                    node, written, elsewhere=f"it stands outside {files.prefix}, which is all that is read"
                )
            path = path[len(files.prefix) :]
    if path is None:
        return ValueFile(node, written, fault="it leaves the repository")
    return _found(node, written, path, files, ignore_missing)


def _found(node: Node, written: str, path: str, files: Files, ignore_missing: bool) -> ValueFile:
    if is_glob(path):
        try:
            matching = [one for one in files.paths if glob_matches(path, one)]
        except GlobLimitError as error:
            return ValueFile(node, written, elsewhere=str(error))
        except GlobError as error:
            return ValueFile(node, written, fault=str(error))
        if matching or ignore_missing:
            return ValueFile(node, written, tuple(sorted(matching, key=_glob_order)))
        return ValueFile(node, written, fault=f"no file matches {path}")
    if (located := files.locate(path)) is not None:
        return ValueFile(node, written, (located,))
    if ignore_missing:
        return ValueFile(node, written, ())
    return ValueFile(node, written, fault=f"there is no {path}")


@lru_cache(1024)  # the Applications of an environment name its folders in the same words
def _folder(base: str, written: str) -> str:
    return posixpath.normpath(posixpath.join(base, written))


def _joined(base: str, written: str) -> str:
    """Return the way to a file, with its folders followed as far as their names tell."""
    folder, slash, name = written.rpartition("/")
    if not slash or name in ("", ".", ".."):
        return posixpath.normpath(posixpath.join(base, written))
    folder = _folder(base, folder)
    return name if folder == "." else f"{folder}/{name}"


def _leaves(path: str) -> bool:
    path = posixpath.normpath(path)
    return path == ".." or path.startswith("../")


def _glob_order(path: str) -> list[tuple[int, str]]:
    """A folder's own files come before those of its folders, each in order of their names."""
    *folders, name = path.split("/")
    return [*((1, folder) for folder in folders), (0, name)]


def _among(paths: tuple[str, ...], path: str) -> str | None:
    """Return a path as it stands among sorted ones, so that its text is held once; None where it does not."""
    at = bisect.bisect_left(paths, path)
    return paths[at] if at < len(paths) and paths[at] == path else None


def _through_link(path: str, links: Mapping[str, str]) -> str | None:
    """Replace the first part of a path that is a symbolic link by what it points to."""
    parts = path.split("/")
    for length in range(1, len(parts) + 1):
        head = "/".join(parts[:length])
        if (target := links.get(head)) is not None:
            joined = posixpath.normpath(posixpath.join(posixpath.dirname(head), target, *parts[length:]))
            return None if joined.startswith(("..", "/")) else joined
    return None

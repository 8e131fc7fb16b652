"""What a run depends on, as digests. Those of files are in `contents`."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from gitopslint.loaders.git import GitError, Repository
from gitopslint.loaders.git_history import resolve
from gitopslint.loaders.tree import ReadError, Tree, UncheckedError

_SIZE = 16
_PACKAGE = Path(__file__).parent.parent


def digest(*texts: str | bytes) -> str:
    """Return one digest of several texts, each with its length."""
    found = hashlib.blake2b(digest_size=_SIZE)
    for text in texts:
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        found.update(b"%d:" % len(data))
        found.update(data)
    return found.hexdigest()


def of_content(data: bytes | ReadError) -> bytes:
    """Return a digest of the content of a file, or of why it cannot be read."""
    known = data if isinstance(data, bytes) else str(data).encode("utf-8", "surrogateescape")
    if isinstance(data, UncheckedError):
        known += data.head  # it tells whether the file is text
    kind = b"\1" if isinstance(data, ReadError) else b"\0"
    return hashlib.blake2b(known, digest_size=_SIZE, salt=kind).digest()


def links(tree: Tree) -> str:
    """Return a digest of the symbolic links of a tree."""
    return digest(*(f"{path}\0{target}" for path, target in sorted(tree.links.items())))


def program() -> str:
    """Return a digest of the program itself: while it is developed, its version says little."""
    files = sorted(path for ending in ("*.py", "*.json") for path in _PACKAGE.rglob(ending))
    return digest(sys.version, *(part for path in files for part in (path.name, path.read_bytes())))


def git_objects(repository: Repository) -> str | None:
    """Return a digest of which objects there are, and of where the clone is cut off.

    None where some of the objects lie elsewhere. Raises GitError.
    """
    told = repository.ask("rev-parse", "--git-path", "objects", "--git-path", "shallow")
    objects, shallow = (repository.top / os.fsdecode(line) for line in told.splitlines())
    try:
        if (objects / "info" / "alternates").exists():
            return None
        names = sorted(
            f"{folder.name}/{name}"
            for folder in os.scandir(objects)
            if folder.is_dir() and folder.name != "info"
            for name in os.listdir(folder)  # noqa: PTH208 - thousands of names, no paths
        )
        cut_off = shallow.read_bytes() if shallow.exists() else b""
    except OSError as error:
        raise GitError(f"the objects of {repository.top} cannot be listed: {error.strerror}") from None
    return digest(cut_off, *names)


def git_state(repository: Repository, objects: str, *, staged: bool = False) -> str:
    """Return a digest of what git could be asked: HEAD, the index, and which objects there are. Raises GitError."""
    index = repository.ask("ls-files", "-z", "--stage", staged=staged)
    return digest(resolve(repository, "HEAD") or "", index, objects)

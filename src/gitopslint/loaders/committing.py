"""One file committed alone, with plumbing: no hook, filter or other program of the repository runs.

What is staged for other files stays staged. The user's hooks and signatures are what `git commit` would add, so where
there are any, it is said, and not passed over in silence.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gitopslint.loaders.git import EXECUTABLE, REGULAR, GitError, Repository
from gitopslint.loaders.git_history import resolve
from gitopslint.loaders.tree import MAX_BYTES
from gitopslint.model.namedtuple import NamedTuple

_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")
_UNFINISHED = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}


class CommitError(Exception):
    """A commit cannot be made; the message says why, and what to do instead."""


class Start(NamedTuple):
    """Where a file stands before it is committed: in HEAD, and the same in the index. `path` starts at the top."""

    head: str
    path: str
    mode: str
    blob: str
    content: bytes


def head_of(repository: Repository) -> str:
    """Return the commit on top of which a branch can grow now. Raises CommitError."""
    for name, what in _UNFINISHED.items():
        if _git_path(repository, name).exists():
            raise CommitError(f"a {what} is not finished: conclude it, or `git {what} --abort`")
    try:
        repository.ask("symbolic-ref", "--quiet", "HEAD")
    except GitError:
        raise CommitError(
            "HEAD is detached, so the commit would be on no branch: `git switch` to one (`git switch -C main`)"
        ) from None
    head = resolve(repository, "HEAD")
    if head is None:
        raise CommitError("nothing was ever committed here, so there is nothing to change")
    try:
        repository.ask("var", "GIT_COMMITTER_IDENT", signed=True)
    except GitError:
        raise CommitError(
            "git does not know who commits: `git config user.name NAME` and `git config user.email ADDRESS`"
        ) from None
    return head


def start(repository: Repository, head: str, path: str) -> Start:
    """Return what a file is in HEAD, if the index has no other change of it. Raises CommitError and GitError."""
    listed = repository.ask("ls-tree", "-z", "--full-tree", head, "--", path)
    tracked = _entry(listed)
    if tracked is None:
        raise CommitError(f"{path} was never committed: add and commit it first")
    staged = repository.ask("ls-files", "-z", "--stage", "--", path)
    mode, blob = tracked
    if staged.rstrip(b"\0") != f"{mode} {blob} 0\t".encode() + os.fsencode(path):
        raise CommitError(f"{path} has other changes that are staged: commit them, or `git restore --staged` it, first")
    if mode not in (REGULAR, EXECUTABLE):
        raise CommitError(f"{path} is no regular file")
    (content,) = repository.blobs([blob], MAX_BYTES)
    return Start(head, path, mode, blob, content)


def committed_form(begin: Start, on_disk: bytes, changed: bytes) -> bytes:
    """Return what git is to hold of a changed file, which it may hold with other line ends. Raises CommitError."""
    if on_disk == begin.content:
        return changed
    if on_disk.replace(b"\r\n", b"\n") == begin.content:  # as `core.autocrlf` and `eol=crlf` do it
        return changed.replace(b"\r\n", b"\n")
    raise CommitError(
        f"{begin.path} has other changes that are not committed (or a filter of git rewrites it): commit them first"
    )


def added_by_git(repository: Repository) -> str | None:
    """Say what `git commit` would run beyond making the commit; None for nothing."""
    folder = _hooks(repository)
    found = [name for name in _HOOKS if os.access(folder / name, os.X_OK) and (folder / name).is_file()]
    if found:
        return f"the hook{'s' if len(found) > 1 else ''} {', '.join(found)}"
    try:
        signs = repository.ask("config", "--type=bool", "--get", "commit.gpgSign").strip() == b"true"
    except GitError:
        return None
    return "a signature (commit.gpgSign)" if signs else None


def commit(repository: Repository, begin: Start, content: bytes, message: str) -> str:
    """Commit one file and return the id. The index gets it, too; it is as before where anything fails.

    Raises GitError.
    """
    blob = repository.ask("hash-object", "-w", "-t", "blob", "--stdin", stdin=content).decode().strip()
    root = repository.ask("rev-parse", "--verify", "--end-of-options", f"{begin.head}^{{tree}}").decode().strip()
    tree = _tree_with(repository, root, os.fsencode(begin.path).split(b"/"), (begin.mode, blob))
    said = message.encode("utf-8", "surrogateescape")
    new = repository.ask("commit-tree", "-p", begin.head, "-F", "-", tree, stdin=said, signed=True).decode().strip()
    _stage(repository, begin, blob)
    try:
        subject = message.partition("\n")[0]
        repository.ask("update-ref", "-m", f"commit: {subject}", "HEAD", new, begin.head, signed=True)
    except BaseException:  # also when somebody interrupts it
        _stage(repository, begin, begin.blob)
        raise
    return new


def _stage(repository: Repository, begin: Start, blob: str) -> None:
    """Put a blob into the index at the path of the file."""
    # Git looks again at files that changed just before the index did, and runs filters for that; an empty folder has
    # no such files.
    place = os.fsdecode(repository.ask("rev-parse", "--absolute-git-dir").removesuffix(b"\n"))
    with tempfile.TemporaryDirectory(prefix="gitopslint-") as empty:
        entry = f"{begin.mode},{blob},{begin.path}"
        Repository(Path(empty)).ask(f"--git-dir={place}", "update-index", "--cacheinfo", entry)


def _tree_with(repository: Repository, tree: str, parts: list[bytes], entry: tuple[str, str]) -> str:
    """Write the tree in which one file is another one, folder by folder, and return its id."""
    name, *below = parts
    lines = []
    for line in repository.ask("ls-tree", "-z", tree).split(b"\0")[:-1]:
        head, _, here = line.partition(b"\t")
        mode, kind, oid = head.decode().split(" ")
        if here == name and below:
            oid = _tree_with(repository, oid, below, entry)
        elif here == name:
            mode, oid = entry
        lines.append(f"{mode} {kind} {oid}\t".encode() + here)
    made = repository.ask("mktree", "-z", "--missing", stdin=b"".join(line + b"\0" for line in lines))
    return made.decode().strip()


def _entry(listed: bytes) -> tuple[str, str] | None:
    head = listed.partition(b"\t")[0].decode().split(" ")
    return (head[0], head[2]) if len(head) == 3 and head[1] == "blob" else None


def _git_path(repository: Repository, name: str) -> Path:
    told = repository.ask("rev-parse", "--git-path", name)
    return repository.top / os.fsdecode(told.removesuffix(b"\n"))


def _hooks(repository: Repository) -> Path:
    """Return the folder of hooks that `git commit` would look into; our own calls of git look into none."""
    told = repository.ask("config", "-z", "--type=path", "--get-all", "core.hooksPath").split(b"\0")[:-1]
    if configured := told[:-1]:  # the last one is ours
        return repository.top / os.fsdecode(configured[-1])
    common = repository.ask("rev-parse", "--git-common-dir").removesuffix(b"\n")
    return repository.top / os.fsdecode(common) / "hooks"

"""Workspaces that begin above the product: what changes in them may count for its images, and is not followed."""

from __future__ import annotations

from collections.abc import Collection

from gitopslint.loaders.changes import changed_files
from gitopslint.loaders.git import Repository
from gitopslint.loaders.tree import commit_tree, disk_tree, index_tree
from gitopslint.loaders.workspaces import read_workspace


def changed_above(repository: Repository, prefix: str, commit: str, *, staged: bool) -> str | None:
    """Return a file outside of a folder that may be built into what is in it, and has changed since a commit.

    `prefix` leads to the folder from the top. None where no workspace above has packages in the folder, or nothing of
    it has changed. Raises GitError.
    """
    steps = prefix.split("/")[:-1]
    for depth in range(len(steps)):
        start = "".join(f"{step}/" for step in steps[:depth])
        before = commit_tree(repository, start, commit)
        now = index_tree(repository, start) if staged else disk_tree(repository.top / start, repository)
        inside = prefix.removeprefix(start)
        workspace = read_workspace(now)
        own = [folder for folder in workspace.packages if folder.startswith(inside)] if workspace is not None else []
        if workspace is None or not own:
            continue
        needed = workspace.needed_by(own)
        for change in changed_files(repository, start, before, now):
            if not change.path.startswith(inside) and _may_count(workspace.owner(change.path), needed, change.path):
                return start + change.path
    return None


def _may_count(owner: str | None, needed: Collection[str], path: str) -> bool:
    """Tell whether a file is in a package that is needed, or at the root, where lockfiles and settings are."""
    return owner in needed or ("/" not in path and not path.endswith(".md"))

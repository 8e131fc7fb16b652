"""Which lockfile is which, and how each is read."""

from __future__ import annotations

from typing import Any

from gitopslint.loaders import yaml
from gitopslint.loaders.workspaces import decoded_json
from gitopslint.model.document import plain
from gitopslint.model.lockfile import Lock
from gitopslint.model.workspace import Workspace

NAMES = (
    "pnpm-lock.yaml",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
)
"""The lockfiles that are known, at the root of a workspace. Those of bun are not read: any change counts for all."""


class LockError(Exception):
    """A lockfile cannot be narrowed to packages; the message is the reason."""


def read_lock(path: str, data: bytes, workspace: Workspace) -> Lock:
    """Read a lockfile. Raises LockError. `workspace` says what its packages ask for, where the lockfile does not."""
    from gitopslint.loaders.lockfiles import npm, pnpm, yarn

    try:
        if path == "pnpm-lock.yaml":
            return pnpm.lock(_yaml(path, data))
        if path in ("package-lock.json", "npm-shrinkwrap.json"):
            return npm.lock(decoded_json(data))
        if path == "yarn.lock":
            text = data.decode("utf-8", "replace")
            return yarn.berry(_yaml(path, data)) if yarn.is_berry(text) else yarn.classic(text, workspace)
    except ValueError as error:
        raise LockError(f"{path} cannot be narrowed to single packages: {error}") from None
    raise LockError(f"{path} cannot be narrowed to single packages: this format is not read")


def _yaml(path: str, data: bytes) -> dict[str, Any]:
    document = yaml.parse(path, data)
    if document.problem is not None:
        raise ValueError(f"{document.problem.span.line}: {document.problem.message}")
    found = plain(document.root)
    if not isinstance(found, dict):
        raise ValueError("it holds no mapping")  # noqa: TRY004 - about a file, not about a type of ours
    return found

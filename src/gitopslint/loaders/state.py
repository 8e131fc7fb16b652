"""What was checked, as a digest: two runs with the same one looked at the same thing."""

from __future__ import annotations

import hashlib
import os

from gitopslint.loaders.git import Repository
from gitopslint.loaders.tree import Tree
from gitopslint.model.namedtuple import NamedTuple


class State(NamedTuple):
    """`public` tells states apart and may stand in a report; `key` is a secret of whoever has the repository."""

    public: str
    key: bytes


def state_of(repository: Repository | None, tree: Tree, about: str, *, staged: bool) -> State:
    """Return the state of a repository: what is said about it, its index, and which files there are. Raises GitError.

    Files are not read for it, so edits that are not staged go unnoticed where they add or remove none.
    """
    digest = hashlib.blake2b(about.encode("utf-8", "surrogateescape"), digest_size=64)
    if repository is not None:
        digest.update(repository.ask("ls-files", "-z", "--stage", staged=staged))
    digest.update(b"\0".join(map(os.fsencode, tree.paths)))
    key = digest.digest()
    return State(hashlib.blake2b(key, digest_size=16).hexdigest(), key)

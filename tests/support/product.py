"""Product repositories that came about by the contract: built, released to dev, promoted to prod."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.repo import Repo
from tests.support.runs import CLEAN

_COMMIT = "4f9d2c7b81ae"  # the commit in the tags of the clean repository


def clean_product(path: Path, files: Mapping[str, str | bytes | None] = CLEAN) -> Repo:
    """Make a repository of some files. The commit in its tags is the real one that the release layers follow."""
    repo = Repo(path)
    there = {name: text for name, text in files.items() if text is not None}
    release = {name: text for name, text in there.items() if "/release-" in name}
    built = repo.commit("Begin", {name: text for name, text in there.items() if name not in release})
    for environment in ("dev", "prod"):
        layers = {name: text for name, text in release.items() if f"/release-{environment}/" in name}
        repo.commit(f"release({environment})", {name: _with_commit(text, built) for name, text in layers.items()})
    return repo


def _with_commit(text: str | bytes, commit: str) -> str | bytes:
    return text.replace(_COMMIT, commit[: len(_COMMIT)]) if isinstance(text, str) else text

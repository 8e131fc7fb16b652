"""A contract that could be that of a repository, and what it was found by."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from gitopslint.model.namedtuple import NamedTuple

Commits = Literal["here", "elsewhere", "unknown"]


class FoundLayer(NamedTuple):
    """A kind of values file. `files` is how many there are, `example` one of them."""

    role: Literal["chart", "env", "release"]
    path: str
    required: bool
    files: int
    example: str


class FoundImage(NamedTuple):
    """Where images are set, as the keys of `images` in the contract, and in how many files."""

    keys: tuple[tuple[str, str], ...]
    files: int


class Proposal(NamedTuple):
    """What a repository seems to be like. Without layers, nothing was recognised."""

    environments: tuple[str, ...] = ()
    layers: tuple[FoundLayer, ...] = ()
    images: tuple[FoundImage, ...] = ()
    release_keys: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    single_app: str | None = None
    exclude: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    commits: Commits = "unknown"
    tags: int = 0
    """How many tags name a commit."""
    applications: int = 0
    application_path: str | None = None
    self_heal: Mapping[str, bool] = MappingProxyType({})
    ordered: bool = False
    """Whether Applications told the order of the layers."""
    builds: bool = False
    """Whether the repository builds images as a platform repository does."""
    notes: tuple[str, ...] = ()
    """What was seen that no layer can be made of, one sentence each."""

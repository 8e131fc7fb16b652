"""Environments for previews of merge requests, which are called like one before production and are no step to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gitopslint.loaders.image_places import images_in
from gitopslint.loaders.path_patterns import Guess
from gitopslint.model.document import Document

_NAMES = frozenset({"preview", "previews"})
_FEWEST = 2  # environments that remain: one alone would be promoted to from nowhere


def without_previews(found: Sequence[Guess], documents: Mapping[str, Document]) -> tuple[list[Guess], tuple[str, ...]]:
    """Leave out environments for previews, and name them: nothing in them says which build runs.

    One with tags of its own is an environment like any other.
    """
    names = {one.environment for one in found if one.environment is not None}
    previews = {
        name
        for name in names
        if name.lower() in _NAMES
        and not any(_says_a_build(documents[one.path], name) for one in found if one.environment == name)
    }
    if len(names - previews) < _FEWEST:
        return list(found), ()
    return [one for one in found if one.environment not in previews], tuple(sorted(previews))


def _says_a_build(document: Document, name: str) -> bool:
    return any(place.tag not in (None, name, "latest") for place in images_in(document.root))

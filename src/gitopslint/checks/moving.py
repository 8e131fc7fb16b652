"""Which tags move: names that every build may overwrite."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.tag import commit_in

_FLOATING = lazy(r"v?[0-9]{1,3}(?:\.[0-9]{1,4})?")
_COUNTED = lazy(r"[0-9]+(?:\.[0-9]+)+|[-._](?:r|rev|build|b)?[0-9]+$")
_REQUEST = lazy(r"(?:pr|mr|pull|merge)[-_]?[0-9]+")


class MovingTags(NamedTuple):
    """What counts as a tag that moves.

    `names`: whole tags. `variants`: what may follow a floating version (`16-alpine`), also alone. `branches`:
    first words of branch names (`feature-login`).
    """

    names: tuple[str, ...]
    variants: tuple[str, ...]
    branches: tuple[str, ...]


def why_it_moves(
    tag: str, known: MovingTags, environments: Iterable[str] = (), patterns: tuple[str, ...] = ()
) -> str | None:
    """Return the end of a sentence that says why a tag moves, or None for one that stays."""
    name = tag.lower()
    if name in known.names or name in known.variants:
        return "a name that the next build takes over"
    if name in environments:
        return "the name of an environment, which the next release takes over"
    words = re.split(r"[-_.]", name)
    if len(words) > 1 and "latest" in (words[0], words[-1]):
        return "which moves with 'latest'"
    if words[-1] == "snapshot":
        return "a snapshot, which the next build takes over"
    if commit_in(name, patterns) is not None:
        return None
    version, _, variant = name.partition("-")
    if _FLOATING.fullmatch(version) and (not variant or _is_variant(variant, known)):
        return "a floating version, which the next patch takes over"
    if _REQUEST.fullmatch(name):
        return "the name of a merge request, which its next push takes over"
    if len(words) > 1 and words[0] in known.branches and not _COUNTED.search(name):
        return "the name of a branch, which its next push takes over"
    return None


def _is_variant(text: str, known: MovingTags) -> bool:
    return all(part.rstrip("0123456789.") in known.variants for part in text.split("-"))

"""What environments are called, and in which order code is promoted through them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gitopslint.model.lazy import lazy

_ORDER = (
    ("local",),
    ("sandbox", "sbx"),
    ("ci",),
    ("dev", "develop", "development"),
    ("int", "integration"),
    ("test", "testing", "tst"),
    ("qa", "quality"),
    ("uat", "acc", "acceptance"),
    ("demo",),
    ("stage", "staging", "stg", "sit"),
    ("preprod", "preproduction", "pre", "preview", "pp"),
    ("canary",),
    ("prod", "production", "prd", "live"),
)
_RANKS = {name: rank for rank, names in enumerate(_ORDER) for name in names}
_NUMBERED = lazy(r"([a-z]+?)[0-9]{1,2}")
_BESIDE = lazy(
    r"[0-9]{1,2}|[a-c]|blue|green|eu|us|uk|ap|sa|ca|me|af|de|fr|nl|ch|in|jp|au|asia|emea|apac|global|"
    r"east|west|north|south|central|northeast|southeast|northwest|southwest|[a-z]{2,9}[0-9]"
)
# Alone these could be many things: a folder `test` with tests, `live` reload, `demo` data.
_ALONE = frozenset({"dev", "development", "stage", "staging", "stg", "prod", "production", "prd", "uat", "preprod"})


def rank(name: str) -> int | None:
    """Return where a name stands in the usual order of promotion; None for one that names no environment.

    `prod-eu`, `eu-west-1-prod` and `dev2` are environments as well.
    """
    words = re.split(r"[-_.]", name.lower().replace("pre-prod", "preprod").replace("non-prod", "test"))
    ranks = [found for word in words if (found := _rank_of_word(word)) is not None]
    others = [word for word in words if _rank_of_word(word) is None]
    if len(ranks) != 1 or not all(_BESIDE.fullmatch(word) for word in others):
        return None
    return ranks[0]


def by_promotion(names: Iterable[str]) -> tuple[str, ...]:
    """Return environments in the usual order of promotion."""
    return tuple(sorted(names, key=lambda name: (rank(name) or 0, name)))


def sources(environments: Sequence[str]) -> dict[str, str | None]:
    """Return from which environment a tag comes, for those where it can hardly be the one before.

    Several of one kind, such as `prod-eu` and `prod-us`, do not follow each other. None: it gets releases itself.
    """
    kinds: dict[str, list[str]] = {}
    for name in environments:
        kinds.setdefault(_kind(name) or name, []).append(name)
    found: dict[str, str | None] = {}
    before: list[str] = []
    for same in kinds.values():
        for name in same:
            beside = [one for one in before if _beside(one) == _beside(name)]
            found[name] = next(reversed(beside or before), None)
        before = same
    usual = dict(zip(environments, (None, *environments), strict=False))
    return {name: source for name, source in found.items() if source != usual[name]}


def sure(names: Iterable[str]) -> bool:
    """Tell whether these names together are environments: several of them, or one that means nothing else."""
    found = set(names)
    return len(found) > 1 or bool(found & _ALONE)


def _beside(name: str) -> list[str]:
    """Return what tells an environment from others of its kind: the region of `prod-eu`, the number of `dev2`."""
    kind = _kind(name) or ""
    return [word if _rank_of_word(word) is None else word.removeprefix(kind) for word in _words(name)]


def _kind(name: str) -> str | None:
    """Return the word that names the kind of an environment, without a number: `prod` of `prod-eu` and of `prod2`."""
    kinds = [word.rstrip("0123456789") for word in _words(name) if _rank_of_word(word) is not None]
    return kinds[0] if rank(name) is not None and len(kinds) == 1 else None


def _words(name: str) -> list[str]:
    return re.split(r"[-_.]", name.lower())


def _rank_of_word(word: str) -> int | None:
    match = _NUMBERED.fullmatch(word)
    return _RANKS.get(match[1] if match is not None else word)

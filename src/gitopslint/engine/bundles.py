"""Results of neighbouring tasks, kept end to end.

Most of them hold together, and are unpacked and joined as one, in half of the time that they take one by one. With them
stands how much of everything is whose, so that each can be had by itself where another one is new.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import accumulate, chain
from typing import Any

from gitopslint.model.finding import Undecided
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.packing import unpacked_or_none
from gitopslint.model.part import Part
from gitopslint.model.span import Span

_MOST = 64  # tasks of a bundle; fewer would be more to join, and more would be more to divide where one is new
_COUNTED = ("findings", "waiting", "faults", "unread", "waivers", "claims", "sources", "files", "tracks", "allowing")


class Kept(NamedTuple):
    """The result of one task: of which files and landings, and which commits were looked for.

    `fresh` is how far the main line had moved on since builds were made when it ended with `tip`, as digests. `files`
    is empty where the result was good for one run only. `part` is None where it stands in a bundle.
    """

    name: str
    app: str | None
    own: tuple[str, ...]
    files: str
    told: str
    tip: str
    fresh: dict[str, str]
    asked: dict[str, tuple[str, ...]]
    part: Part | None = None


class Bundle(NamedTuple):
    """Some results: of each field of `Kept` a column, and in `whole` the parts, as plain data until they are needed.

    `amounts` are, for each task, how much of the fields of the whole is its own, how many apps, and whether one is
    wired; `said` is which of the doubts it has, each followed by the number of its places.
    """

    names: tuple[str, ...]
    apps: tuple[str | None, ...]
    own: tuple[tuple[str, ...], ...]
    files: tuple[str, ...]
    told: tuple[str, ...]
    tips: tuple[str, ...]
    fresh: tuple[dict[str, str], ...]
    asked: tuple[dict[str, tuple[str, ...]], ...]
    amounts: tuple[tuple[int, ...], ...]
    said: tuple[tuple[int, ...], ...]
    whole: Any

    @property
    def is_large(self) -> bool:
        """Whether it may stay as it is when others are made."""
        return 2 * len(self.names) >= _MOST

    def kept(self) -> list[Kept]:
        """Return the results without their parts; none of columns that cannot have been kept."""
        if len(set(map(len, self[:8]))) != 1:
            return []
        return [Kept(*fields) for fields in zip(*self[:8], strict=True)]

    def part(self) -> Part | None:
        """Return all parts as one; None for what nobody of this version can have kept."""
        whole: Part | None = unpacked_or_none(Part, self.whole)
        if whole is None or not len(self.names) == len(self.amounts) == len(self.said):
            return None
        lengths = [len(getattr(whole, field)) for field in _COUNTED]
        if {len(_COUNTED) + 2} != set(map(len, self.amounts)) or min(chain(*self.amounts)) < 0:
            return None
        if [sum(column) for column in zip(*self.amounts, strict=True)][: len(_COUNTED)] != lengths:
            return None
        places = dict.fromkeys(range(len(whole.undecided)), 0)
        for said in self.said:
            if len(said) % 2 or not places.keys() >= set(said[::2]) or min(said, default=0) < 0:
                return None
            for doubt, count in zip(said[::2], said[1::2], strict=True):
                places[doubt] += count
        return whole if list(places.values()) == [len(doubt.spans) for doubt in whole.undecided] else None

    def parts(self, whole: Part) -> Iterator[Part]:
        """Yield the part of each task. `whole` is what `part` returned."""
        sources = list(whole.sources.items())
        rows = [sources if field == "sources" else getattr(whole, field) for field in _COUNTED]
        ends = [list(accumulate((one[column] for one in self.amounts), initial=0)) for column in range(len(rows))]
        at = [0] * len(whole.undecided)
        for number, (*_, apps, wired) in enumerate(self.amounts):
            own: dict[str, Any] = {
                field: row[end[number] : end[number + 1]] for field, row, end in zip(_COUNTED, rows, ends, strict=True)
            }
            own["sources"] = dict(own["sources"])
            doubts = []
            for doubt, places in zip(self.said[number][::2], self.said[number][1::2], strict=True):
                one = whole.undecided[doubt]
                doubts.append(one._replace(spans=one.spans[at[doubt] : at[doubt] + places]))
                at[doubt] += places
            yield Part(undecided=tuple(doubts), apps=apps, wired=bool(wired), **own)


class Shelved:
    """The results in bundles; of two for one task the later one counts."""

    def __init__(self, bundles: Iterable[Bundle]) -> None:
        """Take bundles apart as far as they can be without their parts."""
        self._bundles = list(bundles)
        self.kept: dict[str, Kept] = {}
        self.place: dict[str, int] = {}
        """In which bundle the result of a task stands."""
        self._apart: dict[str, Part] = {}
        for number, bundle in enumerate(self._bundles):
            self.kept.update((one.name, one) for one in bundle.kept())
            self.place.update(dict.fromkeys(bundle.names, number))

    def parts(self, holding: dict[str, Kept]) -> Iterator[tuple[str | None, Part]]:
        """Yield the parts of the results that hold, together where a whole bundle does, or else with their app.

        Those that cannot be read are taken from `holding`.
        """
        for number, bundle in enumerate(self._bundles):
            mine = self._mine(number, holding)
            whole = bundle.part() if mine else None
            if whole is None:
                for name in mine:
                    holding.pop(name, None)
            elif len(mine) == len(bundle.names):
                yield None, whole
            else:
                own = dict(zip(bundle.names, bundle.parts(whole), strict=True))
                self._apart.update((name, own[name]) for name in mine)
                yield from ((holding[name].app, own[name]) for name in mine)

    def left(self, holding: Mapping[str, Kept], start: int) -> tuple[list[Bundle], list[Kept]]:
        """Return what holds of the bundles from one on: those that may stay as they are, and other results."""
        large, others = [], []
        for number, bundle in enumerate(self._bundles[start:], start):
            mine = self._mine(number, holding)
            if bundle.is_large and len(mine) == len(bundle.names):
                large.append(bundle)
                continue
            own = self._apart
            if mine and mine[0] not in own and (whole := bundle.part()) is not None:
                own = dict(zip(bundle.names, bundle.parts(whole), strict=True))
            others += [holding[name]._replace(part=own[name]) for name in mine]
        return large, others

    def _mine(self, number: int, holding: Container[str]) -> list[str]:
        return [name for name in self._bundles[number].names if self.place[name] == number and name in holding]


def bundled(kept: Iterable[Kept]) -> Iterator[Bundle]:
    """Yield results in bundles. Those that are good for one run only are not with the others, which hold without."""
    every = list(kept)
    lasting, lost = [one for one in every if one.files], [one for one in every if not one.files]
    for rows in (*_neighbours(lasting), *_neighbours(lost)):
        yield _bundle(rows)


def _neighbours(kept: list[Kept]) -> Iterator[list[Kept]]:
    """Divide results so that no file has its text from two of a bundle, which may have kept other lines of it."""
    some: list[Kept] = []
    texts: set[str] = set()
    for one in kept:
        own = one.part.sources.keys() if one.part is not None else ()
        if len(some) == _MOST or not texts.isdisjoint(own):
            yield some
            some, texts = [], set()
        some.append(one)
        texts.update(own)
    if some:
        yield some


def _bundle(kept: list[Kept]) -> Bundle:
    parts = [one.part or Part() for one in kept]
    doubts: dict[Undecided, tuple[int, list[Span]]] = {}
    said = []
    for part in parts:
        own: list[int] = []
        for one in part.undecided:
            number, spans = doubts.setdefault(one._replace(spans=()), (len(doubts), []))
            spans += one.spans
            own += (number, len(one.spans))
        said.append(tuple(own))
    amounts = tuple((*(len(getattr(part, field)) for field in _COUNTED), part.apps, int(part.wired)) for part in parts)
    rows: dict[str, Any] = {field: tuple(chain(*(getattr(part, field) for part in parts))) for field in _COUNTED}
    rows["sources"] = {path: source for part in parts for path, source in part.sources.items()}
    whole = Part(
        undecided=tuple(one._replace(spans=tuple(spans)) for one, (_, spans) in doubts.items()),
        apps=sum(part.apps for part in parts),
        wired=any(part.wired for part in parts),
        **rows,
    )
    columns: list[Any] = list(zip(*(one[:8] for one in kept), strict=True))
    return Bundle._make((*columns, amounts, tuple(said), whole))

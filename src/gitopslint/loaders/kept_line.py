"""A main line as an earlier run knew it: the chain up to some commit, and what its landings made of layers.

Nothing of it is believed about a chain of which it is no part: a commit names all that lies before it, so whatever was
rewritten has other ids. Only where the clone is cut off stands beside, because that is no part of a commit.

What people wrote, such as subjects, is not kept, because it may hold a secret; git is asked for it again. Nor are ids
of files, from which who has no repository could guess a weak password: they are hidden by what only the repository
can tell.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain as joined
from typing import Any

from gitopslint.loaders.annals import WIDTH, Annals, Keeper, Landings
from gitopslint.loaders.chain import Chain
from gitopslint.model.namedtuple import NamedTuple

_MOST_NUMBERS = 6_000_000  # a record of about 30 MB, of the 256 that may be kept
_WORTH_WRITING = 100  # so many times fewer new landings than known ones are read faster than all are written again


_DIGITS = 8  # of a number in a record

Seal = Callable[[str], str]
"""Return what a commit holds that no other place tells than the repository."""


class _Record(NamedTuple):
    """What is kept. `salt` and the seal of the last commit of the chain hide `blobs`; `proof` tells the right seal.

    `partial` are the positions of landings that changed other things as well. `paths`, `lengths` and `numbers` are the
    rows of the annals: in one text, numbers are read five times as fast as in lists.
    """

    boundary: Sequence[str]
    chain: Sequence[str]
    others: Mapping[str, Sequence[str]]
    paths: list[str]
    lengths: list[int]
    numbers: str
    links: dict[str, list[int]]
    partial: list[int]
    salt: str
    proof: str
    digits: int
    blobs: str


class KeptLine:
    """What is known of a main line from an earlier run; nothing where that is not whole, or was cut off elsewhere."""

    def __init__(self, keeper: Keeper, folders: Sequence[str], boundary: Collection[str]) -> None:
        """`folders` are those that the annals are about, `boundary` the commits at which the clone is cut off."""
        self._store = keeper.store
        name = "\0".join((keeper.program, keeper.place, *folders)).encode("utf-8", "surrogateescape")
        self._name = f"line-{_digest(name)}"
        self._boundary = sorted(boundary)
        self._record = self._read()
        self.chain = None
        if (known := self._record) is not None:
            self.chain = Chain(known.chain, {commit: tuple(more) for commit, more in known.others.items()})

    def annals(self, chain: Chain, landings: Landings, seal: Seal) -> tuple[Annals, int]:
        """Return the annals as far as they are known, with how many commits of a chain they cover."""
        known, kept = self._record, self.chain
        self._record = None  # the annals take it over
        if known is not None and kept is not None and (shared := _shared(chain, kept)):
            key = _key(known.salt, seal(kept.commits[-1]))
            if _digest(key) != known.proof:  # the last commit is gone, so nobody can tell what it hid
                return Annals(landings, chain.commits), 0
            text, digits = known.blobs, known.digits

            def shown(number: int) -> str:
                return _masked(number, text[number * digits : (number + 1) * digits], key)

            whole = set(range(len(kept))).difference(known.partial)
            count = len(text) // digits
            rows = _rows(known)
            annals = Annals(landings, chain.commits, rows, known.links, whole, shown, count)
            if shared < len(kept):
                annals.cut(shared - 1)
            return annals, shared
        return Annals(landings, chain.commits), 0

    def keep(self, annals: Annals, chain: Chain, shared: int, seal: Seal) -> None:
        """Keep a line for the next run, where enough of it is new. `shared` of its commits were known."""
        changed = max(len(chain), len(self.chain) if self.chain else 0) - shared
        if changed * _WORTH_WRITING <= shared or sum(map(len, annals.rows.values())) > _MOST_NUMBERS:
            return
        blobs = annals.blobs
        salt = _digest("".join(blobs).encode())  # of all together: no other record may be hidden in the same way
        key = _key(salt, seal(chain.commits[-1]))
        record = _Record(
            self._boundary,
            chain.commits,
            {commit: more for commit, more in chain.others.items() if chain.position(commit) is not None},
            list(annals.rows),
            list(map(len, annals.rows.values())),
            _text_of(array("I", joined.from_iterable(annals.rows.values()))),
            annals.links,
            sorted(set(range(len(chain))) - annals.whole),
            salt,
            _digest(key),
            len(chain.commits[-1]),
            "".join(_masked(number, blob, key) for number, blob in enumerate(blobs)),
        )
        self._store.put(self._name, record)

    def _read(self) -> _Record | None:
        data = self._store.get(self._name)
        if type(data) is not list or len(data) != len(_Record._fields):
            return None
        found = _Record(*data)
        return found if _is_whole(found) and found.boundary == self._boundary else None


def _is_whole(record: _Record) -> bool:
    """Tell whether plain data has the form of what is kept; anybody may have written it."""
    chain, digits = record.chain, record.digits
    return (
        _are_texts(record.boundary)
        and _are_texts(chain)
        and bool(chain)
        and type(record.others) is dict
        and all(map(_are_texts, record.others.values()))
        and type(record.links) is dict
        and all(_are_positions(one, len(chain)) for one in (record.partial, *record.links.values()))
        and _are_texts([record.salt, record.proof, record.blobs, record.numbers])
        and digits in (40, 64)
        and len(record.blobs) % digits == 0
        and _are_digits(record.blobs)
        and _are_rows(record, len(record.blobs) // digits)
    )


def _are_positions(values: Any, end: int) -> bool:
    return (
        type(values) is list
        and not set(map(type, values)) - {int}
        and (not values or 0 <= min(values) <= max(values) < end)
    )


def _are_rows(record: _Record, blobs: int) -> bool:
    """Tell whether the rows are about so many blobs, and about landings of the chain."""
    paths, lengths = record.paths, record.lengths
    if not (_are_texts(paths) and type(lengths) is list and set(map(type, lengths)) <= {int}):
        return False
    if len(paths) != len(lengths) or any(length <= 0 or length % WIDTH for length in set(lengths)):
        return False
    if not _are_digits(record.numbers) or len(record.numbers) != sum(lengths) * _DIGITS:
        return False
    numbers = _numbers_in(record.numbers)
    return (
        max(numbers[::WIDTH], default=0) < len(record.chain)
        and max(numbers[1::WIDTH], default=0) <= blobs
        and max(numbers[2::WIDTH], default=0) <= blobs
    )


def _rows(record: _Record) -> dict[str, list[int]]:
    numbers = _numbers_in(record.numbers).tolist()
    rows, start = {}, 0
    for path, length in zip(record.paths, record.lengths, strict=True):
        rows[path] = numbers[start : start + length]
        start += length
    return rows


def _numbers_in(text: str) -> array[int]:
    """Return the numbers of a text, each in eight digits, the lowest two first."""
    numbers = array("I", bytes.fromhex(text))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _text_of(numbers: array[int]) -> str:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes().hex()


def _are_texts(values: Any) -> bool:
    return type(values) is list and not set(map(type, values)) - {str}


def _are_digits(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) * 2 == len(text)
    except ValueError:
        return False


def _shared(chain: Chain, known: Chain) -> int:
    """Return how many commits two chains have in common, counted from the oldest."""
    least, most = 0, min(len(chain), len(known))
    while least < most:  # equal at one place, they are equal below it
        middle = (least + most) // 2
        if chain.commits[middle] == known.commits[middle]:
            least = middle + 1
        else:
            most = middle
    return least


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _key(salt: str, seal: str) -> bytes:
    return hashlib.blake2b(f"{salt} {seal}".encode(), digest_size=32).digest()


def _masked(number: int, digits: str, key: bytes) -> str:
    """Hide the id of a blob, or show it again. Each by itself: hardly one of them is asked for in most runs."""
    stream = hashlib.blake2b(number.to_bytes(8, "big"), key=key, digest_size=len(digits) // 2).digest()
    return f"{int(digits, 16) ^ int.from_bytes(stream, 'big'):0{len(digits)}x}"

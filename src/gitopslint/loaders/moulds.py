"""Files that look like others, read without the parser.

In a repository of many apps the same entries come a thousand times at the top of files, each time with other values.
When some entries of one shape have been parsed, the next one becomes a mould: its tree, with gaps where its values and
comments stood. A file all of whose entries fit moulds is read by filling gaps, in a third of the time of parsing it.

That is exact for two reasons. An entry that is sound alone, and begins and ends in the first column, means the same
between others. And a gap is only where a text ends its line and the parser is in the same state before and behind
whatever may fill it: the characters of a gap can neither end a scalar or comment of its kind nor begin anything else,
so all around the gaps means the same, in the same lines and columns. A property test holds that moulds read what the
parser reads.
"""

from __future__ import annotations

import re
from math import isfinite as _is_finite
from typing import Any

from gitopslint.loaders import yaml
from gitopslint.loaders.positions import extent
from gitopslint.model.document import Document, Later, Node, Style
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.scalars import Scalar, resolve
from gitopslint.model.span import Span

_LONGEST = 200_000  # bytes of a file, so that it can have no more values than are read
_LONGEST_ENTRY = 10_000  # characters; what is longer is a list, and no two are alike
_MOST_MOULDS = 300
_MOST_COUNTED = 10_000
_PARSED_FIRST = 3  # making a mould takes as long as it saves with some five entries

# Where an entry of the mapping at the top begins. Whatever else is in the first column belongs to the one before.
_ENTRY = lazy(r"""\n(?=[A-Za-z0-9_"'/$~(+])""")
_COMMENTS = r"(?:\n *+(?:#[^\x00-\x1f\x7f]*+)?+\r?)*+"
_PREAMBLE = lazy(rf"{_COMMENTS}(?:\n---(?: *+| ++#[^\x00-\x1f\x7f]*+)\r?{_COMMENTS})?+")
# What stands before a gap, with an opening quotation mark, and the gap: a comment, or the text of a scalar.
_GAP = lazy(
    r"""([#:-](?:(?<=#)|(?<!#) ++["']?))("""  # begins with a set of characters, for which `re` looks in C
    r"""(?<=#)[^\x00-\x1f\x7f]*+"""
    r"""|(?<=")[^\x00-\x1f\x7f"\\]*+(?="(?: *+\r?$| ++#))"""
    r"""|(?<=')[^\x00-\x1f\x7f']*+(?='(?: *+\r?$| ++#))"""
    r"""|(?<= )(?![\x00-#%&'*,\-:-@\[-^`{-}\x7f])[^\x00- #:\x7f]++(?:[ :][^\x00- #:\x7f]++)*+(?= *+\r?$| ++#))""",
    re.MULTILINE,
)
_ODD = lazy("[\x80-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""Other line ends, and what a parser does not take: in no gap, though few texts have to be searched for them."""


class Moulds:
    """Reads YAML files, and remembers what the entries look like that it has read."""

    def __init__(self) -> None:
        self._kin: dict[tuple[str, ...], list[_Kin]] = {}
        self._known: dict[str, tuple[Mould, list[str]]] = {}
        self._parsed: dict[int, int] = {}
        self._made = 0

    def parse(self, path: str, data: bytes) -> Document:
        """Read one YAML file, as `yaml.parse` does."""
        if len(data) <= _LONGEST:
            try:
                text = yaml.decode(data)
            except UnicodeDecodeError:
                return yaml.parse(path, data)
            if (root := self._root(path, text)) is not None:
                return Document(path, text, (root,), None, True)  # no mould has a key twice
        return yaml.parse(path, data)

    def _root(self, path: str, text: str) -> Node | None:
        """Return the mapping at the top of a file; None where an entry fits no mould."""
        if text[-1:] != "\n":
            return None
        preamble, *entries = _ENTRY.split("\n" + text[:-1])
        if preamble and not (_PREAMBLE.fullmatch(preamble) and _is_even(preamble)):
            return None
        fitting = [self._fitting(entry) for entry in entries]
        below: dict[str, Node] = {}
        line = preamble.count("\n")
        for fit in fitting:
            if fit is None:
                return None
            mould, gaps = fit
            node = mould.filled(path, line, gaps)
            if node is None or mould.name in below:
                return None
            below[mould.name] = last = node
            line += mould.lines
        if not below:
            return None
        return Node(below, (_whole, path, next(iter(below.values())), last), "block")

    def _fitting(self, entry: str) -> tuple[Mould, list[str]] | None:
        """Return the mould that an entry fits, and what stands in its gaps."""
        if (known := self._known.get(entry)) is not None:
            return known
        if len(entry) > _LONGEST_ENTRY or not _is_even(entry):
            return None
        around = _GAP.split(entry)
        gaps = around[2::3]
        del around[2::3]
        shape = tuple(around)
        for one in self._kin.get(shape, ()):
            if (mould := one.moulds.get(one.tied_in(gaps))) is not None:
                gaps = one.shared(gaps)
                break
        else:
            mould = self._learned(entry, shape, gaps)
            if mould is None:
                return None
        if not mould.open:  # then there is only this one
            self._known[entry] = mould, gaps
        return mould, gaps

    def _learned(self, entry: str, shape: tuple[str, ...], gaps: list[str]) -> Mould | None:
        """Make a mould when enough entries of its shape have come."""
        if len(self._parsed) >= _MOST_COUNTED:
            self._parsed.clear()
        kin = self._kin.get(shape, [])
        alike = hash((shape, kin[0].tied_in(gaps) if kin else ()))
        times = self._parsed[alike] = self._parsed.get(alike, 0) + 1
        if times != _PARSED_FIRST + 1 or self._made >= _MOST_MOULDS:
            return None
        from gitopslint.loaders.moulding import moulded  # not where no two files are alike

        self._made += 1
        if (mould := moulded(entry, shape, gaps)) is None:
            return None
        tied = tuple(number for number in range(len(gaps)) if number not in mould.open)
        same = next((one for one in kin if one.tied == tied), None)
        if same is None:
            same = _Kin(tied)
            self._kin[shape] = [*kin, same]
        same.moulds[same.tied_in(gaps)] = mould
        return mould


def _is_even(text: str) -> bool:
    return text.isascii() or _ODD.search(text) is None


class Fixed(NamedTuple):
    """A scalar that is the same in every file."""

    value: Any
    span: Span
    style: Style
    text: str
    tag: str | None
    key: Node | None
    uses: tuple[Span, ...]


class Loose(NamedTuple):
    """A scalar whose text is a gap. `place` makes its span when the gap is filled."""

    gap: int
    plain: bool
    place: Later
    style: Style
    key: Node | None


class Collection(NamedTuple):
    """A mapping or list with the numbers of the nodes in it. `place` makes its span where it ends with a gap."""

    entries: tuple[tuple[str, int], ...]
    items: tuple[int, ...] | None
    place: Span | Later
    style: Style
    tag: str | None
    key: Node | None
    uses: tuple[Span, ...]


class Mould(NamedTuple):
    """An entry with gaps, of as many lines. All its spans count from its first line.

    Its nodes are numbered: first the fixed ones, then the loose ones, then collections. What is in a collection comes
    before it. `open` are the gaps that may hold anything.
    """

    name: str
    lines: int
    fixed: tuple[Fixed, ...]
    loose: tuple[Loose, ...]
    collections: tuple[Collection, ...]
    open: frozenset[int]

    def filled(self, path: str, above: int, gaps: list[str]) -> Node | None:
        """Return the value of an entry with these gaps; None where Helm would refuse what stands in one.

        There are so many lines above it in its file.
        """
        # As with the parser, a node works out its span and its key when it is asked for them. Until then those of the
        # mould stand for them, and make its own of the gaps: a repository of many apps holds hundreds of thousands of
        # such nodes, and a place for each would be a quarter of their memory.
        top = path, above, gaps
        made = [
            Node(
                value,
                span,
                style,
                text,
                tag,
                key,
                tuple([use.below(path, above) for use in uses]) if uses else (),
                (),
                (),
                top,
            )
            for value, span, style, text, tag, key, uses in self.fixed
        ]
        for gap, plain, place, style, key in self.loose:
            text = gaps[gap]
            value: Scalar = text
            if plain:
                value = resolve(text)
                if value.__class__ is float and not _is_finite(value):
                    return None
            made.append(Node(value, place, style, text, None, key, (), (), (), top))
        for entries, items, where, style, tag, key, uses in self.collections:
            made.append(
                Node(
                    {name: made[number] for name, number in entries}
                    if items is None
                    else [made[number] for number in items],
                    where,
                    style,
                    "",
                    tag,
                    key,
                    tuple([use.below(path, above) for use in uses]) if uses else (),
                    (),
                    (),
                    top,
                )
            )
        return made[-1]


class _Kin:
    """Moulds of one shape, by what stands in the gaps that are tied: with something else it would be another tree."""

    def __init__(self, tied: tuple[int, ...]) -> None:
        self.tied = tied
        self.moulds: dict[tuple[str, ...], Mould] = {}
        self._latest: list[str] = []

    def tied_in(self, gaps: list[str]) -> tuple[str, ...]:
        """Return what stands in those gaps."""
        return tuple([gaps[number] for number in self.tied])

    def shared(self, gaps: list[str]) -> list[str]:
        """Return the same gaps. What stood there in the file before, as most does, is held once."""
        if gaps != self._latest:
            pairs = zip(self._latest or gaps, gaps, strict=True)
            self._latest = [known if known == text else text for known, text in pairs]
        return self._latest


def _whole(path: str, first: Node, last: Node) -> Span:
    return extent(path, first.key_span, last)

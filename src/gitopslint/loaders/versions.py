"""Which image a version of a layer names.

Most versions of a release layer differ by nothing but the tag and the digest. So a version that was parsed becomes a
mould: its text with the values cut out. Another version that fits the mould, with values in which YAML sees nothing
but text, has the same structure, and what stands in the gaps is its image. That costs a fiftieth of parsing it, and a
history has thousands of versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from gitopslint.loaders import yaml
from gitopslint.model.document import Document, KeyPath, Node, find
from gitopslint.model.image import split_reference
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.scalars import Scalar, resolve
from gitopslint.model.span import Span

_QUOTED = lazy(r"[A-Za-z0-9_][A-Za-z0-9_.:/@+-]*")
_PLAIN = lazy(r"[A-Za-z0-9_][A-Za-z0-9_./@-]*(?::[A-Za-z0-9_./-]+)*")
_MOST_MOULDS = 8

Reading = dict[KeyPath, tuple[Scalar, str]]
"""The value at each key path that a version sets, and its text."""


class Slot(NamedTuple):
    """A gap of a mould: the key paths whose value stands there."""

    paths: tuple[KeyPath, ...]
    quoted: bool


class Mould(NamedTuple):
    """The text around the values, one part more than there are slots. `fixed` are values that it cannot cut out."""

    parts: tuple[str, ...]
    slots: tuple[Slot, ...]

    def read(self, text: str) -> Reading | None:
        """Return what a version says; None for one that does not fit."""
        if not (text.startswith(self.parts[0]) and text.endswith(self.parts[-1])):
            return None
        at = len(self.parts[0])
        found: Reading = {}
        for slot, after in zip(self.slots, self.parts[1:], strict=True):
            match = (_QUOTED if slot.quoted else _PLAIN).match(text, at)
            if match is None or not text.startswith(after, match.end()):
                return None
            value = match[0] if slot.quoted else resolve(match[0])
            for path in slot.paths:
                found[path] = value, match[0]
            at = match.end() + len(after)
        return found if at == len(text) else None


class Versions:
    """All versions of one file, each read as cheaply as it can be."""

    def __init__(self, path: str, wanted: Iterable[KeyPath], today: Document | None = None) -> None:
        """`wanted` are the key paths that count; most older versions look like that of `today`."""
        self._path = path
        self._wanted = tuple(wanted)
        self._today = self._unlearnt = today
        self._moulds: list[Mould] = []

    @cached_property
    def today(self) -> Reading | None:
        """What today's version says; None for one that Helm would refuse, and for none."""
        return _reading(self._nodes(self._today)) if self._today is not None else None

    def read(self, data: bytes) -> Reading | None:
        """Return what a version says; None for one that Helm would refuse."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return self._learn(yaml.parse(self._path, data))
        if self._today is not None and text == self._today.text:
            return self.today
        if (today := self._unlearnt) is not None:  # where there is no other version, as of most layers, it is no use
            self._unlearnt = None
            self._learn(today)
        for mould in self._moulds:
            if (found := mould.read(text)) is not None:
                return found
        return self._learn(yaml.parse(self._path, data))

    def _learn(self, document: Document) -> Reading | None:
        """Return what a parsed version says, and make a mould of it."""
        nodes = self._nodes(document)
        if nodes is not None and len(self._moulds) < _MOST_MOULDS:
            self._moulds += filter(None, [_mould(document.text, nodes)])
        return _reading(nodes)

    def _nodes(self, document: Document) -> dict[KeyPath, Node] | None:
        """Return what counts of a parsed version; None for one that Helm would refuse."""
        further = any(root.value is not None for root in document.roots[1:])
        if document.problem is not None or further or not isinstance(document.root.value, dict):
            return None
        return {path: node for path in self._wanted if (node := find(document.root, path)) is not None}


def _reading(nodes: Mapping[KeyPath, Node] | None) -> Reading | None:
    if nodes is None:
        return None
    return {
        path: (None if isinstance(node.value, dict | list) else node.value, node.text) for path, node in nodes.items()
    }


def image_parts(found: Reading, paths: Mapping[str, KeyPath]) -> dict[str, str]:
    """Return the parts of an image that are set, as they are written; `paths` says where each one is."""
    parts = {}
    for name, path in paths.items():
        value, text = found.get(path, (None, ""))
        if value not in (None, ""):
            parts[name] = text
    if (whole := parts.pop("reference", None)) is not None:
        reference = split_reference(whole)
        split = {"repository": reference.repository, "tag": reference.tag, "digest": reference.digest}
        parts |= {name: text for name, text in split.items() if text}
    return parts


def _mould(text: str, nodes: dict[KeyPath, Node]) -> Mould | None:
    """Cut the values out of a text; None where one of them cannot be cut out and put back."""
    paths: dict[Span, list[KeyPath]] = {}
    styles: dict[Span, bool] = {}
    texts: dict[Span, str] = {}
    for path, node in nodes.items():
        if node.style not in ("plain", "single", "double") or not node.is_scalar or node.tag is not None:
            return None
        paths.setdefault(node.span, []).append(path)
        styles[node.span] = node.style != "plain"
        texts[node.span] = node.text
    starts = _line_starts(text)
    parts, slots, at = [], [], 0
    for span in sorted(paths):
        quotes = 1 if styles[span] else 0
        start = starts[span.line - 1] + span.column - 1 + quotes
        end = starts[span.end_line - 1] + span.end_column - 1 - quotes
        if span.line != span.end_line or (_QUOTED if quotes else _PLAIN).fullmatch(text, start, end) is None:
            return None
        if text[start:end] != texts[span]:  # an empty value has the span of its key
            return None
        parts.append(text[at:start])
        slots.append(Slot(tuple(paths[span]), bool(quotes)))
        at = end
    return Mould((*parts, text[at:]), tuple(slots))


def _line_starts(text: str) -> list[int]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts

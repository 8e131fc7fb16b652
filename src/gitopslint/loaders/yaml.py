"""The one door to YAML: text in, typed nodes with exact spans out.

PyYAML's event stream is the fastest way to positions (C `compose` takes twice as long) and the only one that also
tells where an alias is used. Typing is ours, because no Python library types scalars as Helm does.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from gitopslint.model.document import Comment, Document, Node, Problem, Style
from gitopslint.model.scalars import Scalar, key_text, resolve
from gitopslint.model.span import Span, file_start

MAX_BYTES = 5_000_000
MAX_DEPTH = 150
MAX_NODES = 500_000  # aliases counted as often as they are used, so an alias bomb ends here

_STYLES: dict[str | None, Style] = {
    None: "plain", "": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded",
}  # fmt: skip
_CORE = "tag:yaml.org,2002:"
_ODD_BREAKS = ("\r", "\x85", "\u2028", "\u2029")
_LINE_END = "\r\n"


class _Refused(Exception):  # noqa: N818 - not an error of ours: the finding that a document ends with
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def parse(path: str, data: bytes) -> Document:
    """Read one YAML file. Never raises: what is wrong with it becomes the document's `problem`."""
    if len(data) > MAX_BYTES:
        limit = f"it is larger than {MAX_BYTES:,} bytes"
        return Document(path, "", (), Problem("limit", limit, file_start(path)))
    try:
        text = decode(data)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        at = Span(path, line, column, line, column + 1)
        message = f"byte 0x{data[error.start]:02x} is not valid {error.encoding.upper()}"
        return Document(path, "", (), Problem("syntax", message, at))
    builder = _Builder(path, text)
    try:
        for root in builder.documents():
            builder.roots.append(root)
    except _Refused as refused:
        return Document(path, text, tuple(builder.roots), refused.problem)
    except yaml.MarkedYAMLError as error:
        return Document(path, text, tuple(builder.roots), builder.syntax_problem(error))
    except yaml.reader.ReaderError as error:
        return Document(path, text, tuple(builder.roots), builder.character_problem(error))
    return Document(path, text, tuple(builder.roots), builder.problem)


def decode(data: bytes) -> str:
    """Return the text of a YAML file without its byte order mark.

    As Helm's parser does, a UTF-16 mark decides for UTF-16 and everything else is UTF-8. Raises
    UnicodeDecodeError.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")


def comments(document: Document) -> Iterator[Comment]:
    """Yield the comments of a document in file order; of a broken one, those before the break."""
    text, inside = document.text, []
    try:
        inside = [(e.start_mark.index, e.end_mark.index) for e in _events(text) if isinstance(e, ScalarEvent)]
    except yaml.YAMLError:
        # Without the scalars a `#` inside a string cannot be told from a comment; a comment at the start of a
        # line still can, in all but block scalars.
        pass
    starts = [start for start, _ in inside]
    offset = 0
    for number, line in enumerate(text.split("\n"), 1):
        column = line.find("#")
        while column >= 0:
            here = offset + column
            nearest = bisect.bisect_right(starts, here) - 1
            in_scalar = nearest >= 0 and here < inside[nearest][1]
            if not in_scalar and (column == 0 or line[column - 1] in " \t"):
                alone = not line[:column].strip()
                yield Comment(number, column + 1, line[column + 1 :].strip(), alone)
                break
            column = line.find("#", column + 1)
        offset += len(line) + 1


def _events(text: str) -> Iterator[Event]:
    # Without the C extension (no wheel for the platform) the same events come from PyYAML's own parser.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.parse(text, Loader=loader)  # type: ignore[no-any-return]


class _Builder:
    """Turns one event stream into nodes."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.roots: list[Node] = []
        self.problem: Problem | None = None
        self._anchors: dict[str, tuple[Node | None, int]] = {}
        self._count = 0
        self._next: Callable[[], Event] = _events(text).__next__
        # libyaml also breaks lines at characters where editors and git do not; only then are its line numbers
        # of no use, and positions are counted from the offset.
        self._odd_breaks = _has_odd_breaks(text)
        self._line_starts: list[int] = []

    def documents(self) -> Iterator[Node]:
        while not isinstance(event := self._next(), StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                if event.version is not None and event.version != (1, 1):
                    self._refuse(event, "Helm refuses a %YAML directive other than 1.1")
                self._anchors.clear()
                yield self._node(self._next(), None, 0)

    def syntax_problem(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        at = file_start(self.path) if mark is None else self._offsets(mark.index, mark.index)
        message = error.problem or error.context or "not valid YAML"
        if error.context and error.problem:
            message = f"{error.problem} {error.context}"
        return Problem("syntax", message.strip(), at)

    def character_problem(self, error: yaml.reader.ReaderError) -> Problem:
        # The C parser counts bytes here, the other one characters.
        position = error.position
        if self._is_c():
            position = len(self.text.encode("utf-8", "surrogatepass")[:position].decode("utf-8", "ignore"))
        character = self.text[position : position + 1]
        line = self.text.count("\n", 0, position) + 1
        column = position - self.text.rfind("\n", 0, position)
        name = f"U+{ord(character):04X}" if character else "a character"
        return Problem("syntax", f"{name} is a control character that YAML does not allow",
                       Span(self.path, line, column, line, column + 1))  # fmt: skip

    @staticmethod
    def _is_c() -> bool:
        return hasattr(yaml, "CSafeLoader")

    def _node(self, event: Event, key: Node | None, depth: int) -> Node:
        self._count += 1
        if self._count > MAX_NODES:
            self._refuse(event, f"it holds more than {MAX_NODES:,} values, aliases counted where they are used", "limit")
        if isinstance(event, ScalarEvent):
            node = self._scalar(event, key)
            if event.anchor is not None:
                self._anchors[event.anchor] = (node, 1)
            return node
        if isinstance(event, AliasEvent):
            return self._alias(event, key)
        if depth >= MAX_DEPTH:
            self._refuse(event, f"it is nested deeper than {MAX_DEPTH} levels", "limit")
        assert isinstance(event, NodeEvent)
        before = self._count
        if event.anchor is not None:
            self._anchors[event.anchor] = (None, 0)
        if isinstance(event, MappingStartEvent):
            node = self._mapping(event, key, depth)
        else:
            assert isinstance(event, SequenceStartEvent)
            node = self._sequence(event, key, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, self._count - before + 1)
        return node

    def _scalar(self, event: ScalarEvent, key: Node | None) -> Node:
        text, style = event.value, _STYLES[event.style]
        if style in ("literal", "folded"):
            span = self._block_scalar_span(event)
        elif event.anchor is None and event.tag is None:
            span = self._span(event.start_mark, event.end_mark)
        else:
            span = self._span_after_properties(event)
        if not text and style == "plain" and key is not None:
            span = key.span  # an empty value has no width of its own
        value = self._typed(event, text, style)
        return Node(value, span, style, text, event.tag, key)

    def _typed(self, event: ScalarEvent, text: str, style: Style) -> Scalar:
        tag = event.tag
        if tag is None:
            if style != "plain":
                return text
            value = resolve(text)
            if isinstance(value, float) and not math.isfinite(value):
                self._note(event, f"Helm refuses the number {text!r}")
            return value
        if not tag.startswith(_CORE) or tag == _CORE + "str":
            return text
        if tag == _CORE + "binary":
            try:
                return base64.b64decode(text, validate=False).decode("utf-8", "replace")
            except (binascii.Error, ValueError):
                self._note(event, "Helm refuses !!binary text that is not base64")
                return text
        if tag in (_CORE + "int", _CORE + "float", _CORE + "bool", _CORE + "null"):
            return resolve(text)
        return text

    def _alias(self, event: AliasEvent, key: Node | None) -> Node:
        target, weight = self._anchors.get(event.anchor, (None, -1))
        if target is None:
            self._refuse(event, f"alias *{event.anchor} " + ("stands inside its own anchor" if weight == 0
                                                             else "has no anchor before it"))  # fmt: skip
            raise AssertionError
        self._count += weight
        return replace(target, key=key, uses=(*target.uses, self._span(event.start_mark, event.end_mark)))

    def _sequence(self, event: SequenceStartEvent, key: Node | None, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(item := self._next(), CollectionEndEvent):
            items.append(self._node(item, None, depth + 1))
        first = items[0] if items else None
        return Node(items, self._collection_span(event, item, first, items[-1] if items else None),
                    "flow" if event.flow_style else "block", key=key, tag=event.tag)  # fmt: skip

    def _mapping(self, event: MappingStartEvent, key: Node | None, depth: int) -> Node:
        entries: dict[str, Node] = {}
        duplicates: list[tuple[Node, Node]] = []
        explicit: dict[str, Node] = {}
        first: Node | None = None
        last: Node | None = None
        while not isinstance(item := self._next(), CollectionEndEvent):
            key_node = self._node(item, None, depth + 1)
            value = self._node(self._next(), key_node, depth + 1)
            first, last = first or key_node, value
            if key_node.style == "plain" and key_node.text == "<<" and key_node.tag in (None, _CORE + "merge"):
                for name, merged in self._merged(value).items():
                    # go-yaml v2 merges in document order, so a merge key overrides what stands before it.
                    if name in explicit and merged.value != explicit[name].value:
                        duplicates.append((explicit[name], replace(merged, key=key_node)))
                    entries[name] = merged
                continue
            name = self._key(item, key_node)
            if name in explicit:
                duplicates.append((explicit[name], value))
            explicit[name] = entries[name] = value
        span = self._collection_span(event, item, first, last)
        return Node(entries, span, "flow" if event.flow_style else "block", key=key, tag=event.tag,
                    duplicates=tuple(duplicates))  # fmt: skip

    def _key(self, event: Event, key: Node) -> str:
        if not key.is_scalar:
            self._refuse(event, "Helm refuses a mapping or list as a key")
        name = key_text(key.text) if key.style == "plain" and key.tag is None else key.text
        if name is None:
            self._refuse(event, "Helm refuses a null key")
            raise AssertionError
        return name

    def _merged(self, value: Node) -> dict[str, Node]:
        sources = value.items if isinstance(value.value, list) else [value]
        merged: dict[str, Node] = {}
        for source in reversed(sources):  # the first of several wins
            if not isinstance(source.value, dict):
                raise _Refused(Problem("helm", "a merge key needs a mapping or a list of mappings", value.span))
            uses = source.uses + (value.uses if source is not value else ())
            self._count += len(source.value)
            if uses:
                merged |= {name: replace(node, uses=node.uses + uses) for name, node in source.value.items()}
            else:
                merged |= source.value
        return merged

    # Spans. libyaml gives a start and an end to every event, but not always where a reader would put them.

    def _span(self, start: Any, end: Any) -> Span:
        if not self._odd_breaks:
            return Span(self.path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
        return self._offsets(start.index, end.index)

    def _offsets(self, start: int, end: int) -> Span:
        starts = self._line_starts = self._line_starts or _line_starts(self.text)
        # The end of the stream counts as a line of its own to libyaml; to a reader the last line is the last.
        last = len(self.text) - self.text.endswith("\n")
        start, end = min(start, last), min(end, last)
        line, end_line = bisect.bisect_right(starts, start), bisect.bisect_right(starts, end)
        return Span(self.path, line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)

    def _block_scalar_span(self, event: ScalarEvent) -> Span:
        """Leave out the line breaks and blanks up to the next token."""
        start = self._after_properties(event)
        end = start + len(self.text[start : event.end_mark.index].rstrip())
        return self._offsets(start, end)

    def _span_after_properties(self, event: ScalarEvent) -> Span:
        return self._offsets(self._after_properties(event), event.end_mark.index)

    def _after_properties(self, event: ScalarEvent) -> int:
        """Return the offset of the value itself behind `&anchor` and `!tag`."""
        text, at, end = self.text, event.start_mark.index, event.end_mark.index
        for _ in range((event.anchor is not None) + (event.tag is not None)):
            while at < end and not text[at].isspace():
                at += 1
            while at < end and (text[at].isspace() or text[at] == "#"):
                at = text.find("\n", at, end) if text[at] == "#" else at + 1
                at = end if at < 0 else at
        return at

    def _collection_span(self, event: Event, closing: Event, first: Node | None, last: Node | None) -> Span:
        if getattr(event, "flow_style", False) or first is None or last is None:
            return self._span(event.start_mark, closing.end_mark)
        start, end = _written(first), _written(last)
        if isinstance(event, SequenceStartEvent) and event.anchor is None and event.tag is None:
            start = self._span(event.start_mark, event.start_mark)  # a list starts at its first dash
        if (end.line, end.column) < (last.key_span.line, last.key_span.column):
            end = last.key_span
        return Span(self.path, start.line, start.column, end.end_line, end.end_column)

    def _note(self, event: Event, message: str) -> None:
        self.problem = self.problem or Problem("helm", message, self._span(event.start_mark, event.end_mark))

    def _refuse(self, event: Event, message: str, kind: Any = "helm") -> None:
        raise _Refused(Problem(kind, message, self._span(event.start_mark, event.end_mark)))


def _written(node: Node) -> Span:
    """Return where a value is written in its own collection: an alias stands where it is used."""
    return node.uses[-1] if node.uses else node.span


def _has_odd_breaks(text: str) -> bool:
    if text.isascii() and "\r" not in text:
        return False
    return any(character in text for character in _ODD_BREAKS[1:]) or "\r" in text.replace(_LINE_END, "")


def _line_starts(text: str) -> list[int]:
    starts, at = [0], text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts

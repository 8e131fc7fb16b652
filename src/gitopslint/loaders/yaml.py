"""The one door to YAML: text in, typed nodes with exact spans out.

PyYAML's event stream is the fastest way to positions (C `compose` takes twice as long) and the only one that also
tells where an alias is used. Typing is ours, because no Python library types scalars as Helm does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

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
from yaml.tokens import ScalarToken

from gitopslint.loaders.positions import BREAK, Positions
from gitopslint.model.document import Document, Node, Problem, Style, walk
from gitopslint.model.scalars import KINDS, Scalar, key_text, resolve, resolve_as
from gitopslint.model.span import Span, file_start

MAX_BYTES = 5_000_000
MAX_DEPTH = 150
MAX_NODES = 500_000  # aliases counted as often as they are used, so an alias bomb ends here

_STYLES: dict[str | None, Style] = {
    None: "plain",
    "": "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}
_MARK = "\ufeff"
_CORE = "tag:yaml.org,2002:"
_IN_ONE_PIECE = ("plain", "single", "double")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Refused(Exception):  # noqa: N818 - not an error of ours: the finding that a document ends with
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def parse(path: str, data: bytes) -> Document:
    """Read one YAML file. Never raises: what is wrong with it becomes the document's `problem`."""
    if len(data) > MAX_BYTES:
        return beyond(path, f"it is larger than {MAX_BYTES:,} bytes")
    try:
        text = decode(data)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(error.encoding, "ignore").lstrip(_MARK)
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        at = Span(path, line, column, line, column + 1)
        message = f"byte 0x{error.object[error.start]:02x} is not valid {error.encoding.upper()}"
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


def beyond(path: str, why: str) -> Document:
    """Return a file about which nothing is known, because it is beyond what is read."""
    return Document(path, "", (), Problem("limit", why, file_start(path)))


def decode(data: bytes) -> str:
    """Return the text of a YAML file without its byte order mark.

    As Helm's parser does, a UTF-16 mark decides for UTF-16 and everything else is UTF-8. Raises
    UnicodeDecodeError.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16-le" if data[0] == 0xFF else "utf-16-be").lstrip(_MARK)
    return data.decode("utf-8").lstrip(_MARK)


def scalar_ranges(text: str) -> tuple[list[tuple[int, int]], int, int]:
    """Return the offsets between which every scalar stands, and how far that is known.

    Up to the second number all of them are there. From there up to the third, where a broken document breaks,
    scalars may be missing, but none that runs over several lines.
    """
    found: list[tuple[int, int]] = []
    sure = 0
    try:
        for token in _each(yaml.scan, text):
            sure = token.end_mark.index
            if isinstance(token, ScalarToken):
                start = token.start_mark.index
                if token.style in ("|", ">"):  # behind the indicator there may be a comment
                    stop = BREAK.search(text, start, sure)
                    start = stop.start() if stop else sure
                found.append((start, sure))
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark or error.problem_mark
        return found, sure, sure if mark is None else max(sure, mark.index)
    except yaml.reader.ReaderError:
        return found, sure, sure
    return found, len(text), len(text)


def _each(read: Any, text: str) -> Iterator[Any]:
    """Yield what PyYAML's `parse` or `scan` reads."""
    if hasattr(yaml, "CSafeLoader"):
        return read(text, Loader=yaml.CSafeLoader)  # type: ignore[no-any-return]
    return _each_without_libyaml(read, text)


def _each_without_libyaml(read: Any, text: str) -> Iterator[Any]:
    # Where there is no wheel for the platform, PyYAML's own parser does the same, but does not mind an escape
    # that is no character.
    problem, mark = "found invalid Unicode character escape code", None
    try:
        for one in read(text, Loader=yaml.SafeLoader):
            mark = one.start_mark
            if isinstance(one, ScalarEvent) and _SURROGATE.search(one.value):
                raise yaml.MarkedYAMLError("while parsing a quoted scalar", mark, problem, mark)
            yield one
    except (ValueError, OverflowError):
        raise yaml.MarkedYAMLError(None, None, problem, mark) from None


class _Anchored:
    """What an anchor stands for. There is no node yet inside the anchored value itself."""

    def __init__(self, node: Node | None = None) -> None:
        self.node = node
        self.weight = 0
        self.height = 0


class _Builder:
    """Turns one event stream into nodes."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.roots: list[Node] = []
        self.problem: Problem | None = None
        self._anchors: dict[str, _Anchored] = {}
        self._count = 0
        self._deepest = 0
        self._infinite = False
        self._next: Callable[[], Event] = _each(yaml.parse, text).__next__
        self._positions = Positions(path, text)

    def documents(self) -> Iterator[Node]:
        while not isinstance(event := self._next(), StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                if event.version is not None and event.version != (1, 1):
                    self._refuse(self._at(event), "Helm refuses a %YAML directive other than 1.1")
                self._anchors.clear()
                root = self._node(self._next(), None, 0)
                if self._infinite:
                    self._note_infinite(root)
                yield root

    def syntax_problem(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        at = file_start(self.path) if mark is None else self._positions.offsets(mark.index, mark.index)
        message = error.problem or error.context or "not valid YAML"
        if error.context and error.problem:
            message = f"{error.problem} {error.context}"
        if "maximum nesting depth" in message:  # libyaml's own bound, since PyYAML 6.0.4, comes before ours
            return Problem("limit", f"it is nested deeper than {MAX_DEPTH} levels", at)
        if mark is not None and self.text[mark.index : mark.index + 1] == "\t":
            message = "YAML is indented with blanks, and here is a tab"
        return Problem("syntax", message.strip(), at)

    def character_problem(self, error: yaml.reader.ReaderError) -> Problem:
        # The C parser counts bytes here, the other one characters.
        position = error.position
        if hasattr(yaml, "CSafeLoader"):
            position = len(self.text.encode()[:position].decode("utf-8", "ignore"))
        character = self.text[position : position + 1]
        name = f"U+{ord(character):04X}" if character else "a character"
        return Problem(
            "syntax",
            f"{name} is a control character that YAML does not allow",
            self._positions.offsets(position, position + 1),
        )

    def _node(self, event: Event, key: Node | None, depth: int) -> Node:
        self._count += 1
        if self._count > MAX_NODES:
            self._refuse_size(self._at(event))
        if isinstance(event, ScalarEvent):
            node = self._scalar(event, key)
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(node)
            return node
        if isinstance(event, AliasEvent):
            return self._alias(event, key, depth)
        if depth >= MAX_DEPTH:
            self._refuse_depth(self._at(event))
        assert isinstance(event, NodeEvent)
        if event.anchor is None:
            self._deepest = max(self._deepest, depth)
            return self._collection(event, key, depth)
        # It counts from here on: a second anchor of this name inside the value is the later one.
        anchored = self._anchors[event.anchor] = _Anchored()
        before, outside, self._deepest = self._count, self._deepest, depth
        anchored.node = self._collection(event, key, depth)
        anchored.weight, anchored.height = self._count - before, self._deepest - depth
        self._deepest = max(self._deepest, outside)
        return anchored.node

    def _collection(self, event: NodeEvent, key: Node | None, depth: int) -> Node:
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, key, depth)
        assert isinstance(event, SequenceStartEvent)
        return self._sequence(event, key, depth)

    def _scalar(self, event: Any, key: Node | None) -> Node:
        text, style = event.value, _STYLES[event.style]
        if not text and style == "plain" and key is not None:
            span = key.span  # an empty value has no width of its own
        elif text and style in _IN_ONE_PIECE and event.anchor is None and event.tag is None:
            span = self._at(event)
        else:
            span = self._positions.scalar(event, block=style not in _IN_ONE_PIECE)
        value = self._typed(event, text, style)
        return Node(value, span, style, text, event.tag, key)

    def _typed(self, event: Any, text: str, style: Style) -> Scalar:
        value: Scalar = text
        tag = event.tag
        if tag is None:
            if style == "plain":
                value = resolve(text)
        elif tag.startswith(_CORE) and (kind := tag.removeprefix(_CORE)) in KINDS:
            try:
                value = resolve_as(kind, text)
            except ValueError:
                self._note(self._at(event), f"Helm cannot read this text as !!{kind}")
        if isinstance(value, float) and not math.isfinite(value):
            self._infinite = True
        return value

    def _alias(self, event: AliasEvent, key: Node | None, depth: int) -> Node:
        place = self._at(event)
        anchored = self._anchors.get(str(event.anchor))
        if anchored is None:
            self._refuse(place, f"alias *{event.anchor} has no anchor before it")
        if anchored.node is None:
            self._refuse(place, f"alias *{event.anchor} stands inside its own anchor")
        self._count += anchored.weight
        if self._count > MAX_NODES:
            self._refuse_size(place)
        if not anchored.node.is_scalar:
            self._deepest = max(self._deepest, depth + anchored.height)
            if self._deepest >= MAX_DEPTH:
                self._refuse_depth(place)
        return anchored.node.changed(key=key, uses=(*anchored.node.uses, place))

    def _sequence(self, event: SequenceStartEvent, key: Node | None, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(item := self._next(), CollectionEndEvent):
            items.append(self._node(item, None, depth + 1))
        first = items[0] if items else None
        return Node(
            items,
            self._collection_span(event, item, first, items[-1] if items else None),
            "flow" if event.flow_style else "block",
            key=key,
            tag=event.tag,
        )

    def _mapping(self, event: MappingStartEvent, key: Node | None, depth: int) -> Node:
        entries: dict[str, Node] = {}
        duplicates: list[tuple[Node, Node]] = []
        explicit: dict[str, Node] = {}
        first: Node | None = None
        last: Node | None = None
        while not isinstance(item := self._next(), CollectionEndEvent):
            key_node = self._node(item, None, depth + 1)
            if isinstance(item, AliasEvent):  # as a key it stands here, and not at its anchor
                key_node = key_node.changed(span=_written(key_node), uses=())
            value_event = self._next()
            value = self._node(value_event, key_node, depth + 1)
            first, last = first or key_node, value
            if _is_merge(item):
                for name, merged in self._merged(value_event, value).items():
                    # go-yaml v2 merges in document order, so a merge key overrides what stands before it.
                    if name in explicit and merged.value != explicit[name].value:
                        duplicates.append((explicit[name], merged.changed(key=key_node)))
                    entries[name] = merged
                continue
            name = self._key(key_node)
            if name in explicit:
                duplicates.append((explicit[name], value))
            explicit[name] = entries[name] = value
        span = self._collection_span(event, item, first, last)
        return Node(
            entries, span, "flow" if event.flow_style else "block", key=key, tag=event.tag, duplicates=tuple(duplicates)
        )

    def _key(self, key: Node) -> str:
        if not key.is_scalar:
            self._refuse(key.span, "Helm refuses a mapping or list as a key")
        if isinstance(key.value, str):
            return key.value
        name = key_text(key.text, as_float=key.tag == _CORE + "float")
        if name is None:
            self._refuse(key.span, f"Helm refuses {'null' if key.value is None else 'so large a number'} as a key")
        return name

    def _merged(self, event: Event, value: Node) -> dict[str, Node]:
        as_list = isinstance(event, SequenceStartEvent)  # and not an alias of a list
        merged: dict[str, Node] = {}
        for source in reversed(value.items) if as_list else (value,):  # the first of several wins
            if not isinstance(source.value, dict):
                self._refuse(_written(source), "Helm wants a mapping or a list of mappings behind a merge key")
            uses = source.uses
            self._count += len(source.value)
            if uses:
                # Chains of merge keys make the uses grow with every link: they count as well.
                self._count += sum(len(node.uses) for node in source.value.values())
                merged |= {name: node.changed(uses=node.uses + uses) for name, node in source.value.items()}
            else:
                merged |= source.value
            if self._count > MAX_NODES:
                self._refuse_size(_written(source))
        return merged

    def _collection_span(self, event: Any, closing: Event, first: Node | None, last: Node | None) -> Span:
        start = self._at(event)
        if event.anchor is not None or event.tag is not None:
            at = self._positions.value_start(event)
            start = self._positions.offsets(at, at)
        if event.flow_style or first is None or last is None:
            end = self._at(closing)
        else:
            if isinstance(event, MappingStartEvent):  # it starts at its first key; a list starts at its first dash
                start = first.span
            end = _written(last)
            if (end.line, end.column) < (last.key_span.line, last.key_span.column):
                end = last.key_span
        return Span(self.path, start.line, start.column, end.end_line, end.end_column)

    def _at(self, event: Event) -> Span:
        return self._positions.between(event.start_mark, event.end_mark)

    def _note(self, span: Span, message: str) -> None:
        self.problem = self.problem or Problem("helm", message, span)

    def _note_infinite(self, root: Node) -> None:
        # Only now: Helm takes one as a key, and does not look at a value that a second key of that name replaces.
        for _, node in walk(root):
            if isinstance(node.value, float) and not math.isfinite(node.value):
                self._note(node.span, f"Helm refuses the number {node.text!r}")

    def _refuse(self, span: Span, message: str) -> NoReturn:
        raise _Refused(Problem("helm", message, span))

    def _refuse_size(self, span: Span) -> NoReturn:
        message = f"it holds more than {MAX_NODES:,} values, each alias counted as what it brings"
        raise _Refused(Problem("limit", message, span))

    def _refuse_depth(self, span: Span) -> NoReturn:
        raise _Refused(Problem("limit", f"it is nested deeper than {MAX_DEPTH} levels", span))


def _is_merge(event: Event) -> bool:
    if not isinstance(event, ScalarEvent) or event.value != "<<":
        return False
    return event.tag == _CORE + "merge" or bool(event.implicit[0])


def _written(node: Node) -> Span:
    """Return where a value is written in its own collection: an alias stands where it is used."""
    return node.uses[-1] if node.uses else node.span

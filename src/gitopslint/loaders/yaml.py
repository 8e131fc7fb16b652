"""YAML files: text in, typed nodes with exact spans out.

Typing is ours, because no Python library types scalars as Helm does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite as _is_finite
from typing import Any, NoReturn

from gitopslint.loaders.positions import Positions, written
from gitopslint.loaders.stream import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    MarkedYAMLError,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
    events,
    in_c,
)
from gitopslint.loaders.yaml_problems import character_problem, syntax_problem
from gitopslint.model.document import Document, Later, Node, Problem, Style, beyond, walk
from gitopslint.model.scalars import KINDS, Scalar, key_text, resolve, resolve_as
from gitopslint.model.span import Span

MAX_BYTES = 5_000_000
MAX_DEPTH = 150
MAX_NODES = 500_000  # aliases counted as often as they are used, so an alias bomb ends here

_MANY = 100  # with fewer layers, moulds cost more than they save
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
_BLOCKS = ("|", ">")


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
    except MarkedYAMLError as error:
        return Document(
            path, text, tuple(builder.roots), syntax_problem(error, path, text, builder.positions, MAX_DEPTH)
        )
    except YAMLError as error:
        return Document(
            path,
            text,
            tuple(builder.roots),
            character_problem(error, text, builder.positions, in_bytes=in_c()),
        )
    return Document(path, text, tuple(builder.roots), builder.problem, not builder.repeated)


def reader(layers: int) -> Callable[[str, bytes], Document]:
    """Return what reads the files of a repository with so many layers, each as `parse` does."""
    if layers < _MANY:
        return parse
    from gitopslint.loaders.moulds import Moulds

    return Moulds().parse


def decode(data: bytes) -> str:
    """Return the text of a YAML file without its byte order mark.

    As Helm's parser does, a UTF-16 mark decides for UTF-16 and everything else is UTF-8. Raises
    UnicodeDecodeError.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16-le" if data[0] == 0xFF else "utf-16-be").lstrip(_MARK)
    return data.decode("utf-8").lstrip(_MARK)


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
        self.repeated = False
        self._anchors: dict[str, _Anchored] = {}
        self._count = 0
        # No text has more values than characters, so only aliases can bring more than the limit.
        self._counts = len(text) + 2 > MAX_NODES or "&" in text
        self._deepest = 0
        self._infinite = False
        self._next = events(text)
        self.positions = positions = Positions(path, text)
        # Bound once: nodes keep these to find their spans when they are asked for.
        self._span, self._collection_span = positions.offsets, positions.collection

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

    def _node(self, event: Any, key: Node | Later | None, depth: int) -> Node:
        """Build the value that begins with an event. The classes are compared, because that is twice as fast."""
        kind = event.__class__
        if kind is ScalarEvent:
            return self._scalar(event, key)
        if kind is AliasEvent:
            self._count_one(event)
            return self._alias(event, key, depth)
        if depth >= MAX_DEPTH:
            self._refuse_depth(self._at(event))
        if self._counts:
            self._count_one(event)
        if event.anchor is not None:
            return self._anchored(event, key, depth)
        if depth > self._deepest:
            self._deepest = depth
        return self._mapping(event, key, depth) if kind is MappingStartEvent else self._sequence(event, key, depth)

    def _anchored(self, event: Any, key: Node | Later | None, depth: int) -> Node:
        # It counts from here on: a second anchor of this name inside the value is the later one.
        anchored = self._anchors[event.anchor] = _Anchored()
        before, outside, self._deepest = self._count, self._deepest, depth
        build = self._mapping if isinstance(event, MappingStartEvent) else self._sequence
        anchored.node = build(event, key, depth)
        anchored.weight, anchored.height = self._count - before, self._deepest - depth
        self._deepest = max(self._deepest, outside)
        return anchored.node

    def _count_one(self, event: Event) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            self._refuse_size(self._at(event))

    def _scalar(self, event: Any, key: Node | Later | None) -> Node:
        if self._counts:
            self._count_one(event)
        text, written_style, tag, anchor = event.value, event.style, event.tag, event.anchor
        if text and tag is None and anchor is None and written_style not in _BLOCKS:
            where: Span | Later = (self._span, event.start_mark.index, event.end_mark.index)
        elif text or written_style or key is None:
            where = self.positions.scalar(event)
        else:  # it has no width of its own
            where = key.span if isinstance(key, Node) else key[-3:]
        value: Scalar = text
        if tag is not None:
            value = self._typed(event, text)
        elif not written_style:
            value = resolve(text)
            if value.__class__ is float and not _is_finite(value):
                self._infinite = True
        node = Node(value, where, _STYLES[written_style], text, tag, key)
        if anchor is not None:
            self._anchors[anchor] = _Anchored(node)
        return node

    def _typed(self, event: Any, text: str) -> Scalar:
        value: Scalar = text
        tag = event.tag
        if tag.startswith(_CORE) and (kind := tag.removeprefix(_CORE)) in KINDS:
            try:
                value = resolve_as(kind, text)
            except ValueError:
                self._note(self._at(event), f"Helm cannot read this text as !!{kind}")
        if isinstance(value, float) and not _is_finite(value):
            self._infinite = True
        return value

    def _alias(self, event: AliasEvent, key: Node | Later | None, depth: int) -> Node:
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

    def _sequence(self, event: Any, key: Node | Later | None, depth: int) -> Node:
        items: list[Node] = []
        following, build, below = self._next, self._node, depth + 1
        while (item := following()).__class__ is not SequenceEndEvent:
            items.append(build(item, None, below))
        where = (self._collection_span, event, item, None, items[-1] if items else None)
        return Node(items, where, "flow" if event.flow_style else "block", "", event.tag, key)

    def _mapping(self, event: Any, key: Node | Later | None, depth: int) -> Node:
        entries: dict[str, Node] = {}
        explicit = entries  # the same until a merge key brings others
        duplicates: tuple[tuple[Node, Node], ...] = ()
        first: Node | None = None
        last: Node | None = None
        following, scalar, build, locate = self._next, self._scalar, self._node, self._span
        below, counts = depth + 1, self._counts
        while (kind := (item := following()).__class__) is not MappingEndEvent:
            own: Node | Later
            name: Any
            if kind is ScalarEvent and (name := item.value) and item.anchor is None and item.tag is None:
                if counts:
                    self._count_one(item)
                style = item.style
                own = (_key_node, name, style, locate, item.start_mark.index, item.end_mark.index)
                if not style:
                    name = resolve(name)
            else:
                own = build(item, None, below)
                if kind is AliasEvent:  # as a key it stands here, and not at its anchor
                    own = own.changed(span=written(own), uses=())
                name = own.value
            value_event = following()
            if value_event.__class__ is ScalarEvent:
                last = scalar(value_event, own)
            else:
                last = build(value_event, own, below)
            if first is None:
                first = last
            if name == "<<" and _is_merge(item):
                if explicit is entries:
                    explicit = dict(entries)
                merged = self._merged(value_event, last)
                duplicates += tuple(_overridden(explicit, merged, last.key))
                entries |= merged
                continue
            if name.__class__ is not str:
                name = self._key(own if isinstance(own, Node) else _key_node(*own[1:]))
            if name in explicit:
                duplicates += ((explicit[name], last),)
            entries[name] = last
            if explicit is not entries:
                explicit[name] = last
        if duplicates:
            self.repeated = True
        where = (self._collection_span, event, item, first, last)
        return Node(entries, where, "flow" if event.flow_style else "block", "", event.tag, key, (), (), duplicates)

    def _key(self, key: Node) -> str:
        if not key.is_scalar:
            self._refuse(key.span, "Helm refuses a mapping or list as a key")
        name = key_text(key.text, as_float=key.tag == _CORE + "float")
        if name is None:
            self._refuse(key.span, f"Helm refuses {'null' if key.value is None else 'so large a number'} as a key")
        return name

    def _merged(self, event: Event, value: Node) -> dict[str, Node]:
        as_list = isinstance(event, SequenceStartEvent)  # and not an alias of a list
        merged: dict[str, Node] = {}
        for source in reversed(value.items) if as_list else (value,):  # the first of several wins
            if not isinstance(source.value, dict):
                self._refuse(written(source), "Helm wants a mapping or a list of mappings behind a merge key")
            uses = source.uses
            self._count += len(source.value)
            if uses:
                # Chains of merge keys make the uses grow with every link: they count as well.
                self._count += sum(len(node.uses) for node in source.value.values())
                merged |= {name: node.changed(uses=node.uses + uses) for name, node in source.value.items()}
            else:
                merged |= source.value
            if self._count > MAX_NODES:
                self._refuse_size(written(source))
        return merged

    def _at(self, event: Event) -> Span:
        return self.positions.event(event)

    def _note(self, span: Span, message: str) -> None:
        self.problem = self.problem or Problem("helm", message, span)

    def _note_infinite(self, root: Node) -> None:
        # Only now: Helm takes one as a key, and does not look at a value that a second key of that name replaces.
        for _, node in walk(root):
            if isinstance(node.value, float) and not _is_finite(node.value):
                self._note(node.span, f"Helm refuses the number {node.text!r}")

    def _refuse(self, span: Span, message: str) -> NoReturn:
        raise _Refused(Problem("helm", message, span))

    def _refuse_size(self, span: Span) -> NoReturn:
        message = f"it holds more than {MAX_NODES:,} values, each alias counted as what it brings"
        raise _Refused(Problem("limit", message, span))

    def _refuse_depth(self, span: Span) -> NoReturn:
        raise _Refused(Problem("limit", f"it is nested deeper than {MAX_DEPTH} levels", span))


def _key_node(text: str, style: str | None, *span: Any) -> Node:
    """Return the node of a key in one piece, without anchor and tag.

    No method: a node that knew the builder would keep it, and the builder the nodes, with the collector off.
    """
    return Node(text if style else resolve(text), span, _STYLES[style], text)


def _overridden(explicit: dict[str, Node], merged: dict[str, Node], key: Node | None) -> Iterator[tuple[Node, Node]]:
    # go-yaml v2 merges in document order, so a merge key overrides what stands before it.
    for name, node in merged.items():
        if name in explicit and node.value != explicit[name].value:
            yield explicit[name], node.changed(key=key)


def _is_merge(event: Event) -> bool:
    if not isinstance(event, ScalarEvent) or event.value != "<<":
        return False
    return event.tag == _CORE + "merge" or bool(event.implicit[0])

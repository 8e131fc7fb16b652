"""Helm's `--set`, `--set-string` and `--set-file` on values, with the words that Argo CD passes to them.

Sources: Helm `pkg/strvals/parser.go`, argo-cd `util/helm/cmd.go` (`cleanSetParameters`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal

from gitopslint.model.document import Node
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.scalars import Scalar

SetKind = Literal["set", "set-string", "set-file"]
MOST_SETTINGS = 2000
_LARGEST_INDEX = 65536
_MOST_DOTS = 30
_INTEGER = lazy(r"[-+]?[0-9]+", re.ASCII)
_INT64 = 1 << 63
_UNESCAPED_COMMA, _ESCAPED = lazy(r"(?<!\\),"), r"\\,"


class SetError(ValueError):
    """Helm refuses a parameter; the message says why, without its value."""


class Setting(NamedTuple):
    """One parameter: `value` holds its text, or the content of the file for `set-file`."""

    name: str
    value: Node
    kind: SetKind


def apply_set(values: Node, settings: Iterable[Setting]) -> Node:
    """Return values with the parameters of an Argo CD Application set, one after the other.

    What is set carries the span of its value and shadows what it hides. Like Helm, `set` makes a whole number an
    exact one. Raises SetError and SettingsLimitError.
    """
    top = _copied(values)
    for number, one in enumerate(settings, 1):
        if number > MOST_SETTINGS:
            raise SettingsLimitError(f"it has more than {MOST_SETTINGS:,} parameters")
        _set(top, *one)
    return top


def _set(top: Node, name: str, value: Node, kind: SetKind) -> None:
    if kind == "set-file":
        expression = f"{name}=file"
    elif value.text.startswith("{") and value.text.endswith("}"):
        expression = f"{name}={value.text}"
    else:
        expression = f"{name}={_UNESCAPED_COMMA.sub(_ESCAPED, value.text)}"

    def leaf(text: str) -> Node:
        if kind == "set-file":
            text = value.text
        return value.changed(value=typed(text) if kind == "set" else text, text=text, duplicates=(), shadowed=())

    try:
        _Parser(expression, leaf, value).run(top)
    except SetError as error:  # a part of the value may be in what Helm takes for a name: it is not quoted
        raise SetError(f"{name!r} cannot be set: {error}") from None


def typed(text: str) -> Scalar:
    """Return what `--set` makes of a text: true, false, null, whole numbers, and strings of all else."""
    word = text.casefold() if len(text) in (4, 5) else ""
    if word in ("true", "false"):
        return word == "true"
    if word == "null":
        return None
    if _INTEGER.fullmatch(text) and (text == "0" or not text.startswith("0")) and -_INT64 <= int(text) < _INT64:
        return int(text)
    return text


class SettingsLimitError(ValueError):
    """There are more parameters than are read; nothing is known about what they make."""


class _EndError(Exception):
    """The expression ends here. What was set before stays."""


class _Parser:
    """Reads `a.b[0]=x,c={1,2}` and sets the values on the way, as Helm does."""

    def __init__(self, text: str, leaf: Callable[[str], Node], place: Node) -> None:
        self._text = text
        self._at = 0
        self._leaf = leaf
        self._place = place

    def run(self, top: Node) -> None:
        try:
            while True:
                self._key(top.mapping, 0)
        except _EndError:
            return

    def _key(self, entries: dict[str, Node], dots: int) -> None:
        key, stop = self._until("=[,.")
        if not stop:
            if key:
                raise SetError("a key has no value")
            raise _EndError
        if stop == ",":
            raise SetError("a key has no value")
        if stop == "=":
            self._value(lambda node: _put(entries, key, node))
        elif stop == "[":
            position = self._index()
            known = entries.get(key)
            if known is not None and not isinstance(known.value, list):
                raise SetError("it takes something for a list that is none")
            holder = known or self._made([])
            try:
                self._item(holder.items, position, dots)
            finally:
                _put(entries, key, holder, hide=False)
        else:
            self._below(entries, key, dots + 1)

    def _below(self, entries: dict[str, Node], key: str, dots: int) -> None:
        if dots > _MOST_DOTS:
            raise SetError(f"a name may have {_MOST_DOTS} dots and no more")
        known = entries.get(key)
        if known is not None and not isinstance(known.value, dict):
            raise SetError("it takes something for a mapping that is none")
        inner = known or self._made({})
        try:
            self._key(inner.mapping, dots)
        finally:
            if inner.mapping:
                _put(entries, key, inner, hide=False)
        if not inner.mapping:
            raise SetError("a key has no value")

    def _item(self, items: list[Node], position: int, dots: int) -> None:
        if position < 0:
            raise SetError("an index is negative")
        rest, stop = self._until("[.=")
        if rest:
            raise SetError("something stands behind an index")
        if not stop:
            raise _EndError
        known = items[position] if position < len(items) else None
        if stop == "=":
            self._value(lambda node: self._place_item(items, position, node))
        elif stop == "[":
            nested = self._index()
            if known is not None and known.value is not None and not isinstance(known.value, list):
                raise SetError("it takes something for a list that is none")
            holder = known if known is not None and known.value is not None else self._made([])
            self._item(holder.items, nested, dots)
            self._place_item(items, position, holder, hide=False)
        else:
            if known is None or not isinstance(known.value, dict):
                made = self._made({})
                if known is not None:
                    items[position] = made = _over(made, known)
                known = made
            self._key(known.mapping, dots)
            self._place_item(items, position, known, hide=False)

    def _place_item(self, items: list[Node], position: int, node: Node, *, hide: bool = True) -> None:
        if position > _LARGEST_INDEX:
            raise SetError(f"an index is larger than {_LARGEST_INDEX}")
        items.extend(self._place.changed(value=None, text="null") for _ in range(position + 1 - len(items)))
        hidden = items[position]
        items[position] = _over(node, hidden) if hide and hidden.span != node.span else node

    def _value(self, put: Callable[[Node], None]) -> None:
        """Read what stands behind `=`."""
        if self._at == len(self._text):
            put(self._leaf(""))
            raise _EndError
        if self._text[self._at] != "{":
            put(self._leaf(self._until(",")[0]))
            return
        self._at += 1
        items: list[Node] = []
        while True:
            text, stop = self._until(",}")
            if not stop:
                raise SetError("a list must end with '}'")
            items.append(self._leaf(text))
            if stop == "}":
                break
        if self._text[self._at : self._at + 1] == ",":
            self._at += 1
        put(self._made(items))

    def _index(self) -> int:
        text, stop = self._until("]")
        if not stop:
            raise _EndError
        if not _INTEGER.fullmatch(text) or not -_INT64 <= int(text) < _INT64:
            raise SetError("an index is no number")
        return int(text)

    def _until(self, stops: str) -> tuple[str, str]:
        """Read up to one of the characters, which is taken as well; it is empty at the end."""
        found: list[str] = []
        while self._at < len(self._text):
            character = self._text[self._at]
            self._at += 1
            if character in stops:
                return "".join(found), character
            if character == "\\":
                if self._at == len(self._text):
                    break
                character = self._text[self._at]
                self._at += 1
            found.append(character)
        return "".join(found), ""

    def _made(self, value: dict[str, Node] | list[Node]) -> Node:
        return Node(value, self._place.span, "block", key=self._place.key, uses=self._place.uses)


def _put(entries: dict[str, Node], key: str, node: Node, *, hide: bool = True) -> None:
    if key:  # Helm forgets what has no name
        hidden = entries.get(key)
        entries[key] = _over(node, hidden) if hide and hidden is not None else node


def _over(node: Node, hidden: Node) -> Node:
    return node.changed(shadowed=(*node.shadowed, hidden, *hidden.shadowed))


def _copied(node: Node) -> Node:
    """Copy mappings and lists, so that the values of another stack stay as they are."""
    if isinstance(node.value, dict):
        return node.changed(value={key: _copied(below) for key, below in node.value.items()})
    if isinstance(node.value, list):
        return node.changed(value=[_copied(item) for item in node.value])
    return node

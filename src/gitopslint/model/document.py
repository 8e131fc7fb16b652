"""YAML as Helm understands it: typed values that know where they stand and what they override."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.scalars import Scalar
from gitopslint.model.span import Span, file_start

KeyPath = tuple[str | int, ...]
"""The way from the top of a document to a value: mapping keys and list positions."""

Style = Literal["plain", "single", "double", "literal", "folded", "block", "flow"]

Later = tuple[Any, ...]
"""A function and the arguments from which it makes a span or a node: hardly one node in fifty is asked for either."""

Above = tuple[str, int, Sequence[str]]
"""The file of a node, how many lines stand above those from which its place is counted, and what fills gaps in them."""

_MADE_LATER = {"span": "_where", "key": "_key"}

_COLLECTIONS = (dict, list)


class Node:
    """A value, typed as Helm types it. Nothing changes a node once its document is built.

    `value` holds merge keys already applied. `text` is a scalar's content before typing. `uses` are the places
    where aliases or merge keys bring the value in, the innermost first; `span` is where it is written.
    `shadowed` are the values of lower layers that it hides, the nearest first.
    """

    # Written out, because a large repository has millions of nodes and a hook starts anew each time.
    __slots__ = ("_above", "_key", "_where", "duplicates", "shadowed", "style", "tag", "text", "uses", "value")

    def __init__(
        self,
        value: Scalar | dict[str, Node] | list[Node],
        span: Span | Later,
        style: Style,
        text: str = "",
        tag: str | None = None,
        key: Node | Later | None = None,
        uses: tuple[Span, ...] = (),
        shadowed: tuple[Node, ...] = (),
        duplicates: tuple[tuple[Node, Node], ...] = (),
        above: Above | None = None,
    ) -> None:
        """Where there are lines `above`, `span` and `key` are counted from there, and so can belong to many nodes.

        A span that is made later is made of what is above, then.
        """
        self.value = value
        self._where: Any = span
        self.style = style
        self.text = text
        self.tag = tag
        self._key: Any = key
        self.uses = uses
        self.shadowed = shadowed
        self.duplicates = duplicates
        self._above = above

    def __repr__(self) -> str:
        return f"Node({self.value!r}, {self.span})"

    @property
    def span(self) -> Span:
        """Where the value is written."""
        if self._above is not None:
            self._settle()
        if self._where.__class__ is tuple:
            make, *given = self._where
            self._where = make(*given)
        where: Span = self._where
        return where

    def stands_where(self, other: Node) -> bool:
        """Tell whether two nodes are one written value, without working out where it stands if that can be helped."""
        mine, its = self._above, other._above
        if self._where.__class__ is other._where.__class__ and (mine is None) is (its is None):
            return mine == its and bool(self._where == other._where)
        return self.span == other.span

    @property
    def key(self) -> Node | None:
        """The key under which the value stands."""
        if self._above is not None:
            self._settle()
        if self._key.__class__ is tuple:
            make, *given = self._key
            self._key = make(*given)
        key: Node | None = self._key
        return key

    def changed(self, **fields: Any) -> Node:
        """Return a copy in which some fields have other values."""
        if not _MADE_LATER.keys().isdisjoint(fields):
            self._settle()
        copy = self._copy()
        for name, value in fields.items():
            setattr(copy, _MADE_LATER.get(name, name), value)
        return copy

    def with_value(self, value: dict[str, Node]) -> Node:
        """Return a copy of a mapping with other entries. As `changed`, for less: merging makes many."""
        copy = self._copy()
        copy.value = value
        return copy

    def over(self, hidden: tuple[Node, ...]) -> Node:
        """Return a copy that hides other values. As `changed`, for less: merging makes many."""
        copy = self._copy()
        copy.shadowed = hidden
        return copy

    def _copy(self) -> Node:
        return Node(
            self.value,
            self._where,
            self.style,
            self.text,
            self.tag,
            self._key,
            self.uses,
            self.shadowed,
            self.duplicates,
            self._above,
        )

    def _settle(self) -> None:
        """Work out where the node stands in its file."""
        if self._above is None:
            return
        path, above, gaps = self._above
        self._above = None
        if self._where.__class__ is Span:
            self._where = self._where.below(path, above)
        else:
            make, *given = self._where
            self._where = make(path, above, gaps, *given)
        if self._key is not None:
            self._key = (_key_below, path, above, self._key)

    @property
    def mapping(self) -> dict[str, Node]:
        """The entries of a mapping; empty for anything else."""
        value = self.value
        return value if isinstance(value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list; empty for anything else."""
        value = self.value
        return value if isinstance(value, list) else []

    @property
    def is_scalar(self) -> bool:
        """Whether this is neither a mapping nor a list."""
        return not isinstance(self.value, _COLLECTIONS)

    @property
    def key_span(self) -> Span:
        """Where the key of this value stands, or the value itself where it has none."""
        key = self.key
        return self.span if key is None else key.span


def _key_below(path: str, above: int, key: Node) -> Node:
    return key.changed(span=key.span.below(path, above))


class Problem(NamedTuple):
    """Why a file cannot be used as it stands.

    `syntax`: it is not YAML. `helm`: it is YAML that Helm refuses. `limit`: it is beyond what gitopslint reads,
    so nothing can be said about it.
    """

    kind: Literal["syntax", "helm", "limit"]
    message: str
    span: Span


class Document(NamedTuple):
    """One YAML file. `roots` are the top values of its documents, read up to the first problem.

    `unrepeated`: whoever read it saw that no key is set twice, so nobody has to look for one that is.
    """

    path: str
    text: str
    roots: tuple[Node, ...] = ()
    problem: Problem | None = None
    unrepeated: bool = False

    @property
    def root(self) -> Node:
        """The document that Helm reads: the first one, where an absent or null one is an empty mapping."""
        if self.roots and self.roots[0].value is not None:
            return self.roots[0]
        return Node({}, self.roots[0].span if self.roots else file_start(self.path), "block")


def beyond(path: str, why: str) -> Document:
    """Return a file about which nothing is known, because it is beyond what is read."""
    return Document(path, "", (), Problem("limit", why, file_start(path)))


class Comment(NamedTuple):
    """A YAML comment without its `#`; `alone` when nothing else stands on its line."""

    line: int
    column: int
    text: str
    alone: bool


def find(node: Node, path: KeyPath) -> Node | None:
    """Return the value at `path` below `node`, or None. Its `uses` include those of the values on the way."""
    uses: tuple[Span, ...] = ()
    for step in path:
        if node.uses:
            uses = node.uses + uses
        value = node.value
        if isinstance(value, dict):
            entries: dict[Any, Node] = value
            below = entries.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            below = value[step]
        else:
            return None
        if below is None:
            return None
        node = below
    return node.changed(uses=node.uses + uses) if uses else node


def text_at(node: Node, *path: str) -> str:
    """Return the text of the scalar at `path` below `node`; empty where there is none, or null."""
    # Its own loop: an Application is asked for eighteen texts, and none for the way to them.
    value = node.value
    for step in path:
        below = value.get(step) if isinstance(value, dict) else None
        if below is None:
            return ""
        node, value = below, below.value
    return "" if value is None or isinstance(value, _COLLECTIONS) else node.text


def items_at(node: Node, *path: str) -> list[Node]:
    """Return the items of the list at `path` below `node`; none where there is no list."""
    found = find(node, path)
    return found.items if found is not None else []


def walk(node: Node, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Node]]:
    """Yield `node` and everything below it with its key path, in file order of first appearance."""
    # A stack and not a recursion, in which each value would pass through as many generators as it is deep.
    waiting = [(path, node)]
    while waiting:
        path, node = one = waiting.pop()
        yield one
        value = node.value
        if isinstance(value, dict):
            waiting += [((*path, key), value[key]) for key in reversed(value)]
        elif isinstance(value, list):
            waiting += [((*path, position), value[position]) for position in range(len(value) - 1, -1, -1)]


def leaves(node: Node) -> Iterator[tuple[KeyPath, Node]]:
    """Yield the scalars and the empty mappings and lists below `node`: what a layer really sets."""
    # Its own loop: to pass through `walk` takes half as long again.
    waiting: list[tuple[KeyPath, Node]] = [((), node)]
    while waiting:
        path, node = one = waiting.pop()
        value = node.value
        if not value or not isinstance(value, _COLLECTIONS):
            yield one
        elif isinstance(value, dict):
            waiting += [((*path, key), value[key]) for key in reversed(value)]
        else:
            waiting += [((*path, position), value[position]) for position in range(len(value) - 1, -1, -1)]


def collections(node: Node) -> Iterator[tuple[KeyPath, Node]]:
    """Yield the mappings and lists of `node` and below it, as `walk` does, without the many scalars in them."""
    waiting: list[tuple[KeyPath, Node]] = [((), node)]
    while waiting:
        path, node = one = waiting.pop()
        value = node.value
        if isinstance(value, dict):
            below: list[tuple[KeyPath, Node]] = [
                ((*path, key), inner) for key, inner in value.items() if isinstance(inner.value, _COLLECTIONS)
            ]
        elif isinstance(value, list):
            below = [
                ((*path, position), inner)
                for position, inner in enumerate(value)
                if isinstance(inner.value, _COLLECTIONS)
            ]
        else:
            continue
        yield one
        waiting += reversed(below)


def plain(node: Node) -> Any:
    """Turn a node into dicts, lists and scalars; whole numbers become ints."""
    if isinstance(node.value, dict):
        return {key: plain(below) for key, below in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    if isinstance(node.value, float) and node.value.is_integer():
        return int(node.value)
    return node.value


def parse_key_path(text: str) -> KeyPath:
    r"""Read `a.b.c` as a key path; `\.` is a dot inside a key. Raises ValueError for an empty part."""
    parts = [part.replace("\0", ".") for part in text.replace(r"\.", "\0").split(".")]
    if not all(parts):
        raise ValueError(f"{text!r} is not a key path such as 'image.tag'")
    return tuple(parts)


def parse_place(text: str) -> KeyPath:
    r"""Read `jobs[0].image` as the way to one value: keys, and positions in lists. Raises ValueError."""
    path: list[str | int] = []
    for part in parse_key_path(text):
        name, *positions = str(part).split("[")
        numbers = [one.removesuffix("]") for one in positions]
        if not name or not all(one.endswith("]") and one[:-1].isdecimal() for one in positions):
            raise ValueError(f"{text!r} is not a key path such as 'image.tag' or 'images[0].tag'")
        path += [name, *map(int, numbers)]
    return tuple(path)


def dotted(path: KeyPath) -> str:
    """Write a key path for people: `jobs[0].image`, with keys that hold a dot in quotes."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + (f'"{step}"' if "." in step or not step else step)
    return text


def matches(pattern: KeyPath, path: KeyPath) -> bool:
    """Tell whether a key path fits a pattern, in which `*` stands for one step and `**` for any number."""
    at = step = 0
    after = retry = -1  # where to go on when the latest `**` has to take one step more
    while step < len(path):
        if at < len(pattern) and pattern[at] == "**":
            at, after, retry = at + 1, at + 1, step
        elif at < len(pattern) and pattern[at] in ("*", path[step]):
            at, step = at + 1, step + 1
        elif after >= 0:
            retry += 1
            at, step = after, retry
        else:
            return False
    return all(rest == "**" for rest in pattern[at:])


def leads_to(path: KeyPath, pattern: KeyPath) -> bool:
    """Tell whether something below `path` could fit the pattern."""
    if not path:
        return bool(pattern)
    if not pattern:
        return False
    if pattern[0] == "**":
        return True
    return pattern[0] in ("*", path[0]) and leads_to(path[1:], pattern[1:])

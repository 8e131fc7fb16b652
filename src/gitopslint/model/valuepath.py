"""Paths over values: `env.PORT`, `ingress.hosts[*].host`, `jobs.*.image`, `**.image`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from gitopslint.model.document import KeyPath, Node
from gitopslint.model.lazy import lazy
from gitopslint.model.span import Span

ANY_KEY, ANY_ITEM, ANY_DEPTH = "*", "[*]", "**"

_KEY = lazy(r"(?:\\.|[^.\[\]\\])+")
_ITEM = lazy(r"\[(\*|[0-9]{1,6})\]")


class Wild(str):
    """A step of a path that stands for many: `*` for one key, `[*]` for one item, `**` for any number of both."""

    __slots__ = ()


Steps = tuple[str | int, ...]
"""A parsed path: keys, positions, and `Wild` where it stands for many."""


@lru_cache(maxsize=1024)
def parse_value_path(text: str) -> Steps:
    r"""Read a path over values. `\` takes the meaning from the character behind it. Raises ValueError."""
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        if (item := _ITEM.match(text, at)) and at > 0:
            steps.append(Wild(ANY_ITEM) if item[1] == "*" else int(item[1]))
            at = item.end()
        elif key := _KEY.match(text, at):
            wild = key[0] in (ANY_KEY, ANY_DEPTH)
            steps.append(Wild(key[0]) if wild else re.sub(r"\\(.)", r"\1", key[0]))
            at = key.end()
        else:
            break
        if at < len(text) and text[at] == ".":
            at += 1
            if at == len(text) or text[at] == "[":
                break
        elif at < len(text) and text[at] != "[":
            break
    else:
        if steps:
            return tuple(steps)
    raise ValueError(f"{text!r} is not a path over values such as 'env.PORT' or 'ingress.hosts[*].host'")


def select(root: Node, steps: Steps) -> Iterator[tuple[KeyPath, Node]]:
    """Yield every value at a path, in file order, each once; its `uses` include those of the values on the way.

    One walk with all the positions in the path at which it can be, so no pattern takes more than values times steps.
    """
    if ANY_DEPTH not in steps:  # the common case: every step leads one down
        return _along(root, steps, ())
    return _select(root, steps, _reached(steps, frozenset({0})), (), ())


def _along(node: Node, steps: Steps, path: KeyPath, uses: tuple[Span, ...] = ()) -> Iterator[tuple[KeyPath, Node]]:
    for at in range(len(path), len(steps)):
        step, value = steps[at], node.value
        uses = node.uses + uses
        if isinstance(step, Wild):
            below: Iterable[tuple[str | int, Node]] = ()
            if step == ANY_ITEM:
                below = enumerate(value) if isinstance(value, list) else ()
            elif isinstance(value, dict):
                below = value.items()
            for one, inner in below:
                yield from _along(inner, steps, (*path, one), uses)
            return
        found: Node | None = None
        if isinstance(value, dict) and isinstance(step, str):
            found = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            found = value[step]
        if found is None:
            return
        node, path = found, (*path, step)
    yield path, (node.changed(uses=node.uses + uses) if uses else node)


def _select(
    node: Node, steps: Steps, at: frozenset[int], path: KeyPath, uses: tuple[Span, ...]
) -> Iterator[tuple[KeyPath, Node]]:
    if len(steps) in at:
        yield path, (node.changed(uses=node.uses + uses) if uses else node)
    if not (isinstance(node.value, dict | list) and any(position < len(steps) for position in at)):
        return
    if isinstance(node.value, dict):
        entries: Iterator[tuple[str | int, Node]] = iter(node.value.items())
    else:
        entries = iter(enumerate(node.value))
    for step, below in entries:
        if after := _reached(steps, frozenset(_after(steps, at, step))):
            yield from _select(below, steps, after, (*path, step), node.uses + uses)


def _after(steps: Steps, at: frozenset[int], step: str | int) -> Iterator[int]:
    for position in at:
        if position == len(steps):
            continue
        wanted = steps[position]
        if not isinstance(wanted, Wild):
            if wanted == step and isinstance(wanted, int) == isinstance(step, int):
                yield position + 1
        elif wanted == ANY_DEPTH:
            yield position
        elif (wanted == ANY_ITEM) == isinstance(step, int):
            yield position + 1


def _reached(steps: Steps, at: frozenset[int]) -> frozenset[int]:
    """Add the positions behind every `**` that stands for nothing."""
    reached = set(at)
    for position in sorted(at):
        while position < len(steps) and isinstance(steps[position], Wild) and steps[position] == ANY_DEPTH:
            position += 1
            reached.add(position)
    return frozenset(reached)


def demanded(root: Node, steps: Steps) -> Iterator[tuple[Steps, bool]]:
    """Yield each place where a value should be by a path, and whether anything but nothing is there.

    Behind its last `*` or `[*]` the path must go on in every key or item that there is: with `hosts[*].host` every
    host needs one. A path that ends in one of them, or holds `**`, must lead anywhere at all.
    """
    last = max((position for position, step in enumerate(steps) if isinstance(step, Wild)), default=-1)
    if last == len(steps) - 1 or Wild(ANY_DEPTH) in steps:
        yield steps, any(not is_empty(node) for _, node in select(root, steps))
        return
    starts = [((), root)] if last < 0 else list(select(root, steps[: last + 1]))
    for path, node in starts:
        rest = steps[last + 1 :]
        yield (*path, *rest), any(not is_empty(found) for _, found in select(node, rest))


def is_empty(node: Node) -> bool:
    """Tell whether a value counts as absent: null, an empty text, mapping or list. Charts use these for "not set"."""
    return node.value is None or node.value == "" or (not node.is_scalar and not node.value)


def written(steps: Steps) -> str:
    """Write a path for people, as it is written in a rule."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif isinstance(step, Wild) and step == ANY_ITEM:
            text += ANY_ITEM
        else:
            key = step if isinstance(step, Wild) else re.sub(r"([.\[\]\\])", r"\\\1", step)
            text += f".{key}" if text else key
    return text

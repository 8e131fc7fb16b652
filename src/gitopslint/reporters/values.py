"""Merged values, each with the place that sets it and what it overrides there. Secrets are left out everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from gitopslint.model.document import KeyPath, Node
from gitopslint.model.layer import Stack
from gitopslint.model.redaction import judged, redacted
from gitopslint.model.span import Span
from gitopslint.reporters.escape import encodable, visible
from gitopslint.reporters.scalars import yaml_scalar

_VERSION: Literal[1] = 1
_LONGEST_VALUE, _LONGEST_OLD = 100, 40
_FURTHEST_COLUMN = 72


@dataclass(frozen=True, slots=True)
class View:
    """A stack, or what stands at one key path of it. `way` is the path by which to judge whether that is secret."""

    stack: Stack
    path: KeyPath
    way: KeyPath
    node: Node


# The classes below are the JSON format. A field that is renamed, removed or gets another meaning needs a new version;
# a new field does not.


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """A stretch of a file. Its path starts at the top of the git repository, or at the root without one."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class SettingEntry:
    """A value and where it is written; a redacted one says only how long it is.

    A mapping or list that is overridden, or empty, stands as `{}` or `[]`.
    """

    value: Any
    redacted: bool
    place: PlaceEntry


@dataclass(frozen=True, slots=True)
class LeafEntry:
    """A scalar, or an empty mapping or list: what it overrides, the nearest first, and the aliases that bring it in."""

    key_path: list[str | int]
    value: Any
    redacted: bool
    place: PlaceEntry
    overrides: list[SettingEntry]
    used_at: list[PlaceEntry]


@dataclass(frozen=True, slots=True)
class GapEntry:
    """A part of the values that may lack something, and why."""

    key_path: list[str | int]
    reason: str


@dataclass(frozen=True, slots=True)
class StackEntry:
    """The values of one app in one environment. `layers` are the files from the lowest to the highest."""

    app: str
    environment: str
    application: str | None
    layers: list[str]
    values: list[LeafEntry]
    gaps: list[GapEntry]


@dataclass(frozen=True, slots=True)
class ValuesEntry:
    """What `gitopslint values --format json` writes."""

    version: Literal[1]
    stacks: list[StackEntry]


def render_json(views: Sequence[View], prefix: str) -> str:
    """Return the leaves of the values for programs."""
    return (
        json.dumps(
            asdict(ValuesEntry(_VERSION, [_stack(view, prefix) for view in views])), indent=2, ensure_ascii=False
        )
        + "\n"
    )


def render_yaml(views: Sequence[View]) -> str:
    """Return the plain values as YAML, typed as Helm types them."""
    return "---\n".join("".join(f"{line}\n" for line, _ in _tree(view, None)) for view in views)


def render_text(views: Sequence[View], prefix: str) -> str:
    """Return the values as a YAML tree in which a comment behind each leaf tells where it comes from."""
    pages = []
    for view in views:
        lines = list(_tree(view, prefix))
        column = min(max((len(line) for line, comment in lines if comment), default=0), _FURTHEST_COLUMN)
        application = view.stack.application
        title = [f"# {visible(str(application))}"] if len(views) > 1 and application is not None else []
        pages.append(
            "".join(
                f"{line}\n"
                for line in (*title, *(f"{line:{column}}  # {comment}" if comment else line for line, comment in lines))
            )
        )
    return "\n".join(pages)


_Line = tuple[str, str]
"""A line of YAML and the comment behind it."""


def _tree(view: View, prefix: str | None) -> Iterator[_Line]:
    """Yield the lines of a tree; with comments, and with long values cut, where there is a prefix for paths."""
    if view.node.is_scalar or not view.node.value:
        yield _leaf(view.way, view.node, prefix)
        return
    yield from _below(view.way, view.node, "", prefix)


def _below(path: KeyPath, node: Node, indent: str, prefix: str | None) -> Iterator[_Line]:
    for step, way, below in judged(path, node):
        head = "-" if isinstance(step, int) else f"{_key(step)}:"
        if below.is_scalar or not below.value:
            text, comment = _leaf(way, below, prefix)
            yield f"{indent}{head} {text}", comment
            continue
        lines = _below(way, below, indent + "  ", prefix)
        if isinstance(step, int) and not (prefix is not None and below.shadowed):
            first, comment = next(lines)
            yield f"{indent}- {first[len(indent) + 2 :]}", comment
        else:
            yield f"{indent}{head}", _over(way, below, prefix).removeprefix(", ")
        yield from lines


def _leaf(path: KeyPath, node: Node, prefix: str | None) -> _Line:
    text = _text(path, node)
    if prefix is None:
        return text, ""
    used = "".join(f", used on line {use.line}" for use in node.uses)
    return _cut(text, _LONGEST_VALUE), f"{_at(node.span, prefix)}{used}{_over(path, node, prefix)}"


def _over(path: KeyPath, node: Node, prefix: str | None) -> str:
    """Return what a value overrides, as the end of a comment."""
    if prefix is None or not node.shadowed:
        return ""
    return ", over " + ", ".join(f"{_at(old.span, prefix)} {_old(path, old)}" for old in node.shadowed)


def _old(path: KeyPath, node: Node) -> str:
    if not node.is_scalar:
        return ("a mapping" if isinstance(node.value, dict) else "a list") if node.value else _text(path, node)
    return redacted(path, node) or _cut(
        repr(node.value) if isinstance(node.value, str) else _text(path, node), _LONGEST_OLD
    )


def _text(path: KeyPath, node: Node) -> str:
    if isinstance(node.value, dict):
        return "{}"
    if isinstance(node.value, list):
        return "[]"
    return yaml_scalar(redacted(path, node) or node.value)


def _key(name: str) -> str:
    return yaml_scalar(name)


def _cut(text: str, longest: int) -> str:
    text = visible(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _at(span: Span, prefix: str) -> str:
    return f"{visible(prefix + span.path)}:{span.line}"


def _stack(view: View, prefix: str) -> StackEntry:
    stack = view.stack
    return StackEntry(
        encodable(stack.app),
        stack.environment,
        encodable(str(stack.application)) if stack.application is not None else None,
        [encodable(prefix + layer.path) for layer in stack.layers],
        list(_leaves(view.path, view.way, view.node, prefix)),
        [GapEntry(_steps(gap.path), visible(gap.reason)) for gap in stack.gaps],
    )


def _leaves(path: KeyPath, way: KeyPath, node: Node, prefix: str) -> Iterator[LeafEntry]:
    """Yield the leaves below a node that stands at `path` and is judged as if it stood at `way`."""
    if not node.is_scalar and node.value:
        for step, inner, below in judged(way, node):
            yield from _leaves((*path, step), inner, below, prefix)
        return
    own = _setting(way, node, prefix)
    yield LeafEntry(
        _steps(path),
        own.value,
        own.redacted,
        own.place,
        overrides=[_setting(way, old, prefix) for old in node.shadowed],
        used_at=[_place(use, prefix) for use in node.uses],
    )


def _setting(path: KeyPath, node: Node, prefix: str) -> SettingEntry:
    hidden = redacted(path, node)
    value: Any = node.value
    if isinstance(value, dict | list):
        value = type(value)()
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    elif isinstance(value, str):
        value = encodable(value)
    return SettingEntry(hidden or value, hidden is not None, _place(node.span, prefix))


def _steps(path: KeyPath) -> list[str | int]:
    return [encodable(step) if isinstance(step, str) else step for step in path]


def _place(span: Span, prefix: str) -> PlaceEntry:
    return PlaceEntry(encodable(prefix + span.path), span.line, span.column, span.end_line, span.end_column)

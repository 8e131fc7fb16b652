"""Nodes as a test can hold them against an expectation: their text in the file, and all that they consist of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitopslint.model.document import Document, Node, walk
from gitopslint.model.span import Span


def under(text: str, span: Span) -> str:
    """Return the text that a span covers. Only a line feed ends a line, and a carriage return before it is not text."""
    lines = [line.removesuffix("\r") for line in text.split("\n")][span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def lies_inside(text: str, span: Span) -> bool:
    """Tell whether a span starts before it ends, and both on characters of the text or right behind a line."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return (
        1 <= span.line <= span.end_line <= len(lines)
        and 1 <= span.column <= len(lines[span.line - 1]) + 1
        and 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
        and (span.line, span.column) <= (span.end_line, span.end_column)
    )


def at(text: str, span: Span) -> str:
    """Write a span as a table can expect it: where it starts, and the text under it."""
    covered = under(text, span)
    return f"{span.line}:{span.column} {covered}" if covered else f"{span.line}:{span.column}"


def all_nodes(document: Document) -> Iterator[Node]:
    """Yield every node of a file: values, keys, and what a second key of the same name hides."""
    for root in document.roots:
        yield from _with_keys(root)


def _with_keys(root: Node) -> Iterator[Node]:
    for _, node in walk(root):
        yield node
        if node.key is not None:
            yield node.key
        for pair in node.duplicates:
            for one in pair:
                yield from _with_keys(one)


def values(node: Node) -> Any:
    """Return the typed values below a node, numbers as the floats that Helm makes of them."""
    if isinstance(node.value, dict):
        return {key: values(below) for key, below in node.value.items()}
    if isinstance(node.value, list):
        return [values(item) for item in node.value]
    return node.value


def everything(node: Node) -> dict[str, Any]:
    """Return all that a node says about itself and what is below it."""
    value: Any = node.value
    if isinstance(node.value, dict):
        value = [(key, everything(below)) for key, below in node.value.items()]
    elif isinstance(node.value, list):
        value = [everything(item) for item in node.value]
    return {
        "value": value if isinstance(value, list) else repr(value),
        "span": node.span,
        "uses": node.uses,
        "text": node.text,
        "style": node.style,
        "tag": node.tag,
        "key": None if node.key is None else everything(node.key),
        "duplicates": [(everything(one), everything(other)) for one, other in node.duplicates],
    }

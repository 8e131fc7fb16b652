"""YAML inside YAML, such as `helm.values: |` of an Application, with places in the file around it."""

from __future__ import annotations

from collections.abc import Callable

from gitopslint.loaders import yaml
from gitopslint.model.document import Document, Node
from gitopslint.model.span import Span

_Move = Callable[[Span], Span]


def embedded(node: Node, outer: Document) -> Document:
    """Parse the text of a scalar. In a literal block every place is exact; elsewhere all stand on the scalar."""
    inner = yaml.parse(outer.path, node.text.encode("utf-8", "surrogatepass"))
    move = _mover(node, outer)
    problem = inner.problem
    if problem is not None:
        problem = problem._replace(span=move(problem.span))
    return Document(outer.path, outer.text, tuple(_moved(root, move) for root in inner.roots), problem)


def _mover(node: Node, outer: Document) -> _Move:
    if node.style != "literal":
        return lambda _: node.span
    lines = outer.text.split("\n")
    first = node.span.line + 1
    written = next((line for line in lines[first - 1 : node.span.end_line] if line.strip()), "")
    inner = next((line for line in node.text.split("\n") if line.strip()), "")
    indent = len(written.rstrip("\r")) - len(inner)

    def move(span: Span) -> Span:
        return Span(
            span.path, span.line + first - 1, span.column + indent, span.end_line + first - 1, span.end_column + indent
        )

    return move


def _moved(node: Node, move: _Move) -> Node:
    value = node.value
    if isinstance(value, dict):
        value = {key: _moved(below, move) for key, below in value.items()}
    elif isinstance(value, list):
        value = [_moved(item, move) for item in value]
    return node.changed(
        value=value,
        span=move(node.span),
        key=None if node.key is None else _moved(node.key, move),
        uses=tuple(move(use) for use in node.uses),
        duplicates=tuple((_moved(first, move), _moved(second, move)) for first, second in node.duplicates),
    )

"""Fixes for what is set more than once: the lines that change nothing go."""

from __future__ import annotations

from gitopslint.model.document import Document, KeyPath, Node, plain
from gitopslint.model.edits import Lines
from gitopslint.model.entries import comment_in, without, without_lines
from gitopslint.model.finding import Edit, Fix
from gitopslint.model.layer import Layer, Stack


def without_dropped(document: Document, dropped: Node, kept: Node) -> Fix | None:
    """Return the fix that takes away the entry of a mapping that Helm drops: unsafe where it says something else."""
    if dropped.key is None or dropped.uses:
        return None
    lines = Lines(document.text)
    edit = without_lines(lines, dropped, dropped.key)
    if edit is None:
        return None
    safe = not comment_in(lines, edit.span) and _alike(dropped, kept)
    return Fix("Take away the entry that Helm drops.", (edit,), safe, neutral=True)


def without_repetition(stack: Stack, path: KeyPath, nodes: list[Node], *, of_image: bool) -> Fix | None:
    """Return the fix that leaves a value in one of the layers that set it, if all of them say the same.

    `nodes` are the value that counts and those that it hides. An image stays in the release layer, all else outside
    of it. Where a layer is shared, other stacks may need its value, so the fix is unsafe.
    """
    layers = {layer.path: layer for layer in stack.layers}
    first = nodes[0]
    if not all(_alike(first, node) and not node.uses for node in nodes):
        return None
    kept = next((node for node in nodes if (layers[node.span.path].role == "release") == of_image), first)
    gone = [node for node in nodes if node is not kept]
    left = next((node for node in nodes[0].shadowed if node not in gone), None)
    if kept is not first and left is not kept:
        return None  # what lies between would come to light
    edits: list[Edit] = []
    safe = True
    for node in gone:
        layer = layers[node.span.path]
        edit = without(layer.document, path)
        if edit is None:
            return None
        edits.append(edit)
        safe = safe and _is_own(layer) and not comment_in(Lines(layer.document.text), edit.span)
    return Fix(f"Keep it in {kept.span.path} alone.", tuple(edits), safe, neutral=True)


def _alike(one: Node, other: Node) -> bool:
    """Tell whether two values are the same, with their types: to Python 1 and True are equal."""
    return repr(plain(one)) == repr(plain(other))


def _is_own(layer: Layer) -> bool:
    return layer.app is not None and layer.environment is not None

"""Single values of a YAML text, rewritten where they stand: all around them stays as it is, to the byte.

Each function returns the smallest edit. What it cannot say by an edit of one place it refuses, and whoever uses it has
to read the outcome again: an anchor, or a parser that sees more, can still make something else of it.
"""

from __future__ import annotations

from gitopslint.model.document import Document, KeyPath, Node, Style, dotted
from gitopslint.model.edits import Lines
from gitopslint.model.finding import Edit
from gitopslint.model.lazy import lazy
from gitopslint.model.scalars import resolve
from gitopslint.model.span import Span

_PLAIN = lazy(r"[A-Za-z0-9_][A-Za-z0-9_./@-]*(?::[A-Za-z0-9_./@-]+)*")
_PLAIN_KEY = lazy(r"[A-Za-z_][A-Za-z0-9_./-]*")
_REST = lazy(r"(?P<colon>[ \t]*:)?[ \t]*(?P<comment>(?<![^ \t:])#.*)?")
_ANCHOR = lazy(r"(?:^|[\s:,\[{-])&[^\s,\[\]{}]")
_JSON = lazy(r'\s*\{\s*"')
_STEP = "  "


class UnwritableError(Exception):
    """A value that no edit of one place can change; the message says why, and what to do instead."""


def written_as(text: str, style: Style = "plain") -> str:
    """Return a text as YAML in the quotes that stood there; where Helm would make something else of it, in quotes."""
    if style == "single":
        return "'" + text.replace("'", "''") + "'"
    if style != "double" and _PLAIN.fullmatch(text) and resolve(text) == text:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def setting(document: Document, path: KeyPath, text: str) -> Edit:
    """Return the edit that gives the value at a key path another text, or adds it. Raises UnwritableError."""
    lines = Lines(document.text)
    mapping = document.root
    for depth, step in enumerate(path):
        if _is_empty(mapping) and mapping.key is not None:
            return _below(lines, mapping.key, path[depth:], text)
        entry = _entry(mapping, step)
        last = depth + 1 == len(path)
        if isinstance(step, int):
            if entry is None:
                at = dotted(path[: depth + 1])
                raise UnwritableError(f"{mapping.span}: there is no {at!r}: write it out")
        elif not isinstance(mapping.value, dict):
            at = dotted(path[:depth])
            raise UnwritableError(f"{mapping.span}: {at!r} is no mapping, so {dotted(path)!r} cannot be set in it")
        elif entry is None or (last and _merged(lines, entry)):
            return _added(lines, mapping, path[depth:], text)
        if entry.uses and not last:
            raise UnwritableError(
                f"{entry.uses[-1]}: an anchor brings {dotted(path[: depth + 1])!r} in, and others may use it: "
                f"write the mapping out there"
            )
        mapping = entry
    return _replaced(lines, mapping, path, text)


def _entry(around: Node, step: str | int) -> Node | None:
    """Return what stands under a key of a mapping, or at a position in a list."""
    if isinstance(step, int):
        return around.items[step] if step < len(around.items) else None
    return around.mapping.get(step)


def without(document: Document, path: KeyPath) -> Edit | None:
    """Return the edit that takes an entry out with its lines, and mappings that hold nothing else with it.

    None where other text stands there, or where nothing else is in the file.
    """
    mapping = document.root
    around = [mapping]
    for step in path[:-1]:
        mapping = _entry(mapping, step) or mapping
        around.append(mapping)
        if mapping.uses:
            return None
    depth = len(path) - 1
    while depth and len(around[depth].mapping) == 1 and not around[depth].duplicates:
        depth -= 1  # alone it would leave a null behind
    mapping = around[depth]
    entry = mapping.mapping.get(str(path[depth]))
    if entry is None or entry.key is None or len(mapping.mapping) < 2 or mapping.style != "block":
        return None
    return without_lines(Lines(document.text), entry, entry.key)


def without_lines(lines: Lines, entry: Node, key: Node) -> Edit | None:
    """Return the edit that takes away the lines of an entry; None where they hold anything else of the document."""
    start, end = key.span, _end(entry)
    before = lines.line(start.line)[: start.column - 1]
    after = _REST.fullmatch(lines.line(end.end_line)[end.end_column - 1 :])
    if before.strip(" ") or after is None:
        return None
    path = start.path
    if any(_ANCHOR.search(lines.line(number)) for number in range(start.line, end.end_line + 1)):
        return None  # other values may be made of it
    if end.end_line < lines.count:
        return Edit(Span(path, start.line, 1, end.end_line + 1, 1), "")
    last = len(lines.line(end.end_line)) + 1
    if start.line == 1:
        return Edit(Span(path, 1, 1, end.end_line, last), "")
    return Edit(Span(path, start.line - 1, len(lines.line(start.line - 1)) + 1, end.end_line, last), "")


def is_anchored(lines: Lines, node: Node) -> bool:
    """Tell whether a value has an anchor, or is brought in by one: then others may be the same one."""
    return bool(node.uses) or _ANCHOR.search(lines.line(node.span.line)[: node.span.column - 1]) is not None


def comment_in(lines: Lines, span: Span) -> bool:
    """Tell whether anything in the lines of an edit may be a comment."""
    return any("#" in lines.line(number) for number in range(span.line, span.end_line + 1))


def _replaced(lines: Lines, node: Node, path: KeyPath, text: str) -> Edit:
    if not node.is_scalar:
        raise UnwritableError(f"{node.span}: {dotted(path)!r} holds a mapping or a list, and not one value")
    if node.uses:
        return Edit(node.uses[-1], written_as(text))
    if _is_empty(node):
        at = _behind_colon(lines, node.key_span)
        return Edit(at, " " + written_as(text))
    if node.style in ("literal", "folded") and "#" in lines.line(node.span.line)[node.span.column - 1 :]:
        raise UnwritableError(f"{node.span}: {dotted(path)!r} is a block of text with a comment: write it on one line")
    return Edit(node.span, written_as(text, node.style))


def _added(lines: Lines, mapping: Node, rest: KeyPath, text: str) -> Edit:
    """Add what is missing of a key path behind the last entry of a mapping."""
    last = max(mapping.mapping.values(), key=lambda node: _end(node)[3:], default=None)
    if mapping.style == "flow":
        style: Style = "double" if _is_json(lines, last) else "plain"
        keys = [written_as(str(key), "double") for key in rest] if style == "double" else _keys(rest)
        inside = written_as(text, style)
        for key in reversed(keys[1:]):
            inside = f"{{{key}: {inside}}}"
        entry = f"{keys[0]}: {inside}"
        if last is not None:
            return Edit(_after(_end(last)), f", {entry}")
        closing = mapping.span._replace(line=mapping.span.end_line, column=mapping.span.end_column - 1)
        return Edit(closing._replace(end_column=closing.column), entry)
    if last is not None:
        own = [node.key.span.column for node in mapping.mapping.values() if node.key and not _merged(lines, node)]
        end = _end(last)
        at = len(lines.line(end.end_line)) + 1
        body = _block(lines, rest, text, min(own, default=mapping.span.column))
        return Edit(Span(end.path, end.end_line, at, end.end_line, at), _newline(lines) + body)
    if mapping.key is None and not lines.line(lines.count).strip():  # an empty document
        bottom = Span(mapping.span.path, lines.count, 1, lines.count, 1)
        return Edit(bottom, _block(lines, rest, text, 1) + _newline(lines))
    raise UnwritableError(f"{mapping.span}: {dotted(rest)!r} is not set here: write it out")


def _is_json(lines: Lines, beside: Node | None) -> bool:
    """Tell whether keys are written as JSON wants them: then the next one is, too."""
    if beside is None or beside.key is None:
        return _JSON.match(lines.text) is not None
    return lines.written(beside.key.span).startswith('"')


def _below(lines: Lines, key: Node, rest: KeyPath, text: str) -> Edit:
    """Add what is missing of a key path below a key that has no value."""
    _behind_colon(lines, key.span)
    at = len(lines.line(key.span.end_line)) + 1
    body = _block(lines, rest, text, key.span.column + len(_STEP))
    return Edit(Span(key.span.path, key.span.end_line, at, key.span.end_line, at), _newline(lines) + body)


def _block(lines: Lines, keys: KeyPath, text: str, column: int) -> str:
    """Return a value below its keys, one to a line."""
    indents = (" " * (column - 1) + _STEP * depth for depth in range(len(keys)))
    written = [f"{indent}{key}:" for indent, key in zip(indents, _keys(keys), strict=True)]
    return f"{_newline(lines).join(written)} {written_as(text)}"


def _keys(path: KeyPath) -> list[str]:
    return [
        key if _PLAIN_KEY.fullmatch(key) and resolve(key) == key else written_as(key, "double")
        for key in map(str, path)
    ]


def _newline(lines: Lines) -> str:
    return "\r\n" if "\r\n" in lines.text else "\n"


def _is_empty(node: Node) -> bool:
    """Tell whether nothing is written behind a key."""
    return node.is_scalar and not node.text and node.style == "plain" and not node.uses


def _behind_colon(lines: Lines, key: Span) -> Span:
    """Return the empty span behind the colon of a key that has no value. Raises UnwritableError."""
    rest = lines.line(key.end_line)[key.end_column - 1 :]
    colon = rest.find(":")
    if colon < 0 or rest[:colon].strip():
        raise UnwritableError(f"{key}: this key is written in a way that cannot be changed in place")
    at = key.end_column + colon + 1
    return Span(key.path, key.end_line, at, key.end_line, at)


def _after(span: Span) -> Span:
    return span._replace(line=span.end_line, column=span.end_column)


def _end(node: Node) -> Span:
    """Return where a value ends in its own mapping: an alias where it is used, an empty value with its key."""
    return node.uses[-1] if node.uses else max(node.span, node.key_span, key=lambda span: span[3:])


def _merged(lines: Lines, entry: Node) -> bool:
    """Tell whether a merge key brings a value in, and not an alias behind its own key."""
    if not entry.uses:
        return False
    key, use = entry.key_span, entry.uses[-1]
    if (use.line, use.column) < (key.end_line, key.end_column):
        return True
    return bool(lines.written(Span(key.path, key.end_line, key.end_column, use.line, use.column)).strip(" \t:"))

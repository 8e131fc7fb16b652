"""Makes moulds of entries: finds which of their gaps may hold anything, and numbers their nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from gitopslint.loaders import yaml
from gitopslint.loaders.moulds import Collection, Fixed, Loose, Mould
from gitopslint.loaders.positions import Positions
from gitopslint.loaders.stream import loose_scalars
from gitopslint.model.document import Later, Node, walk
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span

_BREAKING = lazy(r"\n(?![ \r\n#]|-[ \r\n]|-?\Z)")
"""In the first column stands what does not belong to an entry: the end of a document, or a directive."""


class _Gap(NamedTuple):
    """A gap with its number, its text, and where it stands, quotation marks or the sign of a comment included."""

    number: int
    text: str
    line: int
    column: int
    end_column: int
    comment: bool


def moulded(entry: str, around: Sequence[str], gaps: Sequence[str]) -> Mould | None:
    """Make a mould of an entry that was divided into gaps and what is around them; None where it is not sound alone."""
    text = entry + "\n"
    document = yaml.parse("", text.encode("utf-8", "surrogatepass"))
    root = document.root
    alone = document.problem is None and len(document.roots) == 1 and len(root.mapping) == 1 and not root.duplicates
    if not alone or root.style != "block" or _BREAKING.search(entry) or Positions("", text).odd:
        return None
    ((name, value),) = root.mapping.items()
    numbered: dict[int, Node] = {}
    _gather(value, numbered)
    nodes = list(numbered.values())
    if any(node.duplicates for node in nodes) or sum(1 for _ in islice(walk(value), len(entry) + 1)) > len(entry):
        return None
    found = list(_open_gaps(text, around, gaps))
    by_start = {(gap.line, gap.column): gap for gap in found if not gap.comment}
    loose = {}
    for node in nodes:
        gap = by_start.get((node.span.line, node.span.column))
        if gap is not None and node.is_scalar and not node.uses and node.text == gap.text:
            loose[id(node)] = gap
    found = [gap for gap in found if gap.comment or gap in loose.values()]
    if len(loose) != sum(not gap.comment for gap in found) or not _stand_before(nodes, found):
        return None
    return _assembled(name, entry.count("\n") + 1, nodes, loose, frozenset(gap.number for gap in found))


def _gather(node: Node, found: dict[int, Node]) -> None:
    """Collect nodes by their identity, those in a collection before it; aliases bring some in more than once."""
    if id(node) not in found:
        for below in (*node.mapping.values(), *node.items):
            _gather(below, found)
        found[id(node)] = node


def _open_gaps(text: str, around: Sequence[str], gaps: Sequence[str]) -> Iterator[_Gap]:
    """Yield the gaps that may hold anything: comments, and scalars on which nothing else depends."""
    loose, scalars = loose_scalars(text)
    at, line, line_start = 0, 1, 0
    for number, gap in enumerate(gaps):
        before, mark = around[2 * number : 2 * number + 2]
        at += len(before)
        if (breaks := before.count("\n")) > 0:
            line, line_start = line + breaks, at - len(before) + before.rindex("\n") + 1
        at += len(mark)
        comment = mark == "#"
        around_it = 1 if comment or mark[-1] in "\"'" else 0
        start, end = at - around_it, at + len(gap) + (0 if comment else around_it)
        place = _Gap(number, gap, line, start - line_start + 1, end - line_start + 1, comment)
        if comment:
            alone = start == 0 or text[start - 1] in " \n"
            if alone and not any(first <= start < last for first, last in scalars):
                yield place
        elif (start, end) in loose:
            yield place
        at += len(gap)


def _stand_before(nodes: Iterable[Node], gaps: Iterable[_Gap]) -> bool:
    """Tell whether nothing stands behind a gap in its line, and nothing begins or ends within one."""
    by_line: dict[int, list[_Gap]] = {}
    for gap in gaps:
        by_line.setdefault(gap.line, []).append(gap)

    def fits(span: Span) -> bool:
        return all(span.column <= gap.column for gap in by_line.get(span.line, ())) and all(
            span.end_column <= gap.column or (span.end_column == gap.end_column and not gap.comment)
            for gap in by_line.get(span.end_line, ())
        )

    return all(fits(span) for node in nodes for span in (node.span, node.key_span, *node.uses))


def _assembled(name: str, lines: int, nodes: Sequence[Node], gaps: Mapping[int, _Gap], opened: frozenset[int]) -> Mould:
    """`gaps` are those of loose scalars, by the identity of the node."""
    scalars = [node for node in nodes if node.is_scalar]
    fixed = [node for node in scalars if id(node) not in gaps]
    filled = [node for node in scalars if id(node) in gaps]
    collections = [node for node in nodes if not node.is_scalar]
    numbers = {id(node): number for number, node in enumerate((*fixed, *filled, *collections))}
    ends = {(gap.line, gap.end_column): gap for gap in gaps.values()}
    return Mould(
        name,
        lines,
        tuple(Fixed(node.value, node.span, node.style, node.text, node.tag, node.key, node.uses) for node in fixed),
        tuple(_loose(node, gaps[id(node)]) for node in filled),
        tuple(
            Collection(
                tuple((name, numbers[id(below)]) for name, below in node.mapping.items()),
                tuple(numbers[id(below)] for below in node.items) if isinstance(node.value, list) else None,
                _place(node.span, ends.get((node.span.end_line, node.span.end_column))),
                node.style,
                node.tag,
                node.key,
                node.uses,
            )
            for node in collections
        ),
        opened,
    )


def _loose(node: Node, gap: _Gap) -> Loose:
    return Loose(gap.number, node.style == "plain", _ending(node.span, gap), node.style, node.key)


def _place(span: Span, last: _Gap | None) -> Span | Later:
    return span if last is None else _ending(span, last)


def _ending(span: Span, gap: _Gap) -> Later:
    """Return what makes a span that ends with a gap."""
    return _ended, span, gap.number, span.end_column - len(gap.text)


def _ended(path: str, above: int, gaps: Sequence[str], span: Span, gap: int, column: int) -> Span:
    """Return a span of a mould in a file. What stands in a gap, with nothing around it, would end it at a column."""
    return Span(path, above + span.line, span.column, above + span.end_line, column + len(gaps[gap]))

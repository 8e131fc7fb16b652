"""The text of a file that findings point into, for excerpts and columns."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span

_MODULUS = 1 << 64
_WINDOW = 100
_OLDEST = pow(37, _WINDOW, _MODULUS)
_LINE_FEED, _END_OF_FILE = 10, 65535
_NO_BLANKS = dict.fromkeys(map(ord, " \t"))


class Source(NamedTuple):
    """Lines without their line ends. Secrets are masked when it is made, so nothing built on it can show one.

    Where it is not `whole`, only some lines are there, and the others are empty.
    """

    lines: tuple[str, ...]
    whole: bool = True

    def only(self, numbers: Iterable[int]) -> Source:
        """Return a source in which only some lines are kept."""
        kept = set(numbers)
        lines = [""] * min(max(kept, default=0), len(self.lines))
        for number in kept:
            if 0 < number <= len(lines):
                lines[number - 1] = self.lines[number - 1]
        return Source(tuple(lines), whole=False)

    def with_lines_of(self, other: Source) -> Source:
        """Return a source with the lines of both; a whole one has them all."""
        if self.whole or other.whole:
            return self if self.whole else other
        pairs = zip_longest(self.lines, other.lines, fillvalue="")
        return Source(tuple(one or two for one, two in pairs), whole=False)

    def line(self, number: int) -> str:
        """Return a line by its number, counted from 1; empty beyond the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def utf16_column(self, line: int, column: int) -> int:
        """Turn a column in code points into one in UTF-16 code units, both counted from 1 (SARIF 3.30.6)."""
        before = self.line(line)[: column - 1]
        return column if before.isascii() else column + sum(character > "\uffff" for character in before)

    def line_hashes(self) -> list[str]:
        """Return GitHub's `primaryLocationLineHash` of every line.

        A rolling hash over the first 100 UTF-16 units from the start of the line on, blanks left out, followed
        by a number that tells equal hashes apart. Source: codeql-action, `src/fingerprints.ts`.
        """
        from array import array  # few formats want hashes

        units = array("H")
        ours: dict[int, bool] = {}
        for line in self.lines:
            # To GitHub a carriage return alone ends a line as well. Its hash is nobody's, but it is counted.
            for position, part in enumerate(line.split("\r")):
                ours[len(units)] = position == 0
                units.frombytes(part.translate(_NO_BLANKS).encode("utf-16", "surrogatepass")[2:])
                units.append(_LINE_FEED)
        units[-1:] = array("H", [_END_OF_FILE])
        units.extend([0] * _WINDOW)
        value = 0
        for unit in units[: _WINDOW - 1]:
            value = (value * 37 + unit) % _MODULUS
        seen: dict[int, int] = {}
        hashes = []
        oldest = 0
        for position in range(len(units) - _WINDOW):
            value = (value * 37 + units[position + _WINDOW - 1] - oldest * _OLDEST) % _MODULUS
            oldest = units[position]
            if position in ours:
                seen[value] = seen.get(value, 0) + 1
                if ours[position]:
                    hashes.append(f"{value:x}:{seen[value]}")
        return hashes


def masked(text: str, secrets: Iterable[Span] = ()) -> Source:
    """Return the text of one file as a source in which every given span is a row of asterisks."""
    lines = text.replace("\r\n", "\n").split("\n")
    hidden: dict[int, list[tuple[int, int]]] = {}
    for span in secrets:
        for number in range(span.line, min(span.end_line, len(lines)) + 1):
            first = span.column - 1 if number == span.line else 0
            last = span.end_column - 1 if number == span.end_line else len(lines[number - 1])
            hidden.setdefault(number, []).append((first, last))
    for number, parts in hidden.items():
        lines[number - 1] = _starred(lines[number - 1], sorted(parts))
    return Source(tuple(lines))


def _starred(line: str, parts: list[tuple[int, int]]) -> str:
    """Replace parts of a line at once: one by one, thousands of secrets on one line would take minutes."""
    written = []
    at = 0
    for first, last in parts:
        written += [line[at : max(at, first)], "*" * (last - max(at, first))]
        at = max(at, last)
    return "".join((*written, line[at:]))

"""The text of a file that findings point into, for excerpts and columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gitopslint.model.span import Span

_MODULUS = 1 << 64
_WINDOW = 100
_OLDEST = pow(37, _WINDOW, _MODULUS)
_END_OF_FILE = 65535


@dataclass(frozen=True, slots=True)
class Source:
    """Lines without their line ends. Secrets are masked when it is made, so nothing built on it can show one."""

    lines: tuple[str, ...]

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
        units: list[int] = []
        starts: list[int] = []
        for position, line in enumerate(self.lines):
            starts.append(len(units))
            kept = line.replace(" ", "").replace("\t", "").encode("utf-16-le", "surrogatepass")
            units += memoryview(kept).cast("H")
            if position + 1 < len(self.lines):
                units.append(10)
        units.append(_END_OF_FILE)
        seen: dict[int, int] = {}
        hashes = []
        for start in starts:
            value = 0
            window = units[start : start + _WINDOW]
            for unit in window + [0] * (_WINDOW - len(window)):
                value = (value * 37 + unit) % _MODULUS
            seen[value] = seen.get(value, 0) + 1
            hashes.append(f"{value:x}:{seen[value]}")
        return hashes


def masked(text: str, secrets: Iterable[Span] = ()) -> Source:
    """Return the text of one file as a source in which every given span is a row of asterisks."""
    lines = text.replace("\r\n", "\n").split("\n")
    for span in secrets:
        for number in range(span.line, min(span.end_line, len(lines)) + 1):
            line = lines[number - 1]
            first = span.column - 1 if number == span.line else 0
            last = span.end_column - 1 if number == span.end_line else len(line)
            lines[number - 1] = line[:first] + "*" * (last - first) + line[last:]
    return Source(tuple(lines))

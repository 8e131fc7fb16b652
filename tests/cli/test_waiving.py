"""Where an editor would write a waiver: only where it would be understood."""

from __future__ import annotations

import pytest

from gitopslint.cli.editor.waiving import waiver_for
from gitopslint.model.finding import Finding
from gitopslint.model.span import Span

CASES: dict[str, tuple[str, str, int, str | None]] = {
    "above the line, as deep": ("a.yaml", "a:\n  b: 1\n", 2, "a:\n  # gitopslint: ignore[some-rule] \n  b: 1\n"),
    "with its line ends": ("a.yaml", "a:\r\n  b: 1\r\n", 2, "a:\r\n  # gitopslint: ignore[some-rule] \r\n  b: 1\r\n"),
    "behind the first line, for a whole file": ("a.yaml", "a: 1\n", 0, "a: 1  # gitopslint: ignore[some-rule] \n"),
    "not inside a text": ("a.yaml", "a: |\n  b\n  c\n", 3, None),
    "behind a list in flow style": (
        "a.yaml",
        "a: [1,\n  2]\n",
        2,
        "a: [1,\n  # gitopslint: ignore[some-rule] \n  2]\n",
    ),
    "nowhere in a broken file": ("a.yaml", "a: [\n", 1, None),
    "in a file of settings": (".env", "A=1\n", 1, "# gitopslint: ignore[some-rule] \nA=1\n"),
    "in a program": ("a.ts", "a = 1\n", 1, "// gitopslint: ignore[some-rule] \na = 1\n"),
    "nowhere in JSON": ("a.json", "{}\n", 1, None),
    "not beyond the end": ("a.yaml", "a: 1\n", 9, None),
}


@pytest.mark.parametrize(("path", "text", "line", "expected"), CASES.values(), ids=CASES)
def test_waiver(path: str, text: str, line: int, expected: str | None) -> None:
    """A line 0 stands for a finding about the file as a whole."""
    span = Span(path, line, 1, line, 2) if line else Span(path, 1, 1, 1, 1)
    fix = waiver_for(Finding("some-rule", "error", "it is so", span, ""), text)
    if expected is None:
        assert fix is None
        return
    assert fix is not None
    (edit,) = fix.edits
    lines = text.split("\n")
    row, at = lines[edit.span.line - 1], edit.span.column - 1
    lines[edit.span.line - 1] = row[:at] + edit.text + row[at:]
    assert "\n".join(lines) == expected

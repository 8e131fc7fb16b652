"""Fingerprints are kept for years: by baselines, and by what shows reports."""

from __future__ import annotations

from gitopslint.engine.identity import identified
from gitopslint.model.finding import Finding
from gitopslint.model.span import Span


def _finding(line: int, message: str = "m", **more: object) -> Finding:
    finding = Finding("mutable-tag", "error", message, Span("a.yaml", line, 1, line, 5), "", key_path=("image", "tag"))
    return finding._replace(**more)  # type: ignore[arg-type]


def test_fingerprints_stay() -> None:
    """The same in every version, or every finding would be new to whoever kept them; so these are written down."""
    first, other, twin = identified(
        [_finding(9, app="shop", environment="dev"), _finding(3, app="shop", environment="dev"), _finding(5)], "deploy/"
    )
    assert [one.span.line for one in (first, other, twin)] == [3, 5, 9]
    assert [one.fingerprint[:16] for one in (first, other, twin)] == [
        "fceacbb4aa44066c",
        "ffd34bc81b7ed85a",
        "902e92c77bc869ef",
    ]


def test_what_is_said_twice_counts_once() -> None:
    """A file that two apps load is one place; another message there is another finding."""
    assert len(identified([_finding(3), _finding(3), _finding(3, "n")], "")) == 2

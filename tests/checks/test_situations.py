"""What the tool says in situations that no example of a rule shows, to the letter."""

from __future__ import annotations

import pytest

from tests.support.said import Book, said
from tests.support.situations import SITUATIONS

BOOK = Book("checks")
ROWS = [(family, title) for family, situations in SITUATIONS.items() for title in situations]


@pytest.mark.parametrize(("family", "title"), ROWS, ids=[f"{family}-{title}" for family, title in ROWS])
def test_situation(family: str, title: str) -> None:
    """Every message, place, level and remedy is what was looked at when it was written down."""
    situation = SITUATIONS[family][title]
    report = situation.report()
    assert report.faults == ()
    assert said(report) == BOOK.read(family).get(title, ""), "look at it, and run `make generate`"


def test_nothing_is_recorded_that_is_no_situation() -> None:
    """A situation that is gone leaves nothing behind."""
    assert BOOK.titles() <= set(ROWS)

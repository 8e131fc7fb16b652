"""Which answers of a history may be kept: those that no fetch and no landing can change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitopslint.loaders.history import Told, ToldHistory, Unavailable
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.past import Past
from gitopslint.loaders.recorded import RecordedHistory, recorded, recorded_of
from gitopslint.model.contract import Contract

HISTORY = ToldHistory([Told({"a": "1"}, "4f9d2c7b81ae"), Told({"b": "2"}, "a1b2c3d4e5f6")], {"a": "3"})
_LANDINGS = {one.landing.position: one.landing for path in "ab" for one in HISTORY.steps_of(path)}
FIRST, SECOND = _LANDINGS[0], _LANDINGS[1]

QUESTIONS: dict[str, tuple[Callable[[RecordedHistory], object], bool]] = {
    "what a landing changes": (lambda history: history.changes(FIRST), False),
    "what the pending change changes": (lambda history: history.changes(history.pending), True),
    "what lies between two commits": (lambda history: history.changes_between(FIRST.id, SECOND.id), False),
    "what lies between a commit and what is not landed": (lambda history: history.changes_between(FIRST.id, ""), True),
    "a commit in a landing": (lambda history: history.contains(SECOND, FIRST.id), False),
    "a commit that is not yet in a landing": (lambda history: history.contains(FIRST, SECOND.id), True),
    "content that is not here": (lambda history: history.contents(["0" * 40]), True),
}


@pytest.mark.parametrize(("ask", "volatile"), QUESTIONS.values(), ids=QUESTIONS)
def test_what_may_be_kept(ask: Callable[[RecordedHistory], object], volatile: bool) -> None:
    """One answer that may change makes the whole task one to be done again, until the next task begins."""
    history = RecordedHistory(HISTORY)
    ask(history)
    assert history.volatile is volatile
    history.changes(FIRST)
    assert history.volatile is volatile
    history.begin()
    assert history.volatile is False


def test_commits_that_were_looked_for() -> None:
    """They are noted with what was found, because a fetch may bring another one."""
    history = RecordedHistory(HISTORY)
    history.commits("a1b2")
    history.commits("0000")
    assert history.asked == {"a1b2": (SECOND.id,), "0000": ()}
    history.begin()
    assert history.asked == {}


def test_no_history() -> None:
    """Why there is none is passed on as it is."""
    missing = Unavailable("why", "how")
    assert recorded(lambda: missing)() is missing
    assert isinstance(recorded(lambda: HISTORY)(), RecordedHistory)
    without = Past(lambda: missing, Layout(Contract(), ()), "")
    assert recorded_of(without) is None

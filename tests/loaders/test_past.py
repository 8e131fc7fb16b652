"""The past of a product, as what is kept of an app is held against it."""

from __future__ import annotations

import pytest

from gitopslint.loaders import past
from gitopslint.loaders.history import Told, ToldHistory, Unavailable
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.past import Past
from gitopslint.model.contract import Contract

DEV = "deploy/env/release-dev/shop.yaml"
FIRST, SECOND = (Told({DEV: f"image: {{repository: r, tag: {tag}}}\n"}) for tag in ("t1", "t2"))
ELSEWHERE = Told({"README.md": "An app.\n"})


def told(*landings: Told) -> str:
    """Return what decides, after some landings, what the history says of an app."""
    history = ToldHistory(landings, {})
    return Past(lambda: history, Layout(Contract(), history.files), "").told("shop")


def test_what_is_kept_of_an_app_ends_with_a_landing_of_its_own() -> None:
    """After a new landing of its layers an app is judged anew; one elsewhere changes nothing."""
    assert told(FIRST, SECOND) != told(FIRST)
    assert told(FIRST, ELSEWHERE) == told(FIRST)


def test_without_a_history_the_reason_decides() -> None:
    """What is kept is used again only as long as the history is missing for the same reason."""
    past = Past(lambda: Unavailable("why", "how"), Layout(Contract(), ()), "")
    assert past.told("shop") == "why: how"


def test_a_crash_ends_what_tells_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where reading crashes, no git waits for the next question until the program ends."""
    ended: list[bool] = []
    history = ToldHistory([FIRST], {})
    monkeypatch.setattr(history, "close", lambda: ended.append(True))
    monkeypatch.setattr(past, "Chronology", lambda *_: 1 // 0)
    crashed = Past(lambda: history, Layout(Contract(), ()), "")
    with pytest.raises(ZeroDivisionError):
        _ = crashed.chronology
    assert ended == [True]

"""Old layers are asked for many apps at once, and work can begin before its result is needed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from gitopslint.loaders import read_ahead
from gitopslint.loaders.begun import Begun
from gitopslint.loaders.history import ToldHistory
from gitopslint.loaders.read_ahead import ReadAhead


class Counted(ToldHistory):
    """A history that counts how often it is asked, and knows every blob but one."""

    def __init__(self) -> None:
        super().__init__((), {})
        self.asked: list[list[str]] = []

    def contents(self, blobs: Sequence[str]) -> list[bytes | None]:
        """Answer with the name of the blob."""
        self.asked.append(list(blobs))
        return [None if blob == "lost" else blob.encode() for blob in blobs]


def test_one_question_serves_many_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apps get what they ask for, in few questions, and never more is held than for some apps."""
    monkeypatch.setattr(read_ahead, "_AT_ONCE", 4)
    history = Counted()
    blobs = {f"app-{number}": [f"{number}a", f"{number}b"] for number in range(6)} | {"app-6": ["lost"]}
    ahead = ReadAhead(history, lambda: sorted(blobs), lambda app: blobs[app])
    for app, own in blobs.items():
        assert ahead.contents(app, own) == {one: None if one == "lost" else one.encode() for one in own}
    assert [len(asked) for asked in history.asked] == [4, 4, 4, 1]


def test_what_nobody_foresaw_is_asked_for() -> None:
    """A layer that was another file before has versions of which only the app itself knows; other apps may come first."""
    history = Counted()
    ahead = ReadAhead(history, lambda: ["a", "b"], lambda app: [app])
    assert ahead.contents("a", ["a", "moved"]) == {"a": b"a", "moved": b"moved"}
    assert ahead.contents("b", ["b", "older"]) == {"b": b"b", "older": b"older"}
    assert ahead.contents("unknown", ["x"]) == {"x": b"x"}
    assert ahead.contents("a", ["a"]) == {"a": b"a"}
    assert history.asked == [["a", "moved", "b"], ["older"], ["x"], ["a", "b"]]


def test_only_apps_that_are_expected_are_read_ahead() -> None:
    """Where several processes share the work, or a few apps have changed, nobody reads what another one will ask for."""
    history, expected = Counted(), ["a", "c"]
    ahead = ReadAhead(history, lambda: expected, lambda app: [app])
    assert ahead.contents("a", ["a"]) == {"a": b"a"}
    expected[:] = ["d", "e"]
    assert ahead.contents("d", ["d"]) == {"d": b"d"}
    assert history.asked == [["a", "c"], ["d", "e"]]


def test_what_was_begun_is_waited_for() -> None:
    """The result is what the function returns, or its exception, as often as it is asked for."""
    assert [Begun(lambda: 3).result()] * 2 == [3, 3]
    nothing: list[int] = []
    begun = Begun(lambda: nothing[0])
    for _ in range(2):
        with pytest.raises(IndexError):
            begun.result()

"""Histories that examples tell, which no git made: they answer as one of git does."""

from __future__ import annotations

from gitopslint.loaders.history import Told, ToldHistory


def test_what_touches_a_folder_or_a_file() -> None:
    """Only what stands in the folder, or is the file, is told: an example may have other files beside it."""
    history = ToldHistory([Told({"a/x.yaml": "1", "ab/y.yaml": "1"}), Told({"ab/y.yaml": "2"})], {})
    assert [[one.path for one in step.changes] for step in history.steps(["a"])] == [["a/x.yaml"]]
    assert [[one.path for one in step.changes] for step in history.steps_of("ab/y.yaml")] == [["ab/y.yaml"]] * 2
    assert list(history.annals(["ab/"]).paths) == ["ab/y.yaml"]

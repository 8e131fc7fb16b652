"""What may be said of a crash: its kind and place, and nothing of its text."""

from __future__ import annotations

from gitopslint.engine.faults import where
from gitopslint.loaders import yaml


def _raised_by(act: object) -> str:
    try:
        assert callable(act)
        act()
    except Exception as error:
        return where(error)
    raise AssertionError


def test_a_crash_in_our_code() -> None:
    """The innermost line of ours is named, also where the error comes from below it."""
    said = _raised_by(lambda: yaml.decode(7))  # type: ignore[arg-type]
    assert said.startswith("AttributeError at loaders/yaml.py:")


def test_a_crash_elsewhere() -> None:
    """Where no line of ours took part, the kind has to do."""
    assert _raised_by(lambda: int("summer2024")) == "ValueError"

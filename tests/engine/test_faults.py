"""What may be said of a crash: its kind and place, and nothing of its text."""

from __future__ import annotations

import pytest

from gitopslint.engine.faults import where
from gitopslint.loaders import yaml
from gitopslint.loaders.contract import read_contract


def test_a_crash_in_our_code() -> None:
    """The innermost line of ours is named, also where the error comes from below it."""
    with pytest.raises(AttributeError) as crash:
        yaml.decode(7)  # type: ignore[arg-type]
    assert where(crash.value).startswith("AttributeError at loaders/yaml.py:")


def test_a_crash_elsewhere() -> None:
    """Where no line of ours took part, the kind has to do."""
    with pytest.raises(ValueError, match="summer2024") as crash:
        int("summer2024")
    assert where(crash.value) == "ValueError"


def test_a_crash_below_another_module() -> None:
    """Of several modules of ours it is the innermost one that crashed."""
    with pytest.raises(TypeError) as crash:
        read_contract("contract", 7, {})  # type: ignore[arg-type]
    assert where(crash.value).startswith("TypeError at loaders/yaml.py:")

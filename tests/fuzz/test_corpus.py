"""Every input that was ever worth keeping is run again: the seeds, and what once broke a promise."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize("name", TARGETS)
def test_corpus(name: str) -> None:
    """Each target keeps its promises on its corpus."""
    inputs = sorted((CORPUS / name).iterdir())
    assert inputs
    for path in inputs:
        TARGETS[name](path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_anything(name: str) -> None:
    """And on whatever hypothesis thinks of, where no fuzzer is installed."""

    @given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
    def hold(data: bytes) -> None:
        TARGETS[name](data)

    hold()


def test_corpora_and_targets() -> None:
    """No corpus is left without a target."""
    assert {path.name for path in CORPUS.iterdir()} == TARGETS.keys()

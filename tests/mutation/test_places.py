"""A tag breaks its rule wherever and however it is written: exactly that rule speaks, and a good tag there silences it."""

from __future__ import annotations

import pytest

from gitopslint.engine import examples
from gitopslint.engine.pairs import CLEAN_PRODUCT
from tests.mutation.breaks import TAG, Files
from tests.mutation.places import PLACES, TAGS
from tests.support.runs import contract_of


def speaking(files: Files) -> set[str]:
    """Check the clean product with some edits, and return the rules that speak."""
    files = {**CLEAN_PRODUCT, **files}
    return {one.rule for one in examples.check_files(files, *contract_of(files)).findings}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("rule", TAGS)
def test_place(rule: str, place: str) -> None:
    """Exactly the rule speaks, and nothing does where a good tag stands in its place."""
    assert speaking(PLACES[place](TAGS[rule])) == {rule}
    assert speaking(PLACES[place](TAG)) == set()

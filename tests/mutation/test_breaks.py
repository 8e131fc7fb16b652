"""Each invariant is broken in up to ten ways: exactly its rule speaks, and taking the edit back silences it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from gitopslint.engine import examples
from gitopslint.engine.examples import CLEAN_HISTORY
from gitopslint.engine.pairs import CLEAN_PRODUCT, PairExample, check_pair
from gitopslint.loaders.history import Told
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Report
from tests.mutation.breaks import ALSO, BREAKS, Files
from tests.mutation.landings import HISTORY, HISTORY_ALSO, PAIRS, Pair

ELSEWHERE = {
    "stale-release": "needs the sources that a tag was built from: its examples",
    "expired-waiver": "needs a day that is today: tests/engine/test_contract_waivers.py",
    "expired-baseline": "needs a baseline and a day that is today: its own tests",
    "stale-baseline": "needs a baseline: its own tests",
    "short-soak": "off until the contract sets a time: its examples",
    "foreign-tag-commit": "needs a commit off the main line, which only a real repository has: tests/engine/test_history.py",
}
"""Rules that are broken in other tests."""
FEW = {
    "missing-tag": "there are five ways to write nothing",
    "missing-repository": "there are five ways to write nothing",
    "missing-layer": "there are four layers to miss",
    "unwired-layer": "two layers in two environments, one of them in another style",
    "wrong-self-heal": "it is on or off, in two environments",
    "floating-source": "what differs is always the revision or the repository; the examples have the others",
    "crossed-layers": "two environments, each by path, by absolute path and by glob",
    "secret-manifest": "data or stringData, in every style",
    "secret-ref-with-value": "one way for each field that names a Secret",
    "high-entropy-value": "randomness has no kinds",
    "committed-media": "one folder, in every place",
    "unexplained-waiver": "a reason is there or not",
    "unknown-waiver": "five ways to get the form or the name wrong",
    "unused-waiver": "it is needed or not",
    "rollback": "it is forward or back, in two environments",
    "unresolved-secret-ref": "gone, or another name, namespace or kind, in two environments",
    "reused-version": "one VERSION for two commits, in every form of a tag",
}
"""Why there are fewer than ten ways."""
CATALOGUE = load_catalogue()


def _params(table: Mapping[str, Mapping[str, object]]) -> list[object]:
    return [
        pytest.param(rule, edit, id=f"{rule}: {name}") for rule, edits in table.items() for name, edit in edits.items()
    ]


def _rules(report: Report) -> set[str]:
    assert report.faults == ()
    assert report.unread == ()
    return {finding.rule for finding in report.findings}


def _product(files: Files) -> Report:
    return examples.check_files({**CLEAN_PRODUCT, **files}, Contract(), CATALOGUE)


def _landed(*told: Told) -> Report:
    return examples.check_files({}, Contract(), CATALOGUE, landings=(*CLEAN_HISTORY, *told))


@pytest.mark.parametrize(("rule", "edit"), _params(BREAKS))
def test_broken_files(rule: str, edit: Files) -> None:
    """The edit is noticed by its rule and by no other one; without it the product is clean."""
    found = _rules(_product(edit))
    assert rule in found
    assert found - {rule} <= ALSO.get(rule, set())
    assert _rules(_product({path: CLEAN_PRODUCT.get(path) for path in edit})) == set()


@pytest.mark.parametrize(("rule", "told"), _params(HISTORY))
def test_broken_landings(rule: str, told: Sequence[Told]) -> None:
    """The landing is noticed by its rule and by no other one; a later landing that takes it back silences it."""
    found = _rules(_landed(*told))
    assert rule in found
    assert found - {rule} <= HISTORY_ALSO.get(rule, set())
    before = {path: text for one in CLEAN_HISTORY for path, text in one.files.items()}
    back = {path: before.get(path) for one in told for path in one.files if "/release-" in path}
    if rule != "rollback":  # to go back is what it reports
        assert rule not in _rules(_landed(*told, Told(back, subject="back")))


@pytest.mark.parametrize(("rule", "pair"), _params(PAIRS))
def test_broken_pairs(rule: str, pair: Pair) -> None:
    """The edit of either repository is noticed by its rule and by no other one; without it both are clean."""
    found = _rules(check_pair(pair.example, Contract(), CATALOGUE))
    assert rule in found
    assert found - {rule} <= pair.also
    assert _rules(check_pair(PairExample(pair.example.stands_in), Contract(), CATALOGUE)) == set()


def test_every_rule_is_broken() -> None:
    """All rules are in one of the tables, and each that has fewer than ten ways says why."""
    ways = {rule: len(edits) for table in (BREAKS, HISTORY, PAIRS) for rule, edits in table.items()}
    assert ways.keys() | ELSEWHERE.keys() == CATALOGUE.keys()
    assert {rule for rule, count in ways.items() if count < 10} == FEW.keys()

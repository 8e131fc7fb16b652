"""Each invariant is broken in ten ways: exactly its rule speaks, and taking the edit back silences it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from gitopslint.engine import examples
from gitopslint.engine.examples import CLEAN_HISTORY
from gitopslint.engine.pairs import CLEAN_PRODUCT, PairExample, check_pair
from gitopslint.loaders.history import Told
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Report
from tests.mutation.accepted import BROKEN, FUTURE, PAST, WAIVED, Waived, known
from tests.mutation.breaks import BREAKS, Files
from tests.mutation.companions import COMPANIONS
from tests.mutation.landings import HISTORY, PAIRS, Pair
from tests.mutation.more import MORE
from tests.mutation.shapes import MORE_HISTORY, MORE_PAIRS, SOAK
from tests.support.runs import contract_of

CATALOGUE = load_catalogue()


def _params(*tables: Mapping[str, Mapping[str, object]]) -> list[object]:
    return [
        pytest.param(rule, edit, id=f"{rule}: {name}")
        for table in tables
        for rule, edits in table.items()
        for name, edit in edits.items()
    ]


def _rules(report: Report) -> set[str]:
    assert report.faults == ()
    assert report.unread == ()
    return {finding.rule for finding in report.findings}


def _product(files: Files) -> Report:
    files = {**CLEAN_PRODUCT, **files}
    return examples.check_files(files, *contract_of(files))


def _landed(*told: Told, files: Files | None = None) -> Report:
    return examples.check_files(files or {}, *contract_of(files or {}), landings=(*CLEAN_HISTORY, *told))


def _speaks(rule: str, found: set[str]) -> None:
    """Hold that a rule is among those that speak, and that each other one has a reason to."""
    assert rule in found
    assert found - {rule} <= COMPANIONS.get(rule, {}).keys()


@pytest.mark.parametrize(("rule", "edit"), _params(BREAKS, MORE))
def test_broken_files(rule: str, edit: Files) -> None:
    """The edit is noticed by its rule and by no other one; without it the product is clean."""
    _speaks(rule, _rules(_product(edit)))
    assert _rules(_product({path: CLEAN_PRODUCT.get(path) for path in edit})) == set()


@pytest.mark.parametrize(("rule", "told"), _params(HISTORY, MORE_HISTORY))
def test_broken_landings(rule: str, told: Sequence[Told]) -> None:
    """The landing is noticed by its rule and by no other one; a later landing that takes it back silences it."""
    _speaks(rule, _rules(_landed(*told)))
    assert rule not in _rules(_landed(*told, _taken_back(rule, told)))


def _taken_back(rule: str, told: Sequence[Told]) -> Told:
    """Return the landing that takes back what broke the rule."""
    if rule == "rollback":  # what it went back from lands again
        newer = {path: one.files[path] for one in told if one.subject != "back" for path in one.files}
        return Told(
            {path: newer[path] for one in told if one.subject == "back" for path in one.files}, subject="forward"
        )
    if rule == "stale-release":  # the sources are those of the build again
        built, _, *changes = told
        return Told({path: built.files.get(path) for one in changes for path in one.files}, subject="Revert")
    before = {path: text for one in CLEAN_HISTORY for path, text in one.files.items()}
    return Told({path: before.get(path) for one in told for path in one.files if "/release-" in path}, subject="back")


@pytest.mark.parametrize(("files", "told"), SOAK.values(), ids=SOAK)
def test_promoted_too_soon(files: Files, told: Sequence[Told]) -> None:
    """A promotion before the time is over is noticed; after the time, or without one, nothing is."""
    assert _rules(_landed(*told, files=files)) == {"short-soak"}
    assert _rules(_landed(*told)) == set()
    *before, promotion = told
    later = promotion._replace(hours=24 * 101)
    assert _rules(_landed(*before, later, files=files)) == set()


@pytest.mark.parametrize(("rule", "pair"), _params(PAIRS, MORE_PAIRS))
def test_broken_pairs(rule: str, pair: Pair) -> None:
    """The edit of either repository is noticed by its rule and by no other one; without it both are clean."""
    _speaks(rule, _rules(check_pair(pair.example, Contract(), CATALOGUE)))
    assert _rules(check_pair(PairExample(pair.example.stands_in), Contract(), CATALOGUE)) == set()


@pytest.mark.parametrize(("rule", "broken"), BROKEN.items(), ids=BROKEN)
def test_baselines(rule: str, broken: Files) -> None:
    """An entry is noticed when its day is over, and when its finding is gone; a later day and the finding silence it."""
    assert _rules(_product({**broken, **known(broken, PAST)})) == {rule, "expired-baseline"}
    lasting = _product({**broken, **known(broken, FUTURE)})
    assert _rules(lasting) == {rule}
    assert lasting.introduced == ()
    assert _rules(_product(known(broken))) == {"stale-baseline"}
    assert _rules(_product({**broken, **known(broken)})) == {rule}


@pytest.mark.parametrize("waived", WAIVED.values(), ids=WAIVED)
def test_waivers_that_ended(waived: Waived) -> None:
    """A waiver is noticed when its day is over, with what it waived; a later day silences both."""
    assert {waived.rule, "expired-waiver"} == _rules(_product(waived.until(PAST)))
    assert _rules(_product(waived.until(FUTURE))) == set()


def test_every_rule_is_broken() -> None:
    """Each rule has at least ten ways."""
    ways = Counter(
        rule
        for table in (BREAKS, MORE, HISTORY, MORE_HISTORY, PAIRS, MORE_PAIRS)
        for rule in table
        for _ in table[rule]
    )
    ways |= Counter({"short-soak": len(SOAK), "expired-waiver": len(WAIVED)})
    ways |= Counter(dict.fromkeys(("expired-baseline", "stale-baseline"), len(BROKEN)))
    assert ways.keys() == CATALOGUE.keys()
    assert {rule: count for rule, count in ways.items() if count < 10} == {}
    for first, second in ((BREAKS, MORE), (HISTORY, MORE_HISTORY), (PAIRS, MORE_PAIRS)):
        for rule in first.keys() & second.keys():
            assert not first[rule].keys() & second[rule].keys()


def test_every_companion_speaks() -> None:
    """No rule is allowed beside another one that never is."""
    spoken: dict[str, set[str]] = {}
    for rule in COMPANIONS:
        for edit in (BREAKS.get(rule, {}) | MORE.get(rule, {})).values():
            spoken.setdefault(rule, set()).update(_rules(_product(edit)))
        for told in (HISTORY.get(rule, {}) | MORE_HISTORY.get(rule, {})).values():
            spoken.setdefault(rule, set()).update(_rules(_landed(*told)))
        for pair in (PAIRS.get(rule, {}) | MORE_PAIRS.get(rule, {})).values():
            spoken.setdefault(rule, set()).update(_rules(check_pair(pair.example, Contract(), CATALOGUE)))
    assert {rule: spoken[rule] - {rule} for rule in COMPANIONS} == {
        rule: set(more) for rule, more in COMPANIONS.items()
    }

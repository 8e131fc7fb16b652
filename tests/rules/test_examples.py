"""Every example of every rule file is run: the manual cannot promise what the tool does not do."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from gitopslint.engine.examples import CLEAN_HISTORY, try_example
from gitopslint.loaders.history import Told
from gitopslint.loaders.rules import load_catalogue, read_rule_file, rule_files
from gitopslint.model.policy import Example
from gitopslint.model.rule import LEVELS
from tests.support.pairs import try_pair
from tests.support.runs import CLEAN, check_files, contract_of, places

EXAMPLES = [
    pytest.param(rule["name"], kind, example, id=f"{rule['name']}-{kind}-{example['title']}")
    for rule in map(read_rule_file, rule_files())
    for kind in ("good", "bad")
    for example in rule["examples"][kind]
]


def test_the_clean_repository_is_clean() -> None:
    """What the examples lie over breaks no rule, so an example shows its own offence only."""
    assert places(check_files(CLEAN)) == []


@pytest.mark.parametrize(("name", "kind", "example"), EXAMPLES)
def test_example(name: str, kind: Literal["good", "bad"], example: dict[str, Any]) -> None:
    """A good example is silent under all rules; a bad one is reported exactly where it says, by its rule alone."""
    if "in" in example:
        trial = try_pair(name, kind, example)
    else:
        contract, catalogue = contract_of(example.get("files", {}))
        given = Example(example.get("files", {}), example["title"], tuple(example.get("at", ())))
        told = tuple(Told(**landing) for landing in example.get("landings", ()))
        landings = (*CLEAN_HISTORY, *told) if told else ()
        trial = try_example(name, kind, given, CLEAN, contract, catalogue, landings=landings)
    report = trial.report
    own = [finding for finding in report.findings if finding.rule == name]
    others = {finding.rule for finding in report.findings if finding.rule != name}
    assert trial.have == trial.want
    assert trial.passed
    assert others == set(example.get("also", []))
    assert report.faults == ()
    expected = example.get("level", load_catalogue()[name].level)
    assert {finding.level for finding in own} <= {expected}


@pytest.mark.parametrize("path", rule_files(), ids=lambda path: path.stem)
def test_rule_file_is_complete(path: Any) -> None:
    """A rule says what, why and how to mend it in full sentences, and has both kinds of examples."""
    rule = read_rule_file(path)
    assert rule["name"] == path.stem
    assert rule["level"] in LEVELS
    for key in ("summary", "why", "fix"):
        assert rule[key].endswith("."), key
    assert rule["examples"]["good"]
    assert rule["examples"]["bad"]
    for example in rule["examples"]["bad"]:
        assert example["at"], example["title"]

"""Every example of every rule file is run: the manual cannot promise what the tool does not do."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from gitopslint.engine.examples import Trial
from gitopslint.loaders.rules import load_catalogue, read_rule_file, rule_files
from gitopslint.model.finding import Fault
from gitopslint.model.rule import LEVELS
from tests.support.examples import examples, tried
from tests.support.runs import CLEAN, check_files, places
from tests.support.said import Book, said

BOOK = Book("rules")
EXAMPLES = [
    pytest.param(name, kind, example, id=f"{name}-{kind}-{example['title']}") for name, kind, example in examples()
]


def test_the_clean_repository_is_clean() -> None:
    """What the examples lie over breaks no rule, so an example shows its own offence only."""
    assert places(check_files(CLEAN)) == []


@pytest.mark.parametrize(("name", "kind", "example"), EXAMPLES)
def test_example(name: str, kind: Literal["good", "bad"], example: dict[str, Any]) -> None:
    """A good example is silent under all rules; a bad one is reported exactly where it says, by its rule alone."""
    trial = tried(name, kind, example)
    report = trial.report
    own = [finding for finding in report.findings if finding.rule == name]
    others = {finding.rule for finding in report.findings if finding.rule != name}
    assert trial.have == trial.want
    assert trial.passed
    assert others == set(example.get("also", []))
    assert report.faults == ()
    expected = example.get("level", load_catalogue()[name].level)
    assert {finding.level for finding in own} <= {expected}
    written = BOOK.read(name).get(f"{kind}: {example['title']}", "")
    assert said(report) == written, "what is said has changed: look at it, and run `make generate`"


def test_nothing_is_recorded_that_is_no_example() -> None:
    """An example that is gone leaves nothing behind."""
    there = {(name, f"{kind}: {example['title']}") for name, kind, example in examples()}
    assert BOOK.titles() <= there


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


def test_a_crash_is_no_verdict() -> None:
    """An example during which its rule crashed has not passed; that another one crashed says nothing about it."""
    report = check_files(CLEAN)._replace(faults=(Fault("mutable-tag", "shop in dev", "KeyError"),))
    crashed, other = (Trial(rule, "good", "clean", (), report) for rule in ("mutable-tag", "malformed-tag"))
    assert (crashed.trouble, crashed.passed) == (("crashed: KeyError",), False)
    assert (other.trouble, other.passed) == ((), True)

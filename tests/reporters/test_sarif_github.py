"""SARIF as GitHub code scanning takes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft4Validator

from gitopslint import __version__
from gitopslint.loaders.resources import resource
from gitopslint.model.finding import Comparison, Report
from gitopslint.reporters import sarif_github
from tests.support import reports
from tests.support.reports import LAYER, REPORTS, finding, on

OASIS = Draft4Validator(json.loads(resource("schemas", "sarif-2.1.0.schema.json").read_text("utf-8")))


def run(report: Report) -> Any:
    """Return the one run of a report."""
    log = json.loads(sarif_github.render(report, __version__))
    assert OASIS.is_valid(log)
    (only,) = log["runs"]
    return only


@pytest.mark.parametrize("name", REPORTS)
def test_validator_has_nothing_to_say(name: str, verdicts: dict[str, list[str]]) -> None:
    """Every kind of report passes the rules of the standard and of GitHub, warnings included."""
    assert verdicts[f"github-{name}"] == []


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_what_github_needs(build: Any) -> None:
    """An alert keeps its identity, and nothing is there that GitHub would show as another alert."""
    found = run(build())
    assert found["automationDetails"]["id"].startswith("gitopslint/")
    for result in found["results"]:
        assert result["partialFingerprints"].keys() == {"gitopslint/v1", "primaryLocationLineHash"}
        assert not {"suppressions", "fixes", "baselineState"} & result.keys()
        assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert len(result.get("relatedLocations", [])) <= 100


def levels(report: Report) -> list[tuple[str, str]]:
    """Return rule and level of each result."""
    return [(result["ruleId"], result["level"]) for result in run(report)["results"]]


def test_nothing_green_by_accident() -> None:
    """GitHub shows results only, so what was not checked is one."""
    report = reports.undecided()._replace(faults=reports.faults().faults, unread=reports.unread().unread)
    assert levels(report) == [("fault", "error"), ("unread", "error"), ("undecided", "note"), ("undecided", "note")]
    assert levels(reports.empty()) == []


def test_place_of_what_belongs_to_no_file() -> None:
    """It hangs on the contract, which the reader can open, from the top of the repository."""
    results = run(reports.below_the_top())["results"]
    (fault,) = (result for result in results if result["ruleId"] == "fault")
    place = fault["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "examples/web%20core/.gitopslint.yaml"
    assert place["region"] == {"startLine": 1, "endLine": 1}


def test_waived_findings_are_left_out() -> None:
    """GitHub shows suppressed results as open alerts."""
    assert levels(reports.waived()) == []


def test_known_findings_stay() -> None:
    """Left out, their alerts would be closed as mended."""
    one = finding()
    report = reports.report(one)._replace(comparison=Comparison("main", frozenset({one.fingerprint}), 0))
    assert levels(report) == [("mutable-tag", "error")]


def test_most_results() -> None:
    """Of more results than GitHub keeps the worst are there, and the last one says how many are not."""
    notes = [finding("rollback", on(LAYER, number, 1, 2)) for number in range(1, 5_003)]
    results = run(reports.report(*notes, finding(span=on(LAYER, 6_000, 1, 2))))["results"]
    assert len(results) == 5_000
    assert results[0]["ruleId"] == "mutable-tag"
    assert results[-1]["ruleId"] == "left-out"
    assert results[-1]["message"]["text"] == "4 more results are not in this upload."

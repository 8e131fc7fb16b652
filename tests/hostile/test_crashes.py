"""Nothing is green by accident: every rule in turn breaks, and every format and the exit code say so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gitopslint.checks.catalogue import CHECKS
from gitopslint.cli.formats import FORMATS
from gitopslint.cli.output import render
from gitopslint.engine import examination as engine
from gitopslint.engine import examples
from gitopslint.engine.examples import CLEAN, CLEAN_HISTORY
from gitopslint.engine.pairs import PairExample, check_pair
from gitopslint.model.finding import Report
from gitopslint.model.platform import Build, Misplaced, Unused
from gitopslint.model.record import changed
from gitopslint.model.sops import SopsFile, SopsGap
from tests.support.attempts import Scene
from tests.support.loaders import SECRET
from tests.support.runs import contract_of


def breaking(*_: object) -> Iterator[Any]:
    """Break as a check does: when it is asked for the first outcome."""
    raise KeyError(SECRET)
    yield


def told(report: Report) -> dict[str, str]:
    """Return a report in every format."""
    return {form: render(form, report, colour=False) for form in FORMATS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.rule} over {check.over.__name__}")
def test_a_broken_rule(check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that crashes is named as a fault in every format; in none does the report look like that of a clean run."""
    contract, catalogue = contract_of(CLEAN)
    files = CLEAN | {
        "deploy/jobs/x.yaml": "apiVersion: batch/v1\nkind: Job\nspec: {containers: [{image: a@sha256:"
        + "a" * 64
        + "}]}\n",
        "deploy/argocd/apps/dev/shop.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\n"
        "spec: {source: {repoURL: r, path: p}}\n",
        "shop.properties": "password=summer2024\n",
    }

    def run() -> Report:
        if check.over in (Build, Misplaced, SopsFile, SopsGap, Unused):
            return check_pair(
                PairExample(platform={"other/.sops.yaml": "creation_rules: [", "other/WEB_CORE_REF": "main"}),
                contract,
                catalogue,
            )
        return examples.check_files(files, contract, catalogue, landings=CLEAN_HISTORY)

    clean = told(run())
    crashing = [changed(one, function=breaking) if one is check else one for one in CHECKS]
    monkeypatch.setattr(engine, "CHECKS", crashing)
    report = run()
    assert {fault.rule for fault in report.faults} == {check.rule}
    for form, text in told(report).items():
        assert text != clean[form]
        assert check.rule in text
        assert "KeyError" in text
        assert SECRET not in text
    assert not json.loads(render("sarif", report, colour=False))["runs"][0]["invocations"][0]["executionSuccessful"]
    assert [one for one in json.loads(render("gitlab", report, colour=False)) if one["severity"] == "blocker"]


def test_a_broken_rule_on_the_command_line(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault ends with 3, whatever the flags, in every format, and standard error names it."""
    crashing = [changed(one, function=breaking) if one.rule == "mutable-tag" else one for one in CHECKS]
    monkeypatch.setattr(engine, "CHECKS", crashing)
    runs = [("--output-format", form) for form in FORMATS] + [("--exit-zero",), ("--undecided", "ignore")]
    for words in runs:
        said = scene.run("check", "--select", "mutable-tag,layers", *words)
        assert said.code == 3
        assert "the rule mutable-tag crashed" in said.err
        assert SECRET not in said.out + said.err

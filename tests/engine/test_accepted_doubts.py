"""What is undecided and accepted: it stays undecided, says why that is taken, and fails no run any more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitopslint.cli import main
from tests.support.runs import CLEAN, write_files

SET = "deploy/argocd/set.yaml"
ASKS = "a generator that asks the cluster"


def of_cluster(comment: str = "") -> str:
    """Return an ApplicationSet whose Applications only a cluster knows, with a comment on the line of the doubt."""
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\nspec:\n  generators:\n"
        f"  - clusters: {{}}{comment}\n  template: {{metadata: {{name: x}}, spec: {{source: {{repoURL: r, path: p}}}}}}\n"
    )


def checked(folder: Path, capsys: pytest.CaptureFixture[str], contract: str = "", comment: str = "") -> tuple[int, Any]:
    """Check two rules under `--undecided error`, and return the exit code and the report."""
    write_files(folder, {**CLEAN, ".gitopslint.yaml": f"platform: none\n{contract}", SET: of_cluster(comment)})
    words = ("--select", "unwired-layer,crossed-layers,waivers", "--undecided", "error", "--no-cache")
    code = main(["check", str(folder), *words, "--output-format", "json"])
    return code, json.loads(capsys.readouterr().out)


def rules_of(doubts: list[Any]) -> list[str]:
    """Return the rules that are undecided."""
    return sorted({rule for one in doubts for rule in one["rules"]})


def test_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Waivers by a comment, or by path in the contract, accept a doubt when they name all of its rules."""
    code, report = checked(tmp_path, capsys)
    rules = rules_of(report["undecided"])
    assert (code, bool(rules)) == (1, True)
    assert {one["accepted"] for one in report["undecided"]} == {None}

    named = ", ".join(rules)
    code, by_comment = checked(tmp_path, capsys, comment=f"  # gitopslint: ignore[{named}] {ASKS}")
    assert (code, rules_of(by_comment["undecided"])) == (0, rules)
    assert {one["accepted"] for one in by_comment["undecided"]} == {ASKS}
    assert by_comment["verdict"] == "undecided"
    assert by_comment["findings"] == []  # the waiver is not called unused

    entries = "".join(f"- {{rule: {rule}, path: {SET}, reason: {ASKS}}}\n" for rule in rules)
    code, by_contract = checked(tmp_path, capsys, f"waivers:\n{entries}")
    assert (code, {one["accepted"] for one in by_contract["undecided"]}) == (0, {ASKS})


NOT_ENOUGH = {
    "another file": "{rule: RULE, path: deploy/env/**, reason: x}",
    "an app besides, of which a doubt does not speak": "{rule: RULE, path: 'deploy/**', app: shop, reason: x}",
    "another rule": "{rule: mutable-tag, path: 'deploy/**', reason: x}",
    "a day that has gone by": "{rule: RULE, path: 'deploy/**', reason: x, until: 2020-01-01}",
}


@pytest.mark.parametrize("entry", NOT_ENOUGH.values(), ids=NOT_ENOUGH)
def test_not_accepted(entry: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is said of something else accepts nothing."""
    rules = rules_of(checked(tmp_path, capsys)[1]["undecided"])
    entries = "".join(f"- {entry.replace('RULE', rule)}\n" for rule in rules)
    code, report = checked(tmp_path, capsys, f"waivers:\n{entries}")
    assert code == 1
    assert {one["accepted"] for one in report["undecided"]} == {None}


def test_what_the_text_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads the report sees that somebody has accepted the doubt, and why."""
    rules = rules_of(checked(tmp_path, capsys)[1]["undecided"])
    checked(tmp_path, capsys, comment=f"  # gitopslint: ignore[{', '.join(rules)}] {ASKS}")
    assert main(["check", str(tmp_path), "--select", "unwired-layer", "--no-cache"]) == 0
    assert f"= accepted: {ASKS}" in capsys.readouterr().out

"""Nothing is green by accident: every loader and every rule in turn breaks, and every format and the exit code say so."""

from __future__ import annotations

import ast
import functools
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gitopslint.checks.catalogue import CHECKS
from gitopslint.cli.output import FORMATS, render
from gitopslint.engine import examination as engine
from gitopslint.engine import examples
from gitopslint.engine.examples import CLEAN, CLEAN_HISTORY
from gitopslint.engine.pairs import CLEAN_PLATFORM, CLEAN_PRODUCT, PairExample, check_pair
from gitopslint.model.finding import Report
from gitopslint.model.platform import Build, Unused
from gitopslint.model.record import changed
from gitopslint.model.sops import SopsFile, SopsGap
from tests.support.attempts import Scene, application_set
from tests.support.project import ROOT
from tests.support.runs import contract_of

SECRET = "s3cr3t-of-the-repository"
LOADERS = ROOT / "src/gitopslint/loaders"


def broken(*_: object, **__: object) -> Any:
    """Break, with a text that nobody may see."""
    raise KeyError(SECRET)


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
        if check.over in (Build, SopsFile, SopsGap, Unused):
            return check_pair(PairExample(platform={"other/.sops.yaml": "creation_rules: ["}), contract, catalogue)
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


def public_functions() -> list[tuple[str, str]]:
    """Return every public function of every loader, by module and name."""
    return [
        (f"gitopslint.loaders.{path.stem}", node.name)
        for path in sorted(LOADERS.glob("*.py"))
        for node in ast.parse(path.read_bytes()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def in_all_modules(monkeypatch: pytest.MonkeyPatch, function: Any, instead: Callable[..., Any]) -> None:
    """Put another function in the place of one, under every name by which a module knows it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("gitopslint."):
            for known, value in list(vars(module).items()):
                if value is function:
                    monkeypatch.setattr(module, known, instead)


RICH = {
    ".gitopslint.yaml": "secrets: {gitleaks: .gitleaks.toml}\nexclude: [vendor/]\npolicies:\n- {name: own-rule, level: error, "
    "summary: x, require: {path: env.APP_ENV, matches: '.+'}}\n",
    ".gitleaks.toml": '[[rules]]\nid = "own"\nregex = "own-[0-9]{9}"\nkeywords = ["own-"]\n',
    "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 1.0.0\ndependencies:\n"
    '- {name: sub, version: 1.0.0, repository: "file://../sub"}\n',
    "deploy/charts/web-app/templates/a.yaml": "{{ tpl .Values.x . }}\n",
    "deploy/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "deploy/charts/sub/values.yaml": "a: 1\n",
    "deploy/argocd/sets.yaml": application_set("[{git: {directories: [{path: 'x/*'}]}}]", "{}"),
    "k/kustomization.yaml": "resources: [s.yaml]\nsecretGenerator: [{name: x, literals: [a=b]}]\n",
    **{path: str(text) for path, text in CLEAN_PRODUCT.items() if "/argocd/" in path},
}


@pytest.fixture
def rich(scene: Scene) -> Scene:
    """A product in which most loaders have something to load, with its platform beside it."""
    scene.write(RICH)
    for path, text in CLEAN_PLATFORM.items():
        (scene.path.parent / "platform" / path).parent.mkdir(parents=True, exist_ok=True)
        (scene.path.parent / "platform" / path).write_text(str(text))
    return scene


@pytest.fixture(scope="session")
def usual() -> dict[str, int]:
    """With which code the run ends where nothing is broken."""
    return {}


@pytest.mark.parametrize(("module", "name"), public_functions(), ids=lambda word: word.rpartition(".")[2])
def test_a_broken_loader(
    module: str, name: str, rich: Scene, usual: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loader that crashes ends the run with 3 and says so, or is none that this run needs: then nothing differs."""
    words = ("check", "--platform", "../platform", "--report", "json=report.json", "--report", "gitlab=quality.json")
    if not usual:
        usual["code"] = rich.run(*words).code
        Path("report.json").unlink()
        Path("quality.json").unlink()
    function = getattr(importlib.import_module(module), name)
    called = False

    @functools.wraps(function)
    def instead(*words: object, **named: object) -> Any:
        nonlocal called
        called = True
        return broken(*words, **named)

    for other in LOADERS.glob("*.py"):
        importlib.import_module(f"gitopslint.loaders.{other.stem}")
    in_all_modules(monkeypatch, function, instead)
    said = rich.run(*words)
    assert SECRET not in said.out + said.err
    if not called:
        assert said.code == usual["code"]
        return
    assert said.code == 3, f"{module}.{name} crashed, and the run ended with {said.code}"
    assert "KeyError" in said.err
    for file in ("report.json", "quality.json"):
        if Path(file).exists():
            assert "KeyError" in Path(file).read_text()

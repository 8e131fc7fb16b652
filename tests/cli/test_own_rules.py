"""Rules of a repository's own, from the contract to every command that knows rules."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gitopslint.cli import main
from gitopslint.loaders import yaml
from gitopslint.loaders.rules import rule_files
from gitopslint.model.document import plain
from tests.support.product import clean_product
from tests.support.project import ROOT
from tests.support.runs import CLEAN, write_files

CONTRACT = """\
platform: none
policy_folder: policies
policies:
- name: debug-in-prod
  level: error
  summary: Debugging is on where customers are.
  require: {path: env.DEBUG, equals: "0"}
  when: {environments: [prod]}
  examples:
    repository: {deploy/env/prod/shop.yaml: "a: 1"}
    good:
    - title: In dev it may be.
      files: {deploy/env/dev/shop.yaml: "env: {DEBUG: '1'}"}
    bad:
    - title: In prod it may not.
      files:
        deploy/env/prod/shop.yaml: |
          env:
            DEBUG: "1"
      at: ["deploy/env/prod/shop.yaml:2:10"]
"""
LIMITS = """\
name: no-limits
summary: An app without limits.
why: One app takes the node from all others.
fix: Set them.
schema: {required: [limits]}
examples:
  bad:
  - files: {deploy/env/dev/shop.yaml: "a: 1"}
"""
FILES = CLEAN | {
    ".gitopslint.yaml": CONTRACT,
    "policies/no-limits.yaml": LIMITS,
    "deploy/env/dev/shop.yaml": "limits: 1\nenv: {DEBUG: '1'}\n",
    "deploy/env/prod/shop.yaml": "env: {DEBUG: '1'}\n",
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean_product(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)


def write(**files: str) -> None:
    write_files(Path(), {name.replace("_contract", ".gitopslint.yaml"): text for name, text in files.items()})


def test_check(capfd: pytest.CaptureFixture[str]) -> None:
    """Own rules report like any other: place, level, why and fix where they have them, exit code."""
    assert main(["check", "--color", "never"]) == 1
    assert (
        capfd.readouterr().out
        == """\
deploy/env/prod/shop.yaml:1:1: warning[no-limits] shop in prod needs the key limits
1 | env: {DEBUG: '1'}
  | ^^^
   = why: One app takes the node from all others.
   = fix: Set them.

deploy/env/prod/shop.yaml:1:14: error[debug-in-prod] env.DEBUG of shop in prod is '1', and must be '0'
1 | env: {DEBUG: '1'}
  |              ^^^

1 error, 1 warning (1 app, 7 files against .gitopslint.yaml)
"""
    )


def test_levels_selection_and_waivers(capfd: pytest.CaptureFixture[str]) -> None:
    """The contract sets their level, the command line selects them, a comment waives them."""
    write(_contract=CONTRACT + "rules: {no-limits: {level: error}, debug-in-prod: {level: off}}\n")
    assert main(["check", "--output-format", "json"]) == 1
    (finding,) = json.loads(capfd.readouterr().out)["findings"]
    assert (finding["rule"], finding["level"]) == ("no-limits", "error")
    assert main(["check", "--select", "debug-in-prod", "--output-format", "json"]) == 1
    (finding,) = json.loads(capfd.readouterr().out)["findings"]
    assert (finding["rule"], finding["level"]) == ("debug-in-prod", "error")
    assert main(["check", "--ignore", "policy"]) == 0
    write(
        **{
            "deploy/env/prod/shop.yaml": (
                "# gitopslint: ignore[no-limits, debug-in-prod] moves away next week\nenv: {DEBUG: '1'}\n"
            )
        }
    )
    assert main(["check"]) == 0
    write(**{"deploy/env/prod/shop.yaml": "limits: 1 # gitopslint: ignore[no-limits] not yet\n"})
    assert main(["check", "--output-format", "json"]) == 0
    assert "unused-waiver" in capfd.readouterr().out


def test_reports(capfd: pytest.CaptureFixture[str]) -> None:
    """SARIF lists them among its rules, without a page of a manual that does not have them."""
    assert main(["check", "--output-format", "sarif"]) == 1
    driver = json.loads(capfd.readouterr().out)["runs"][0]["tool"]["driver"]
    rules = {rule["id"]: rule for rule in driver["rules"]}
    assert rules["debug-in-prod"]["help"]["text"] == "Debugging is on where customers are."
    assert "helpUri" not in rules["debug-in-prod"]
    assert "helpUri" in rules["mutable-tag"]
    assert rules["no-limits"]["help"]["markdown"] == (
        "**Why:** One app takes the node from all others.\n\n**Fix:** Set them."
    )
    assert main(["check", "--output-format", "gitlab"]) == 1
    assert {entry["check_name"] for entry in json.loads(capfd.readouterr().out)} == {"debug-in-prod", "no-limits"}


def test_rules_lists_them(capfd: pytest.CaptureFixture[str]) -> None:
    """The list of rules is that of the repository around; where its contract is broken, that of gitopslint."""
    assert main(["rules"]) == 0
    assert "debug-in-prod  " in (listed := capfd.readouterr().out)
    assert "shared-host" not in listed
    write(_contract="policies: 1\n")
    assert main(["rules"]) == 0
    shown = capfd.readouterr()
    assert "shared-host" in shown.out
    assert "policies must be a list" in shown.err


def test_explain(capfd: pytest.CaptureFixture[str]) -> None:
    """They have a page as well, made of what their author wrote; a wrong name is answered with the nearest."""
    assert main(["explain", "debug-in-prod"]) == 0
    page = capfd.readouterr().out
    assert page.startswith("# debug-in-prod\n\nDebugging is on where customers are.\n")
    assert 'require:\n  path: env.DEBUG\n  equals: "0"\nwhen:\n  environments:\n    - prod\n' in page
    assert "Reported at `deploy/env/prod/shop.yaml:2:10`." in page
    assert "**Why.**" not in page
    assert main(["explain", "debug-in-pord"]) == 2
    assert "did you mean 'debug-in-prod'?" in capfd.readouterr().err


def test_explain_keeps_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """A rule from a repository cannot move the cursor of who reads about it."""
    write(_contract=CONTRACT.replace("Debugging is on where customers are.", r'"On \e[31m."'))
    for words in (["explain", "debug-in-prod"], ["rules"]):
        assert main(words) == 0
        assert "\x1b" not in capfd.readouterr().out


def test_test_passes(capfd: pytest.CaptureFixture[str]) -> None:
    """Each example is tried, and told."""
    assert main(["rules", "--test"]) == 0
    assert (
        capfd.readouterr().out
        == """\
ok    debug-in-prod: good: In dev it may be.
ok    debug-in-prod: bad: In prod it may not.
ok    no-limits: bad: without a title

2 rules, 3 examples, 0 failed
"""
    )


FAILING = {
    "another place": (
        ("2:10", "2:9"),
        "      want deploy/env/prod/shop.yaml:2:9\n      have deploy/env/prod/shop.yaml:2:10\n",
    ),
    "no finding": (
        ("environments: [prod]", "environments: [dev]"),
        "      want deploy/env/prod/shop.yaml:2:10\n      have nothing\n",
    ),
    "a finding too much": (
        ("DEBUG: '1'}", "DEBUG: '1'}\", deploy/env/prod/shop.yaml: \"env: {DEBUG: '1'}"),
        "      want nothing\n      have deploy/env/prod/shop.yaml:1:14\n",
    ),
    "undecided": (
        ('    DEBUG: "1"', "    DEBUG: ["),
        "      have undecided: the values of shop in prod are not known",
    ),
}


@pytest.mark.parametrize(("change", "expected"), FAILING.values(), ids=FAILING)
def test_test_fails(change: tuple[str, str], expected: str, capfd: pytest.CaptureFixture[str]) -> None:
    """What an example wants and what it has stand under each other."""
    assert change[0] in CONTRACT
    write(_contract=CONTRACT.replace(*change))
    assert main(["rules", "--test", "."]) == 1
    assert expected in capfd.readouterr().out


def test_test_cannot_start(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Broken rules, and none at all, are told apart from failing ones."""
    write(**{"policies/no-limits.yaml": "name: no-limits\n"})
    assert main(["rules", "--test", str(tmp_path)]) == 2
    assert "policies/no-limits.yaml:1:1: the rule needs 'summary'" in capfd.readouterr().err
    write(_contract="policies: [shared-host]\n")
    assert main(["rules", "--test", str(tmp_path)]) == 2
    assert "nothing to test" in capfd.readouterr().err


def test_a_rule_without_examples_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    """Nobody takes a rule for tested that has no examples."""
    write(**{"policies/no-limits.yaml": LIMITS.partition("examples:")[0]})
    assert main(["rules", "--test"]) == 0
    assert "none  no-limits: it has no examples\n" in capfd.readouterr().out


def test_the_example_of_the_manual(capfd: pytest.CaptureFixture[str]) -> None:
    """The rule that docs/contract.md shows is one, and passes its own examples."""
    text = (ROOT / "docs" / "contract.md").read_text("utf-8")
    (block,) = (block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if block.startswith("policies:"))
    write(_contract=block)
    assert main(["rules", "--test"]) == 0
    assert "1 rule, 2 examples, 0 failed" in capfd.readouterr().out


def test_outside_of_any_repository(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Without a contract file there are only the shipped rules, and no file is looked at."""
    (tmp_path / ".gitopslint.yaml").unlink()
    assert main(["rules"]) == 0
    assert "shared-host" in capfd.readouterr().out
    assert main(["rules", "--test", "no/such/folder"]) == 2
    assert main(["explain", "debug-in-prod"]) == 2


def test_staged_rules(capfd: pytest.CaptureFixture[str]) -> None:
    """`--staged` judges by the rules that are staged, not by those on disk."""
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "."], check=True)
    write(**{"policies/no-limits.yaml": LIMITS.replace("level: error", "").replace("[limits]", "[env]")})
    assert main(["check", "--staged", "--select", "no-limits", "--fail-on", "warning"]) == 1
    assert main(["check", "--select", "no-limits", "--fail-on", "warning"]) == 0


def test_schemas(capfd: pytest.CaptureFixture[str]) -> None:
    """The published schemas take what the loader takes and refuse what it refuses."""
    assert main(["schema", "rule"]) == 0
    rule = Draft202012Validator(json.loads(capfd.readouterr().out))
    assert main(["schema", "contract"]) == 0
    contract = Draft202012Validator(json.loads(capfd.readouterr().out))
    for schema in (rule, contract):
        schema.check_schema(schema.schema)
    own = plain(yaml.parse("c", CONTRACT.encode()).root)
    assert not list(contract.iter_errors(own))
    assert not list(contract.iter_errors(own | {"rules": {"debug-in-prod": {"level": "note"}}}))
    assert not list(contract.iter_errors({"policies": ["shared-host"]}))
    assert not list(rule.iter_errors(plain(yaml.parse("r", LIMITS.encode()).root)))
    for path in rule_files():
        written = plain(yaml.parse(path.name, path.read_bytes()).root)
        assert ("check" in written) or ("family" in written) or not list(rule.iter_errors(written)), path
    base: dict[str, object] = {"name": "own", "summary": "S."}
    for wrong in (base, base | {"require": {}, "schema": {}}, base | {"require": {"pth": "a"}}, base | {"schema": 1}):
        assert list(rule.iter_errors(wrong)), wrong
        assert list(contract.iter_errors({"policies": [wrong]})), wrong
    assert list(contract.iter_errors({"policies": ["mutable-tag"]}))
    assert list(contract.iter_errors({"rules": {"debug-in-prod": {}}}))


def test_a_plain_check_stays_quick(tmp_path: Path) -> None:
    """Without a contract file, the shipped policies need nothing that takes long to import."""
    (tmp_path / ".gitopslint.yaml").unlink()
    slow = "pydantic jsonschema referencing yaml.loader subprocess dataclasses inspect hashlib logging"
    code = (
        "import sys; from gitopslint.cli import main; code = main(['check']); "
        f"print(code, set('{slow}'.split()) & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.endswith("0 set()\n")

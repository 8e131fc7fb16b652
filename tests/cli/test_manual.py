"""The commands that explain: `explain`, `rules`, `init`, `schema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gitopslint.cli import main
from gitopslint.loaders import yaml
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.document import plain
from tests.support.runs import CLEAN, write_files


@pytest.mark.parametrize("rule", load_catalogue())
def test_explain(rule: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Every rule has its page, the same one that the manual holds."""
    assert main(["explain", rule]) == 0
    page = capfd.readouterr().out
    assert page == Path("docs/rules", f"{rule}.md").read_text("utf-8")
    assert page.startswith(f"# {rule}\n")


def test_rules(capfd: pytest.CaptureFixture[str]) -> None:
    """The list holds every rule, with its level, in all three formats."""
    assert main(["rules"]) == 0
    text = capfd.readouterr().out
    assert main(["rules", "--format", "markdown"]) == 0
    assert capfd.readouterr().out == Path("docs/rules/README.md").read_text("utf-8")
    assert main(["rules", "--format", "json"]) == 0
    listed = json.loads(capfd.readouterr().out)
    assert [rule["name"] for rule in listed] == list(load_catalogue())
    for rule in listed:
        assert f"{rule['name']} " in text


def test_init(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`init` writes a contract that `check` accepts, and leaves one alone that is there."""
    write_files(tmp_path, CLEAN)
    assert main(["init", str(tmp_path)]) == 0
    assert main(["check", str(tmp_path)]) == 0
    assert "against .gitopslint.yaml" in capfd.readouterr().out
    assert main(["init", str(tmp_path)]) == 2
    assert "is there already" in capfd.readouterr().err
    assert main(["init", "--stdout", str(tmp_path)]) == 0
    assert capfd.readouterr().out == (tmp_path / ".gitopslint.yaml").read_text("utf-8")


def test_contract_schema(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The published schema is a schema, takes what `init` writes, and refuses what the loader refuses."""
    assert main(["schema", "contract"]) == 0
    schema = json.loads(capfd.readouterr().out)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    main(["init", "--stdout"])
    written = plain(yaml.parse("c", capfd.readouterr().out.encode()).root)
    assert list(validator.iter_errors(written)) == []
    refused: list[dict[str, Any]] = [
        {"enviroments": []},
        {"version": 2},
        {"rules": {"mutabletag": {}}},
        {"layers": [{"role": "env"}]},
        {"rules": {"mutable-tag": {"parameters": {"names": "latest"}}}},
        {"apps": {"shop": {"x": 1}}},
    ]
    for wrong in refused:
        assert list(validator.iter_errors(wrong)), wrong


def test_report_schema(capfd: pytest.CaptureFixture[str]) -> None:
    """The schema of the JSON report is published as well."""
    assert main(["schema", "report"]) == 0
    Draft202012Validator.check_schema(json.loads(capfd.readouterr().out))


def test_another_language(capfd: pytest.CaptureFixture[str]) -> None:
    """The pages and the list in Russian; what is not translated, such as examples, stays."""
    assert main(["explain", "mutable-tag", "--lang", "ru"]) == 0
    page = capfd.readouterr().out
    assert "Тег образа, который может переехать." in page
    assert "**Что делать.**" in page
    assert "An image tag that can move." not in page
    assert "`latest`" in page
    assert main(["rules", "--lang", "ru", "--format", "markdown"]) == 0
    assert capfd.readouterr().out == Path("docs/ru/rules.md").read_text("utf-8")
    assert main(["rules", "--lang", "ru", "--format", "json"]) == 0
    listed = json.loads(capfd.readouterr().out)
    assert [rule["name"] for rule in listed] == list(load_catalogue())
    assert main(["rules", "--lang", "ru"]) == 0
    assert "Тег образа, который может переехать." in capfd.readouterr().out
    assert main(["explain", "mutable-tag", "--lang", "xx"]) == 2

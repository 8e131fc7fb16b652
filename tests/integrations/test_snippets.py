"""What the pages tell people to write into their pipelines and editors fits what we offer."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.support.github import ACTION
from tests.support.project import ROOT

PAGES = ("README.md", "docs/pipelines.md", "docs/editors.md")
BLOCKS = [
    (page, language, text)
    for page in PAGES
    for language, text in re.findall(
        r"^```(yaml|json|toml)\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
]
YAML = [(page, text) for page, language, text in BLOCKS if language == "yaml"]


def includes() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return every include of a GitLab file that a page shows, with the file."""
    files = [yaml.safe_load(text) for _, text in YAML if text.startswith("# .gitlab-ci.yml")]
    return [(one, file) for file in files for one in file["include"]]


def test_components() -> None:
    """Every component that is shown is there, and has the inputs that it is given."""
    shown = [one for one, _ in includes() if "component" in one]
    assert {one["component"].rpartition("/")[2].partition("@")[0] for one in shown} == {
        "gitopslint",
        "gitopslint-sarif",
    }
    for one in shown:
        name = one["component"].rpartition("/")[2].partition("@")[0]
        header = next(iter(yaml.safe_load_all((ROOT / f"templates/{name}.yml").read_text("utf-8"))))
        assert one.get("inputs", {}).keys() <= header["spec"]["inputs"].keys()


def test_plain_includes() -> None:
    """Every plain include is there, and knows the variables that are set."""
    shown = [(one, file) for one, file in includes() if "file" in one]
    assert shown
    for one, file in shown:
        known = yaml.safe_load((ROOT / one["file"].lstrip("/")).read_text("utf-8"))["variables"]
        assert file.get("variables", {}).keys() <= known.keys()


def test_inputs_are_explained() -> None:
    """The page says what every input of the component is, and every one of the action."""
    page = (ROOT / "docs/pipelines.md").read_text("utf-8")
    header = next(iter(yaml.safe_load_all((ROOT / "templates/gitopslint.yml").read_text("utf-8"))))
    told = set(re.findall(r"`([a-z-]+)(?:: \w+)?`", page)) | set(re.findall(r"^ +([a-z-]+): ", page, re.MULTILINE))
    assert header["spec"]["inputs"].keys() - told == set()
    assert ACTION["inputs"].keys() - told - {"python"} == set()


def test_action() -> None:
    """Every step that uses the action gives it inputs that it has, and reads outputs that it has."""
    steps = [
        step
        for _, text in YAML
        for step in re.findall(r"uses: gitopslint/gitopslint@\S+\n(?: +id: \w+\n)?(?: +with:\n((?: {10}.*\n)+))?", text)
    ]
    assert steps
    for step in steps:
        assert set(re.findall(r"^ +([\w-]+):", step, re.MULTILINE)) <= ACTION["inputs"].keys()
    outputs = {name for _, text in YAML for name in re.findall(r"steps\.gitopslint\.outputs\.([\w-]+)", text)}
    assert outputs <= ACTION["outputs"].keys()


@pytest.mark.parametrize(("language", "text"), [block[1:] for block in BLOCKS], ids=[block[0] for block in BLOCKS])
def test_blocks(language: str, text: str) -> None:
    """Every block is what it says it is, and every address of a schema leads to a file of ours."""
    match language:
        case "yaml":
            list(yaml.safe_load_all(text))
        case "json":
            json.loads(text)
        case "toml":
            tomllib.loads(text)
    for path in re.findall(r"raw\.githubusercontent\.com/gitopslint/gitopslint/main/([\w./-]+)", text):
        assert (ROOT / path).is_file(), path

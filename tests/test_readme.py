"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.loaders.contract import read_contract
from gitopslint.loaders.rules import load_catalogue

README = Path("README.md").read_text("utf-8")
SHOWN = [
    (command, output)
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for command, output in re.findall(r"^\$ (gitopslint .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    if output
]


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_output(command: str, output: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Every output in the README is what its command prints."""
    main(shlex.split(command)[1:])
    assert capfd.readouterr().out == output


def test_something_is_shown() -> None:
    """The README shows a real run."""
    assert SHOWN


def test_contract() -> None:
    """The contract in the README is one."""
    (text,) = re.findall(r"```yaml\n(# \.gitopslint\.yaml\n.*?)```", README, re.DOTALL)
    assert read_contract("README.md", text.encode(), load_catalogue()).environments == ("dev", "stage", "prod")


def test_links() -> None:
    """Every relative link leads to a file."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert Path(target).exists(), target

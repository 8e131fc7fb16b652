"""What the pages of `docs/` show is what happens, in the repository that they tell of."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gitopslint.cli import main
from tests.support.pages import existing, told
from tests.support.project import ROOT
from tests.support.repo import clean_git_environment

PAGES = ("affected", "evidence")
SHOWN = {
    page: [
        (command, output)
        for block in re.findall(r"```console\n(.*?)```", (ROOT / f"docs/{page}.md").read_text("utf-8"), re.DOTALL)
        for command, output in re.findall(r"^\$ (gitopslint .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    ]
    for page in PAGES
}


@pytest.mark.parametrize("page", PAGES)
def test_output(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Every command prints what the page says; what one writes to a file is there for the next."""
    monkeypatch.chdir(told(tmp_path / "shop").path)
    assert SHOWN[page]
    for command, output in SHOWN[page]:
        words, _, file = command.partition(" >")
        main(shlex.split(words)[1:])
        captured = capfd.readouterr()
        if file:
            Path(file).write_text(captured.out, "utf-8")
        assert (captured.err if file else captured.out + captured.err) == output, command


def test_guide(tmp_path: Path) -> None:
    """The guide from top to bottom, as a reader types it, in a repository that knows nothing of gitopslint."""
    folder = existing(tmp_path / "shop").path
    environment = clean_git_environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    for block in re.findall(r"```console\n(.*?)```", (ROOT / "docs/guide.md").read_text("utf-8"), re.DOTALL):
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            done = subprocess.run(
                ("bash", "-c", command),
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            assert done.stdout.decode().replace(str(folder), "~/shop") == output, command

"""What the pages of `docs/` show is what happens, in the repository that they tell of."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from gitopslint.cli import main
from tests.support.pages import told
from tests.support.project import ROOT

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

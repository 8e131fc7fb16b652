"""What docs/releasing.md shows is what happens, command after command in one repository."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from gitopslint.cli import main
from tests.support.repo import IDENTITY
from tests.support.story import Code, Landing, Storyteller

PAGE = Path("docs/releasing.md")
SHOWN = re.compile(r"^\$ (gitopslint .*)\n((?:(?!\$ |```).*\n)*)", re.MULTILINE)
DATES = {"GIT_AUTHOR_DATE": "1700090000 +0000", "GIT_COMMITTER_DATE": "1700090000 +0000"}
LAYERS = {f"deploy/env/{env}/shop.yaml": f"env:\n  APP_ENV: {env}\n" for env in ("dev", "prod")}


def begin(folder: Path) -> None:
    """Make the repository that the page is about; its commits have the same ids each time."""
    teller = Storyteller(folder)
    teller.tell([Code({**LAYERS, ".gitopslint.yaml": "platform: none\npolicies: []\n"})])
    for environment in ("dev", "prod"):
        teller.write(Landing({environment: "{1}"}))
        teller.repo.commit(f"Release to {environment}")
    teller.tell([Code()])


def test_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command prints what stands below it, to either stream."""
    page = PAGE.read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in {**IDENTITY, **DATES}.items():
        monkeypatch.setenv(name, value)
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    begin(tmp_path)

    def run(shown: re.Match[str]) -> str:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main(shlex.split(shown[1])[1:])
        return f"$ {shown[1]}\n{said.getvalue()}"

    assert SHOWN.sub(run, page) == page
    assert len(SHOWN.findall(page)) >= 7

"""A check of a sparse checkout says the same as that of a whole one."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitopslint.cli import main
from tests.support.story import Code, Storyteller


def test_nothing_is_taken_for_deleted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A layer that is not on disk is judged as it was committed, and not as one that somebody took away."""
    repo = Storyteller(tmp_path / "repo").tell([{"dev": "v1.0.0"}, {"prod": "v1.0.0"}, Code(), {"prod": "{1}"}])
    words = ["check", str(repo.path), "--select", "skipped-environment", "--no-cache"]
    assert main(words) == 1
    whole = capsys.readouterr().out
    repo.git("sparse-checkout", "set", "--no-cone", "/deploy/env/release-dev/")
    assert not (repo.path / "deploy/env/release-prod").exists()
    assert main(words) == 1
    assert capsys.readouterr().out == whole
    assert main(["rollback", "shop", "prod", "--to", "previous", "--repository", str(repo.path)]) == 2
    assert "git sparse-checkout add" in capsys.readouterr().err

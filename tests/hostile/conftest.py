"""The scene of every attempt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.attempts import Scene, base_product, copied
from tests.support.project import once


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A clean product with its history, made once."""
    return once(tmp_path_factory, "clean-product", base_product, worker_id)


@pytest.fixture
def scene(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Scene:
    """A copy of it as the working directory, and no variable of a pipeline."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CI_PROJECT_DIR", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    path = copied(base, tmp_path / "product")
    monkeypatch.chdir(path)
    return Scene(path, capfd)

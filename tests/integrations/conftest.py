"""What the tests of integrations share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.hooks import download_wheels
from tests.support.project import copy_project, once, python


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The packages that an installation needs."""
    return once(tmp_path_factory, "wheels", download_wheels, worker_id)


@pytest.fixture(scope="session")
def requirement(wheels: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """What pip is told to install gitopslint as it stands here, without the network."""

    def build(folder: Path) -> None:
        tree = copy_project(folder / "tree")
        python("-m", "build", "--no-isolation", "--wheel", "--outdir", folder / "wheel", tree)

    ours = once(tmp_path_factory, "own-wheel", build, worker_id) / "wheel"
    return f"--no-index --no-compile --find-links={wheels} --find-links={ours} gitopslint"

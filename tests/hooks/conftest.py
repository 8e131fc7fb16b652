"""Runners of hooks, each with everything installed once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.hooks import MANAGERS, Runner, download_wheels, manager_at, plain_at, publish, set_up
from tests.support.project import once


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A repository of gitopslint as it stands, to install hooks from."""
    return once(tmp_path_factory, "source", publish, worker_id)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The packages that an installed hook needs."""
    return once(tmp_path_factory, "wheels", download_wheels, worker_id)


@pytest.fixture(scope="session", params=["plain", *MANAGERS])
def runner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Runner:
    """Each program that runs hooks, with ours installed."""
    name: str = request.param
    if name == "plain":
        return plain_at(tmp_path_factory.mktemp("plain"))
    source: Path = request.getfixturevalue("source")
    wheels: Path = request.getfixturevalue("wheels")
    folder = once(tmp_path_factory, name, lambda folder: set_up(name, source, wheels, folder), worker_id)
    return manager_at(name, source, wheels, folder)

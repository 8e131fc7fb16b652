"""What holds for every test: nothing of the machine that it runs on, and properties that can be repeated."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a slow machine is no finding. No database: a failure must repeat from what it prints, anywhere.
_LOCAL = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("local", _LOCAL)
settings.register_profile("ci", _LOCAL, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "local")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the garbage collector forget what stays anyway: to look through all tests again and again takes a tenth."""
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """Name our markers."""
    config.addinivalue_line("markers", "slow: takes seconds, because it installs something (leave out: -m 'not slow')")


@pytest.fixture(autouse=True)
def _nobodys_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what a git hook sets and what the user has configured: the tests may run inside a commit."""
    for name in os.environ:
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)

"""What holds for all tests."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Name our markers."""
    config.addinivalue_line("markers", "slow: takes seconds, because it installs something (leave out: -m 'not slow')")

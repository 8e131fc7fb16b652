"""Tests that need something which is not everywhere."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def without(what: str) -> NoReturn:
    """Skip the test and say what it would need; in CI fail it, where a skip would go unseen."""
    reason = f"this needs {what}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)

"""Generated files are what their sources say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.generate import ROOT, generated

FILES = generated()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_fresh(path: Path) -> None:
    """A stale file names the command that repairs it."""
    assert (ROOT / path).read_text("utf-8") == FILES[path], f"{path} is stale: run `make generate`"


def test_no_page_without_a_rule() -> None:
    """A rule that is gone leaves no page behind."""
    assert {path.relative_to(ROOT) for path in (ROOT / "docs/rules").glob("*.md")} <= set(FILES)

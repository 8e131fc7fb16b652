"""Where things are."""

from __future__ import annotations

import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src/gitopslint"
COPY = ROOT / ".cache/mutation"
TEMPORARY = Path(tempfile.gettempdir()) / "gitopslint-mutation"
"""Not in the repository: many tests count on none being above them."""

"""What is known of each module: kept beside the digest of its text, so that it holds for this text and no other."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from bench.mutation.home import COPY, SRC


class Trial(NamedTuple):
    """What became of one change."""

    name: str
    line: int
    operator: str
    tests: int
    """How many tests could be tried."""
    by: str | None
    """Who noticed."""


def read(module: str) -> list[Trial] | None:
    """Return what is known of a module as it is now; None where nothing is."""
    file = _file(module)
    kept = json.loads(file.read_text("utf-8")) if file.is_file() else {"source": None, "trials": []}
    return [Trial(*one) for one in kept["trials"]] if kept["source"] == _digest(module) else None


def write(module: str, trials: list[Trial]) -> None:
    """Keep what is known of a module."""
    _file(module).parent.mkdir(parents=True, exist_ok=True)
    _file(module).write_text(json.dumps({"source": _digest(module), "trials": trials}, indent=1), "utf-8")


def _digest(module: str) -> str:
    return hashlib.sha256((SRC / f"{module}.py").read_bytes()).hexdigest()


def _file(module: str) -> Path:
    return COPY / "trials" / f"{module.replace('/', '.')}.json"

"""The real turbo, as a witness of what depends on what. `tests/tools/package.json` pins it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.support.repo import clean_git_environment
from tests.support.skips import without

_TOOLS = Path(__file__).parent.parent / "tools"


def require() -> Path:
    """Return the program, or skip the test where it is not installed."""
    found = sorted(_TOOLS.glob("node_modules/@turbo/*/bin/turbo"))
    if not found:
        without("turbo: npm install --prefix tests/tools --no-package-lock")
    return found[0]


def affected_packages(folder: Path) -> set[str]:
    """Return the names of the packages that the change since HEAD affects, as turbo builds them."""
    told = _turbo(folder, "build", "--filter=...[HEAD]", "--dry-run=json")
    packages: list[str] = json.loads(told)["packages"]
    return set(packages)


def pruned(folder: Path, names: Iterable[str]) -> set[str]:
    """Return the folders of the packages that turbo keeps for some of them."""
    out = folder / "out"
    _turbo(folder, "prune", *names)
    return {path.parent.relative_to(out).as_posix() for path in out.rglob("package.json")} - {"."}


def _turbo(folder: Path, *words: str) -> str:
    environment = clean_git_environment(TURBO_TELEMETRY_DISABLED="1", DO_NOT_TRACK="1", TURBO_NO_UPDATE_NOTIFIER="1")
    program = require()
    done = subprocess.run(
        [program, *words, "--no-daemon"] if words[0] == "build" else [program, *words],
        cwd=folder,
        env=environment | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

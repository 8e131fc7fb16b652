"""Microsoft's SARIF validator with the rules of GitHub code scanning. `tests/tools/package.json` pins it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

_TOOLS = Path(__file__).parent.parent / "tools"
_VALIDATOR = _TOOLS / "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
_INSTALL = "npm install --prefix tests/tools --no-package-lock"


def require() -> None:
    """Skip the test without the validator; in CI fail it, where a skip would go unseen."""
    if _VALIDATOR.exists():
        return
    reason = f"the SARIF validator is not installed: {_INSTALL}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def complaints(logs: Mapping[str, str], folder: Path) -> dict[str, list[str]]:
    """Validate SARIF logs and return the errors and warnings about each, by the name of the log.

    One process does all of them: it takes a second to start. Its exit code says nothing, so its own log is read.
    """
    for name, log in logs.items():
        (folder / f"{name}.sarif").write_text(log, "utf-8")
    output = folder / "validation.json"
    done = subprocess.run(
        [
            _VALIDATOR,
            "validate",
            *(str(folder / f"{name}.sarif") for name in logs),
            "-o",
            str(output),
            "--log",
            "ForceOverwrite",
            "--rule-kind",
            "Sarif;Ghas",
            "--level",
            "Error;Warning",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert output.exists(), done.stdout + done.stderr
    found: dict[str, list[str]] = {name: [] for name in logs}
    for run in json.loads(output.read_text("utf-8-sig"))["runs"]:
        for invocation in run.get("invocations", []):
            assert invocation["executionSuccessful"], invocation
        for result in run.get("results", []):
            if result.get("level", "warning") in ("error", "warning"):
                found[_about(result)].append(f"{result['ruleId']}: {json.dumps(result['message'])}")
    return found


def _about(result: dict[str, Any]) -> str:
    uri: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return Path(unquote(uri)).stem

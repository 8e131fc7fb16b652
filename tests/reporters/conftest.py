"""What Microsoft's validator says about SARIF of ours, asked once: it takes seconds to start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitopslint import __version__
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.finding import Report
from gitopslint.reporters import sarif, sarif_github
from tests.support import multitool
from tests.support.project import once
from tests.support.reports import REPORTS


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> dict[str, list[str]]:
    """The complaints about each kind of report, as we write it (`empty`) and as we do for GitHub (`github-empty`).

    Also about `all_rules`, where every rule that ships ran, and about `broken`, which is no valid log.
    """
    multitool.require()
    folder = once(tmp_path_factory, "validated-sarif", _validate, worker_id)
    said: dict[str, list[str]] = json.loads((folder / "verdicts.json").read_text("utf-8"))
    return said


def _validate(folder: Path) -> None:
    catalogue = load_catalogue()
    logs = {name: sarif.render(build(), __version__) for name, build in REPORTS.items()}
    logs |= {f"github-{name}": sarif_github.render(build(), __version__) for name, build in REPORTS.items()}
    logs["all_rules"] = sarif.render(Report(catalogue, tuple(catalogue)), __version__)
    logs["broken"] = logs["one_finding"].replace('"text"', '"words"').replace("utf16CodeUnits", "bytes")
    (folder / "verdicts.json").write_text(json.dumps(multitool.complaints(logs, folder)), "utf-8")

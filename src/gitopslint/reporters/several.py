"""Reports of several repositories in formats whose readers resolve paths: side by side, each as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping


def sarif(reports: Mapping[str, str]) -> str:
    """Return one SARIF log with a run for each repository, under an id of its own."""
    logs = {name: json.loads(text) for name, text in reports.items()}
    runs = []
    for name, log in logs.items():
        for run in log["runs"]:
            tool, _, prefix = run["automationDetails"]["id"].partition("/")
            runs.append({**run, "automationDetails": {"id": f"{tool}/{name}/{prefix}"}})
    first = next(iter(logs.values()))
    return json.dumps({**first, "runs": runs}, indent=1, ensure_ascii=False) + "\n"


def gitlab(reports: Mapping[str, str]) -> str:
    """Return one Code Quality report with the entries of all."""
    entries = [entry for text in reports.values() for entry in json.loads(text)]
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


SIDE_BY_SIDE: dict[str, Callable[[Mapping[str, str]], str]] = {
    "sarif": sarif,
    "sarif-github": sarif,
    "gitlab": gitlab,
}

"""Counts of a report: by rule and level, and by app."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from gitopslint.model.finding import Finding, Report
from gitopslint.model.rule import LEVELS
from gitopslint.reporters.escape import visible

_LEVELS = LEVELS[::-1]
_NO_APP = "(no app)"


def render(report: Report) -> str:
    """Return two tables, with a line for every rule that has anything to say and every app that has a finding."""
    rules = {rule: _counts(report, [one for one in report.findings if one.rule == rule]) for rule in report.rules}
    for rule, counts in rules.items():
        counts["waived"] = sum(one.finding.rule == rule for one in report.waived)
        counts["undecided"] = sum(rule in one.rules for one in report.undecided)
    by_app: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_app.setdefault(finding.app or _NO_APP, []).append(finding)
    apps = {app: _counts(report, by_app[app]) for app in sorted(by_app, key=lambda app: (app == _NO_APP, app))}
    tables = [
        _table("rule", [*_shown(report), "waived", "undecided"], {k: v for k, v in rules.items() if any(v.values())}),
        _table("app", _shown(report), apps),
    ]
    return "\n".join(table for table in tables if table)


def _shown(report: Report) -> list[str]:
    return [*_LEVELS, *(["known"] if report.comparison is not None else [])]


def _counts(report: Report, findings: Sequence[Finding]) -> dict[str, int]:
    levels = Counter(one.level for one in findings)
    return {level: levels[level] for level in _LEVELS} | {"known": sum(map(report.is_known, findings))}


def _table(what: str, columns: Sequence[str], rows: Mapping[str, Mapping[str, int]]) -> str:
    if not rows:
        return ""
    width = max(map(len, (what, *map(visible, rows))))
    lines = [f"{what:<{width}}  {'  '.join(columns)}"]
    for name, counts in rows.items():
        cells = "  ".join(f"{counts[column] or '-':>{len(column)}}" for column in columns)
        lines.append(f"{visible(name):<{width}}  {cells}")
    return "\n".join(lines) + "\n"

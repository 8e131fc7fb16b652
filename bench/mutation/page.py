"""Writes what is known into docs/mutation.md: the figures, and every change that nobody noticed, with its reason."""

from __future__ import annotations

import datetime
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator

from bench.mutation.home import ROOT
from bench.mutation.ledger import Trial, read

PAGE = ROOT / "docs/mutation.md"
REASONS = ROOT / "bench/mutation/left.toml"
BEGIN = "<!-- from here on written by `python -m bench.mutation page` -->\n"

Known = dict[str, list[Trial]]


def write(modules: list[str]) -> int:
    """Write the generated part of the page; say what it has to leave open."""
    known = {module: trials for module in modules if (trials := read(module)) is not None}
    reasons = {(one["module"], one["change"]): one["why"] for one in tomllib.loads(REASONS.read_text("utf-8"))["left"]}
    left = {(module, one.name) for module, trials in known.items() for one in trials if one.by is None}
    for module, change in sorted(reasons.keys() - left):
        print(f"{REASONS.name}: this is noticed, or is not tried: {module}: {change}", file=sys.stderr)
    for module, change in sorted(left - reasons.keys()):
        print(f"{REASONS.name}: no reason for {module}: {change}", file=sys.stderr)
    missing = sorted(set(modules) - known.keys())
    if missing:
        print(f"not tried as they are now: {' '.join(missing)}", file=sys.stderr)
    head, _, _ = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(head + BEGIN + "\n".join(_lines(known, reasons, missing)) + "\n", "utf-8")
    return 1 if missing or reasons.keys() != left else 0


def _lines(known: Known, reasons: dict[tuple[str, str], str], missing: list[str]) -> Iterator[str]:
    today = datetime.datetime.now(datetime.UTC).date()
    version = ".".join(map(str, sys.version_info[:2]))
    yield f"\n## Figures\n\n{today}, commit `{_commit()}`, Python {version}.\n"
    yield "| package | modules | tried | noticed | by a test | by loading, or a limit | left |"
    yield "|---|---|---|---|---|---|---|"
    floors: dict[str, list[str]] = defaultdict(list)
    for module in known:
        floors[module.partition("/")[0]].append(module)
    for floor, modules in floors.items():
        yield _row(f"`{floor}`", len(modules), [one for module in modules for one in known[module]])
    yield _row("all", len(known), [one for trials in known.values() for one in trials])
    if missing:
        yield f"\nNot tried as they are now: {', '.join(f'`{module}`' for module in missing)}."
    yield "\n## What nobody notices\n\nIn brackets: how many tests ran; below, why it is left."
    for module, trials in known.items():
        changes = [one for one in trials if one.by is None]
        if changes:
            yield f"\n### `{module}`\n"
        for one in changes:
            why = reasons.get((module, one.name), "**Nobody has looked at this yet.**")
            yield f"- {_code(one.name)} ({one.tests})  \n  {why}"
    yield "\n## By module\n\n| module | tried | noticed |\n|---|---|---|"
    for module, trials in known.items():
        yield f"| `{module}` | {len(trials)} | {sum(one.by is not None for one in trials)} |"


def _row(name: str, modules: int, trials: list[Trial]) -> str:
    noticed = [one.by for one in trials if one.by is not None]
    tests = sum("::" in by for by in noticed)
    share = f"{len(noticed) / max(len(trials), 1):.1%}"
    cells = [modules, len(trials), f"{len(noticed)} ({share})", tests, len(noticed) - tests, len(trials) - len(noticed)]
    return f"| {name} | {' | '.join(map(str, cells))} |"


def _code(text: str) -> str:
    """Write code of one line as Markdown does, whatever stands in it."""
    fence = "``" if "`" in text else "`"
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _commit() -> str:
    def git(*question: str) -> str:
        return subprocess.run(["git", *question], cwd=ROOT, capture_output=True, check=True, text=True).stdout.strip()

    dirty = git("status", "--porcelain", "--", "src", "tests", "rules")
    return git("rev-parse", "--short=12", "HEAD") + (" and what is not committed" if dirty else "")

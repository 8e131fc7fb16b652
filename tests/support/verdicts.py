"""What `check` says about a repository on disk, history and all."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from gitopslint.cli.workspace import open_workspace
from gitopslint.engine.run import run
from gitopslint.engine.selection import select
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.finding import Report

HISTORY = (
    "promotion",
    "unknown-tag-commit",
    "foreign-tag-commit",
    "reused-tag",
)
"""The rules that need a history."""


def judged(
    path: Path, *selected: str, base: str | None = None, staged: bool = False, ignored: tuple[str, ...] = ()
) -> Report:
    """Check a repository with the rules about its history, or with others."""
    workspace = open_workspace(str(path), load_catalogue(), staged=staged, base=base)
    selection = select(workspace.catalogue, workspace.product.contract, selected or HISTORY, ignored)
    with closing(workspace.product) as product:
        return run(product, workspace.catalogue, selection, prefix=workspace.prefix, scope=workspace.scope)


def found(report: Report) -> list[str]:
    """Return each finding as `environment rule level`."""
    return [f"{one.environment} {one.rule} {one.level}" for one in report.findings]


def undecided(report: Report) -> dict[str, list[str]]:
    """Return the reasons for which something is undecided, each with the rules."""
    return {one.reason: list(one.rules) for one in report.undecided}

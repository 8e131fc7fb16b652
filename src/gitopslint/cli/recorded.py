"""The baseline of a repository: where it is, and what a run makes of it."""

from __future__ import annotations

import os
from pathlib import Path

from gitopslint.cli.clock import today
from gitopslint.cli.exits import UsageError
from gitopslint.cli.pair import Checked
from gitopslint.cli.workspace import Ground
from gitopslint.engine.baseline import Record, Sight, held_against
from gitopslint.engine.conclusion import narrowed
from gitopslint.engine.pieces import with_record
from gitopslint.engine.selection import Selection
from gitopslint.loaders.baseline import BaselineError, read_baseline
from gitopslint.loaders.tree import ReadError
from gitopslint.model.finding import Report
from gitopslint.model.secret import SECRET_RULES


def with_baseline(
    report: Report, checked: Checked, selection: Selection, asked: str | None, *, everywhere: bool = True
) -> Report:
    """Turn the report on a whole repository into one on what was asked for, which knows what the baseline holds.

    `everywhere`: the report is not only about a share of the apps and files. Raises UsageError.
    """
    path = baseline_path(checked.ground, asked)
    if path is None:
        return narrowed(report, checked.scope)
    record = read_record(checked.ground, path)
    if record is None:
        named = "--baseline" if asked is not None else "`baseline` in the contract"
        raise UsageError(f"{named}: there is no file {checked.prefix}{path}; `gitopslint baseline` writes one")
    sight = sight_of(checked, selection)._replace(everywhere=everywhere)
    return with_record(narrowed(held_against(report, record, sight, today()), checked.scope), record)


def baseline_path(ground: Ground, asked: str | None) -> str | None:
    """Return the path of the baseline from the root: what was asked for, else what the contract says.

    Raises UsageError for one outside: findings about its entries need a place in the repository.
    """
    if asked is None:
        return ground.contract.baseline
    path = os.path.relpath(os.path.realpath(asked), os.path.realpath(ground.root))
    if os.pardir in Path(path).parts:
        raise UsageError(f"the baseline {asked} is not below {ground.root}: keep it in the repository")
    return Path(path).as_posix()


def read_record(ground: Ground, path: str) -> Record | None:
    """Read the baseline as the tree has it; None for no file. Raises UsageError."""
    name = ground.prefix + path
    if path not in ground.tree.paths and not (ground.root / path).exists():
        return None
    try:
        data = ground.tree.read(path)
    except ReadError as error:
        staged = "" if path in ground.tree.paths else "; with --staged it has to be in the index: git add it"
        raise UsageError(f"the baseline {name} cannot be read: {error}{staged}") from None
    try:
        return Record(path, data, read_baseline(name, data))
    except BaselineError as error:
        raise UsageError(str(error)) from None


def sight_of(checked: Checked, selection: Selection) -> Sight:
    """Return what a run could see."""
    # In the platform the rules about secrets of a product judge nothing.
    return Sight(selection, checked.scope, SECRET_RULES if checked.side.turned else ())

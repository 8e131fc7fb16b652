"""The check of the base, for `check --new-only`."""

from __future__ import annotations

import argparse
from contextlib import closing

from gitopslint.cli.clock import today
from gitopslint.cli.exits import UsageError, tell
from gitopslint.cli.looking import looking
from gitopslint.cli.mainline import base_commit, history_of_base
from gitopslint.cli.pair import Checked, platform_side, product_side
from gitopslint.cli.recorded import baseline_path, read_record, sight_of
from gitopslint.cli.workspace import Ground
from gitopslint.engine.baseline import held_against
from gitopslint.engine.comparison import compared
from gitopslint.engine.conclusion import narrowed
from gitopslint.engine.selection import Selection, select
from gitopslint.loaders.contract import ContractError, read_contract
from gitopslint.loaders.git import GitError
from gitopslint.loaders.recorded import recorded
from gitopslint.loaders.rules import rules_in_force
from gitopslint.loaders.schemas import SchemaError
from gitopslint.loaders.side import Side
from gitopslint.loaders.tree import MemoryTree, Tree, commit_tree
from gitopslint.loaders.watched import WatchedTree
from gitopslint.model.contract import FILE_NAME, Contract
from gitopslint.model.finding import Report
from gitopslint.model.rule import Catalogue


def since_base(report: Report, checked: Checked, arguments: argparse.Namespace, shipped: Catalogue) -> Report:
    """Return a report that knows which of its findings the base had as well. Raises UsageError."""
    ground = checked.ground
    commit = base_commit(ground.repository, arguments.base, staged=arguments.staged)
    nothing: Tree = MemoryTree({})
    if commit is None or ground.repository is None:
        return compared(report, ground.tree, Report(report.catalogue, ()), nothing, "nothing")
    try:
        tree = commit_tree(ground.repository, ground.prefix, commit)
    except GitError as error:
        raise UsageError(f"--new-only: the base {commit[:8]} cannot be read: {error}") from None
    before = _check(ground._replace(tree=tree), commit, checked, arguments, shipped)
    return compared(report, ground.tree, before or Report(report.catalogue, ()), tree, commit[:8])


def _check(
    ground: Ground, commit: str, checked: Checked, arguments: argparse.Namespace, shipped: Catalogue
) -> Report | None:
    """Check the base by its own contract; None where that cannot be done."""
    repository = ground.repository
    if repository is None:
        return None
    try:
        contract = Contract()
        has_contract = FILE_NAME in ground.tree.paths
        if has_contract:
            contract = read_contract(ground.prefix + FILE_NAME, ground.tree.read(FILE_NAME), shipped, ground.tree)
        catalogue = rules_in_force(contract, shipped)
        before = ground._replace(contract=contract, catalogue=catalogue)
        open_history = history_of_base(repository, commit, checked.keeper)
        side: Side
        if checked.side.turned:
            side = platform_side(before, arguments.product, open_history(), shipped)
        elif checked.keeper is None:
            side = product_side(before, arguments.platform, open_history, shipped)
        else:
            before = before._replace(tree=WatchedTree(before.tree))
            side = product_side(before, arguments.platform, recorded(open_history), shipped)
    except (ContractError, SchemaError, GitError, UsageError) as error:
        tell(f"the base {commit[:8]} cannot be checked, so every finding counts as new: {error}")
        return None
    selection = _selection(catalogue, contract, arguments)
    file = ground.prefix + FILE_NAME if has_contract else None
    at_base = Checked(side, checked.prefix, checked.scope, file, catalogue, before, checked.keeper)
    cache = None
    if isinstance(side.tree, WatchedTree):
        from gitopslint.cli.caching import open_base_cache  # not for small repositories

        cache = open_base_cache(at_base, commit, selection)
    with closing(side):
        report = looking(at_base, selection)(whole=True, cache=cache)
    try:
        path = baseline_path(before, arguments.baseline)
        record = read_record(before, path) if path in before.tree.paths else None
    except UsageError as error:
        tell(f"the baseline of {commit[:8]} does not count: {error}")
        record = None
    if record is not None:
        report = held_against(report, record, sight_of(checked, selection), today())
    return narrowed(report, checked.scope)


def _selection(catalogue: Catalogue, contract: Contract, arguments: argparse.Namespace) -> Selection:
    """Return the rules to run. One that the contract of the base does not know had no findings there."""
    known = {*catalogue, *(rule.family for rule in catalogue.values())}
    selected, ignored = ([name for name in names if name in known] for names in (arguments.select, arguments.ignore))
    if arguments.select and not selected:
        return Selection({})
    return select(catalogue, contract, selected, ignored)

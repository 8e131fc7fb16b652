"""A repository as one of its commits has it: its files, and the contract that held there."""

from __future__ import annotations

from gitopslint.cli.exits import UsageError, tell
from gitopslint.cli.mainline import history_of_base
from gitopslint.cli.workspace import Ground
from gitopslint.loaders.contract import ContractError, read_contract
from gitopslint.loaders.git import GitError, Repository
from gitopslint.loaders.product import Product
from gitopslint.loaders.schemas import SchemaError
from gitopslint.loaders.tree import GitTree, ReadError, commit_tree
from gitopslint.model.contract import FILE_NAME, Contract
from gitopslint.model.rule import Catalogue


def committed_product(ground: Ground, repository: Repository, commit: str, shipped: Catalogue) -> Product:
    """Return the product of a commit, with its history up to there. Raises UsageError."""
    try:
        tree = commit_tree(repository, ground.prefix, commit)
        contract = Contract()
        if FILE_NAME in tree.paths:
            contract = read_contract(ground.prefix + FILE_NAME, tree.read(FILE_NAME), shipped, tree)
        return Product(tree, contract, ground.prefix, history_of_base(repository, commit))
    except (ContractError, ReadError, SchemaError, GitError) as error:
        raise UsageError(f"the commit {commit[:8]} cannot be looked at: {error}") from None


def contract_at(tree: GitTree, ground: Ground, commit: str, shipped: Catalogue) -> Contract:
    """Return the contract of an earlier commit, or today's where that one says less."""
    if FILE_NAME not in tree.paths:
        return Contract() if ground.file is None or Product(tree, Contract()).layout.stacks() else ground.contract
    try:
        return read_contract(ground.prefix + FILE_NAME, tree.read(FILE_NAME), shipped, tree)
    except (ContractError, ReadError) as error:
        tell(f"the contract of the base {commit[:8]} cannot be read, so today's is used for it, too: {error}")
        return ground.contract

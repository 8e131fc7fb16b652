"""From a path on the command line to the repository, its contract and its files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gitopslint.cli.exits import UsageError
from gitopslint.loaders.contract import ContractError, default_root, find_contract_file, read_contract
from gitopslint.loaders.git import GitError, find_repository
from gitopslint.loaders.product import Product
from gitopslint.loaders.schemas import SchemaError
from gitopslint.loaders.tree import IndexTree, ReadError, Tree, below, disk_tree
from gitopslint.model.contract import FILE_NAME, Contract
from gitopslint.model.rule import Catalogue


@dataclass(frozen=True, slots=True)
class Workspace:
    """What one run looks at.

    `prefix` leads from the top of the git repository to the root, `scope` from the root to the path that was
    asked for; both are empty when they are the same folder. `contract_file` is None for the default contract.
    """

    product: Product
    prefix: str
    scope: str
    contract_file: str | None


def open_workspace(path: str, catalogue: Catalogue, *, staged: bool = False) -> Workspace:
    """Find the contract and the files for a path. Raises UsageError with a way out."""
    start = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow the links that git does not
    if not start.exists():
        raise UsageError(f"{path} does not exist")
    folder = start if start.is_dir() else start.parent
    repository = find_repository(folder)
    if staged and repository is None:
        raise UsageError(f"--staged needs a git repository, and {folder} is in none")
    top = repository.top if repository is not None else None
    file = find_contract_file(folder, top)
    root = file.parent if file is not None else default_root(folder, top) or top or folder
    prefix = below(root, top) if top is not None else ""
    try:
        tree: Tree = IndexTree(repository, prefix) if staged and repository else disk_tree(root, repository)
        contract = Contract()
        if file is not None:
            contract = read_contract(prefix + FILE_NAME, _contract_text(tree, file), catalogue)
        product = Product(tree, contract)
    except (ContractError, GitError, SchemaError) as error:
        raise UsageError(str(error)) from None
    if not product.layout.layers:
        raise UsageError(_nothing(folder if file is None else root, file, contract))
    return Workspace(product, prefix, below(start, root).rstrip("/"), prefix + FILE_NAME if file else None)


def _contract_text(tree: Tree, file: Path) -> bytes:
    """Read the contract as the tree has it; one that was never added to git counts as well."""
    try:
        return tree.read(FILE_NAME)
    except ReadError:
        try:
            return file.read_bytes()
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}") from None


def _nothing(folder: Path, file: Path | None, contract: Contract) -> str:
    paths = ", ".join(layer.path for layer in contract.layers)
    if file is not None:
        return f"nothing to check: no file in {folder} is a layer of {FILE_NAME} ({paths})"
    return (
        f"nothing to check: {folder} has no {FILE_NAME} and no layers where the default contract has them ({paths}); "
        f"`gitopslint init` writes a contract to adapt"
    )

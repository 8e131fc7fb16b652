"""From a path on the command line to the repository, its contract and its files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from gitopslint.cli.exits import UsageError
from gitopslint.cli.mainline import history_opener
from gitopslint.loaders.annals import Keeper
from gitopslint.loaders.contract import (
    ContractError,
    default_root,
    find_contract_file,
    platform_root,
    read_contract,
)
from gitopslint.loaders.git import Ahead, GitError, Repository, find_repository
from gitopslint.loaders.overlay import OverlayTree
from gitopslint.loaders.product import Product
from gitopslint.loaders.rules import rules_in_force
from gitopslint.loaders.schemas import SchemaError
from gitopslint.loaders.tree import DiskTree, ReadError, Tree, below, disk_tree, index_tree
from gitopslint.model.contract import FILE_NAME, Contract
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Catalogue

CACHE_VARIABLE = "GITOPSLINT_CACHE_DIR"
WORTH_KEEPING = 500
"""From so many files on, results are kept for the next run without being asked; docs/scaling.md says what that costs
and saves. Below, a run takes less time than people notice."""

_NOTHING: Mapping[Path, bytes] = MappingProxyType({})


class Workspace(NamedTuple):
    """What one run looks at.

    `prefix` leads from the top of the git repository to the root, `scope` from the root to the path that was
    asked for; both are empty when they are the same folder. `contract_file` is None for the default contract.
    `catalogue` holds the rules in force here.
    """

    product: Product
    prefix: str
    scope: str
    contract_file: str | None
    catalogue: Catalogue


class Ground(NamedTuple):
    """The files around a path and the contract that governs them, whether there is anything to check or not."""

    start: Path
    root: Path
    prefix: str
    tree: Tree
    contract: Contract
    file: Path | None
    catalogue: Catalogue
    repository: Repository | None


def keeper_for(ground: Ground, named: str | None) -> Keeper | None:
    """Return where to keep results; None where that is not asked for and does not pay. Raises UsageError."""
    if not (named or os.environ.get(CACHE_VARIABLE)) and len(ground.tree.paths) < WORTH_KEEPING:
        return None
    from gitopslint.cli.keeping import open_keeper  # small repositories keep nothing

    return open_keeper(ground, named)


def open_workspace(
    path: str,
    shipped: Catalogue,
    *,
    staged: bool = False,
    base: str | None = None,
    cached: bool = False,
    folder: str | None = None,
) -> Workspace:
    """Find the contract, the files and the history for a path. Raises UsageError with a way out.

    `base` is what the change is to be merged into, by default what the pipeline's variables say. `cached`: what an
    earlier run knew of the history is not asked again, be it kept in a `folder` or in the usual one.
    """
    ground = open_ground(path, shipped, staged=staged)
    keeper = keeper_for(ground, folder) if cached else None
    open_history = history_opener(ground.repository, base, staged=staged, keeper=keeper)
    try:
        product = Product(ground.tree, ground.contract, ground.prefix, open_history)
    except (GitError, SchemaError) as error:
        raise UsageError(str(error)) from None
    file = ground.file
    if not product.layout.layers:
        raise UsageError(nothing(ground))
    scope = below(ground.start, ground.root).rstrip("/")
    return Workspace(product, ground.prefix, scope, ground.prefix + FILE_NAME if file else None, ground.catalogue)


def find_ground(path: str, shipped: Catalogue) -> Ground | None:
    """Return the contract that governs a path; None where there is no contract file. Raises UsageError."""
    start = Path(os.path.abspath(path))  # noqa: PTH100 - as in `open_ground`
    folder = start if start.is_dir() else start.parent
    repository = find_repository(folder) if folder.is_dir() else None
    found = find_contract_file(folder, repository.top if repository is not None else None)
    return open_ground(path, shipped) if found is not None else None


class Place(NamedTuple):
    """Where a path lies: in which repository, under which contract file, and below which root."""

    start: Path
    root: Path
    file: Path | None
    repository: Repository | None


def locate(path: str, *, staged: bool = False) -> Place:
    """Find the root that a path belongs to; what the contract says is not read. Raises UsageError."""
    start = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow the links that git does not
    if not start.exists():
        raise UsageError(f"{path} does not exist")
    folder = start if start.is_dir() else start.parent
    repository = find_repository(folder)
    top = repository.top if repository is not None else None
    file = find_contract_file(folder, top)
    if staged and file is None and repository is not None:
        file = _only_staged(folder, repository)
    root = file.parent if file is not None else default_root(folder, top) or platform_root(folder, top) or top or folder
    return Place(start, root, file, repository)


def open_ground(
    path: str,
    shipped: Catalogue,
    *,
    staged: bool = False,
    unsaved: Mapping[Path, bytes] = _NOTHING,
    ahead: Ahead | None = None,
    cached: bool = False,
) -> Ground:
    """Find the contract that governs a path, and read it. Raises UsageError with a way out.

    `unsaved` is what editors hold of files that git has or could have; it counts instead of what is on disk. `ahead`
    are questions that git works on already. `cached`: it will be asked which files have changed since an earlier run.
    """
    start, root, file, repository = locate(path, staged=staged)
    if ahead is not None and repository is not None and repository.top == ahead.top:
        repository = repository._replace(ahead=ahead)
    if staged and repository is None:
        raise UsageError(f"--staged needs a git repository, and {start if start.is_dir() else start.parent} is in none")
    prefix = below(root, repository.top) if repository is not None else ""
    try:
        tree: Tree
        if staged and repository:
            tree = index_tree(repository, prefix)
        else:
            tree = disk_tree(root, repository, stated=cached)
        if unsaved:
            tree = OverlayTree(tree, _of(tree, root, unsaved))
        contract = Contract()
        if staged and file is not None and FILE_NAME not in tree.paths:
            raise UsageError(f"{file} is not staged, so the commit would be held against another contract: git add it")
        if file is not None:
            contract = read_contract(prefix + FILE_NAME, _contract_text(tree, file), shipped, tree)
    except (ContractError, GitError) as error:
        raise UsageError(str(error)) from None
    return Ground(start, root, prefix, tree, contract, file, rules_in_force(contract, shipped), repository)


def _only_staged(folder: Path, repository: Repository) -> Path | None:
    """Return the nearest contract that the index has and the disk has not: the commit will have it."""
    try:
        staged = repository.staged()
    except GitError as error:
        raise UsageError(str(error)) from None
    for candidate in (folder, *folder.parents):
        if os.fsencode(below(candidate, repository.top) + FILE_NAME) in staged:
            return candidate / FILE_NAME
        if candidate == repository.top:
            break
    return None


def _of(tree: Tree, root: Path, unsaved: Mapping[Path, bytes]) -> dict[str, bytes | None]:
    """Return what is unsaved of the files of a tree: what git ignores is not checked because it is open."""
    known = set(tree.paths)
    below_root = {
        file.relative_to(root).as_posix(): data for file, data in unsaved.items() if file.is_relative_to(root)
    }
    return {path: data for path, data in below_root.items() if path in known}


def _contract_text(tree: Tree, file: Path) -> bytes:
    """Read the contract as the tree has it; one that git ignores counts as well."""
    if FILE_NAME not in tree.paths:
        tree = DiskTree(file.parent, [FILE_NAME])
    try:
        return tree.read(FILE_NAME)
    except ReadError as error:
        raise UsageError(f"{file} cannot be read: {error}") from None


def nothing(ground: Ground) -> str:
    """Say why there is nothing to check, and what to do about it."""
    nearest = ground.start if ground.start.is_dir() else ground.start.parent
    folder = nearest if ground.file is None else ground.root
    paths = ", ".join(layer.path for layer in ground.contract.layers)
    if (folder / "HEAD").is_file() and (folder / "objects").is_dir():
        return f"nothing to check: {folder} is a bare repository, without files: `git clone` it, or `git worktree add`"
    if ground.file is not None:
        return f"nothing to check: no file in {folder} is a layer of {FILE_NAME} ({paths})"
    if below := [path.removesuffix(FILE_NAME) for path in ground.tree.paths if path.endswith(f"/{FILE_NAME}")]:
        first = " and ".join(below[:2])
        return f"nothing to check: {folder} has no {FILE_NAME}, but {first} {'have' if below[1:] else 'has'}: name one"
    return (
        f"nothing to check: {folder} has no {FILE_NAME} and no layers where the default contract has them ({paths}); "
        f"`gitopslint init` writes a contract to adapt; a platform repository is checked with `--product DIR`"
    )

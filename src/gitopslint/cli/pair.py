"""From the words of `check` to the repository in which it runs, and the other one beside it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from gitopslint.cli.exits import UsageError, tell
from gitopslint.cli.mainline import Opener, history_opener
from gitopslint.cli.workspace import Ground, keeper_for, nothing, open_ground
from gitopslint.engine.selection import Selection, UnknownRuleError, select
from gitopslint.loaders.annals import Keeper
from gitopslint.loaders.beside import Neighbour
from gitopslint.loaders.contract import platform_root
from gitopslint.loaders.git import Ahead, GitError, find_repository
from gitopslint.loaders.history import History, Unavailable
from gitopslint.loaders.product import Product
from gitopslint.loaders.schemas import SchemaError
from gitopslint.loaders.side import Side
from gitopslint.loaders.tree import below, disk_tree
from gitopslint.model.contract import FILE_NAME, Contract
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platformsettings import PlatformSettings
from gitopslint.model.record import changed
from gitopslint.model.rule import Catalogue
from gitopslint.model.secret import SECRET_RULES

# What few runs need is imported where it is needed: most look at one repository.


class Checked(NamedTuple):
    """What one run of `check` looks at, and from which of the two repositories. `keeper`: where results are kept."""

    side: Side
    prefix: str
    scope: str
    contract_file: str | None
    catalogue: Catalogue
    ground: Ground
    keeper: Keeper | None = None


def open_checked(
    arguments: argparse.Namespace,
    shipped: Catalogue,
    unsaved: Mapping[Path, bytes] = MappingProxyType({}),
    *,
    cached: bool = False,
    ahead: Ahead | None = None,
) -> Checked:
    """Find the repository of a run, its contract, and the other repository. Raises UsageError with a way out.

    `unsaved` is what editors hold of files, and counts instead of what is on disk. `cached`: what is read and asked is
    noted, so that results can be kept for the next run where that pays. `ahead`: questions that git works on already.
    """
    if arguments.platform and arguments.product:
        raise UsageError("--platform is for a run in the product and --product for one in the platform: give one")
    ground = open_ground(arguments.path, shipped, staged=arguments.staged, unsaved=unsaved, ahead=ahead, cached=cached)
    keeper = keeper_for(ground, arguments.cache_dir) if cached else None
    if keeper is not None:
        from gitopslint.loaders.watched import WatchedTree

        ground = ground._replace(tree=WatchedTree(ground.tree))
    try:
        side: Side
        secrets_only = _only_secrets(arguments.select)
        if not secrets_only and (arguments.product or (not arguments.platform and _is_platform(ground))):
            from gitopslint.loaders.other import history_of

            side = platform_side(ground, arguments.product, history_of(ground.root), shipped)
        else:
            open_history = history_opener(ground.repository, arguments.base, staged=arguments.staged, keeper=keeper)
            if keeper is not None:
                from gitopslint.loaders.recorded import recorded

                open_history = recorded(open_history)
            side = product_side(ground, arguments.platform, open_history, shipped)
            if not side.layout.layers and not (secrets_only and side.paths):
                raise UsageError(nothing(ground))
    except (GitError, SchemaError) as error:
        raise UsageError(str(error)) from None
    scope = below(ground.start, ground.root).rstrip("/")
    if scope and not any(path == scope or path.startswith(f"{scope}/") for path in side.paths):
        raise UsageError(
            f"nothing to check: {arguments.path} holds no file of the repository {ground.root}, or all are excluded"
        )
    if scope and arguments.path == ".":
        tell(f"reported is only what lies below {scope}; in {ground.root} the same command reports all")
    contract_file = ground.prefix + FILE_NAME if ground.file else None
    return Checked(side, ground.prefix, scope, contract_file, ground.catalogue, ground, keeper)


def selection_of(arguments: argparse.Namespace, checked: Checked) -> Selection:
    """Return the rules that were asked for. Raises UsageError."""
    try:
        selection = select(checked.catalogue, checked.side.contract, arguments.select, arguments.ignore)
    except UnknownRuleError as error:
        raise UsageError(str(error)) from None
    if not selection.levels:
        raise UsageError("--select and --ignore leave no rule to check: name others, or leave one of them out")
    return selection


def _is_platform(ground: Ground) -> bool:
    """Tell whether a repository is the platform: its contract says so, or it has builds and no layers."""
    if ground.contract.product is not None:
        return True
    if ground.file is not None or platform_root(ground.root, ground.root) is None:
        return False
    return not Product(ground.tree, ground.contract, ground.prefix).layout.layers


def product_side(ground: Ground, asked: str | None, open_history: Opener, shipped: Catalogue) -> Product:
    """Return the product with its platform: the folder that was asked for, or that of the contract.

    Raises UsageError, GitError and SchemaError.
    """
    contract, told = ground.contract, ground.contract.builds.path
    platform: Neighbour | None = None
    absent: str | None = None
    folder = _folder(ground, asked, told, "--platform")
    if folder is not None and folder.is_dir():
        own = open_ground(os.fspath(folder), shipped).contract if (folder / FILE_NAME).is_file() else Contract()
        contract = _with_links(contract, own)
        platform = _platform_at(folder, changed(contract, exclude=own.exclude))
    elif folder is not None:
        absent = f"the platform repository is not at hand: there is no folder {told} (`platform.path`)"
    return Product(ground.tree, contract, ground.prefix, open_history, platform, absent)


def _only_secrets(selected: Sequence[str]) -> bool:
    """Tell whether only secrets are looked for: in any files, be they of a product or not."""
    return bool(selected) and all(name in ("secrets", *SECRET_RULES) for name in selected)


def platform_side(ground: Ground, asked: str | None, history: History | Unavailable, shipped: Catalogue) -> Side:
    """Return the platform with its history and its product: the folder that was asked for, or that of the contract.

    Raises UsageError, GitError and SchemaError.
    """
    from gitopslint.loaders.other import commits_of
    from gitopslint.loaders.platform import Place, Platform
    from gitopslint.loaders.platform_side import Counterpart, PlatformSide

    contract = ground.contract
    told = contract.product.path if contract.product is not None else None
    folder = _folder(ground, asked, told, "--product")
    place = Place(ground.tree, _name(ground.root), ground.prefix, history)
    if folder is None or not folder.is_dir():
        absent = (
            f"the product repository is not at hand: there is no folder {told} (`product.path`)" if folder else None
        )
        return PlatformSide(Platform(place, contract, None), None, absent)
    other = open_ground(os.fspath(folder), shipped, cached=True)
    contract = _with_links(contract, other.contract)
    links = changed(other.contract, platform=contract.platform, exclude=contract.exclude, rules=contract.rules)
    links = changed(links, waivers=contract.waivers, baseline=contract.baseline)
    elsewhere = "elsewhere" in (contract.commits, other.contract.commits)
    commits = commits_of(other.root) if not elsewhere else None
    platform = Platform(place, links, commits)
    product = Product(other.tree, _with_links(other.contract, contract), other.prefix, platform=platform)
    if not product.layout.layers:
        raise UsageError(f"{folder} is no product: {nothing(other)}")
    if not (platform.speaks or links.applications.repository == "platform"):
        raise UsageError(
            f"nothing to check: {ground.root} is no platform: no file is where the contract has builds "
            f"({links.builds.ref}, {links.builds.version}), none is for SOPS, and none makes a Secret; run it in a "
            f"checkout of the platform, or say in `platform` of either contract where they are"
        )
    return PlatformSide(platform, Counterpart(product, _name(other.root)))


def _with_links(contract: Contract, other: Contract) -> Contract:
    """Take what a contract does not say about the links between the two repositories from that of the other one."""
    silent = contract.builds == changed(PlatformSettings(), path=contract.builds.path)
    if contract.platform == "none" or not silent or other.platform == "none":
        return contract
    return changed(contract, platform=changed(other.builds, path=contract.builds.path))


def _folder(ground: Ground, asked: str | None, told: str | None, flag: str) -> Path | None:
    """Return where the other repository should be. What the command line names has to be there."""
    if asked is None:
        folder = Path(os.path.abspath(ground.root / told)) if told is not None else None  # noqa: PTH100
    else:
        folder = Path(os.path.abspath(asked))  # noqa: PTH100 - `resolve` would follow links that git does not
        if not folder.is_dir():
            raise UsageError(f"{flag} {asked}: there is no such folder")
    if folder is not None and folder.is_dir() and folder.samefile(ground.root):
        named = f"{flag} {asked}" if asked is not None else f"the path {told} in {FILE_NAME}"
        raise UsageError(f"{named} leads to the repository that is checked: name a checkout of the other one")
    return folder


def _platform_at(folder: Path, contract: Contract) -> Neighbour:
    from gitopslint.loaders.other import history_of
    from gitopslint.loaders.platform import Place, Platform

    repository = find_repository(folder)
    prefix = below(folder, repository.top) if repository is not None else ""
    place = Place(disk_tree(folder, repository, stated=True), _name(folder), prefix, history_of(folder))
    return Platform(place, contract, None)


def _name(folder: Path) -> str:
    return folder.resolve().name or "the other repository"

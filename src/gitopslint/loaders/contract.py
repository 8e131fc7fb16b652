"""Finds and reads the contract file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from gitopslint.loaders import yaml
from gitopslint.loaders.rules import rules_in_force
from gitopslint.loaders.tree import Tree
from gitopslint.loaders.validation import ContractError, names, nearest, read_mapping, settings, validated
from gitopslint.model.contract import FILE_NAME, Contract
from gitopslint.model.document import Node, find
from gitopslint.model.record import changed
from gitopslint.model.rule import Catalogue, Parameter, Rule
from gitopslint.model.span import Span, file_start

__all__ = [
    "ContractError",
    "default_root",
    "entry_places",
    "find_contract_file",
    "parameters",
    "platform_root",
    "read_contract",
]

MOST_IMAGES = 100  # each image of an app is followed through the history beside all others


def find_contract_file(start: Path, stop: Path | None) -> Path | None:
    """Return the nearest contract file in `start` or above, not beyond the folder `stop`."""
    for folder in _upward(start, stop):
        # A link that leads nowhere, or a pipe, is no missing contract: reading it will say what is wrong.
        if (file := folder / FILE_NAME).is_symlink() or (file.exists() and not file.is_dir()):
            return file
    return None


def default_root(start: Path, stop: Path | None) -> Path | None:
    """Return the nearest folder in `start` or above that has the layout of the default contract."""
    fixed = [layer.path.partition("{")[0].rpartition("/")[0] for layer in Contract().layers if "{" in layer.path]
    for folder in _upward(start, stop):
        if any(_has(folder / parent) for parent in fixed):
            return folder
    return None


def platform_root(start: Path, stop: Path | None) -> Path | None:
    """Return the nearest folder in `start` or above that builds images as the default contract says."""
    before, _, after = Contract().builds.ref.partition("{app}")
    for folder in _upward(start, stop):
        if next((folder / before).parent.glob(f"*{after}"), None) is not None:
            return folder
    return None


def read_contract(name: str, data: bytes, shipped: Catalogue, tree: Tree | None = None) -> Contract:
    """Read and validate a contract file, with the rules that it holds or names. Raises ContractError.

    `name` is what its errors call it, from the top of the repository. `shipped` are the rules of gitopslint.
    Without a tree there is no folder of rules.
    """
    from gitopslint.loaders.policies import read_policies  # many repositories have no contract file

    mistakes: list[str] = []
    root = read_mapping(name, data, "the contract", names(Contract), mistakes)
    if root is None:
        raise ContractError("\n".join(mistakes))
    given = settings(root)
    given.pop("policies", None)
    contract = validated(Contract, root, given, "the contract", mistakes)
    policies = read_policies(root, name.removesuffix(FILE_NAME), contract or Contract(), shipped, tree, mistakes)
    if contract is not None:
        contract = changed(contract, policies=policies)
        if contract.secrets.gitleaks is not None and tree is not None:
            from gitopslint.loaders.gitleaks import GitleaksError, read_gitleaks  # few repositories have one

            try:
                read_gitleaks(contract.secrets.gitleaks, tree)
            except GitleaksError as error:
                at = find(root, ("secrets", "gitleaks")) or root
                mistakes += [f"{at.span}: {line}" for line in str(error).splitlines()]
        catalogue = shipped | rules_in_force(contract, shipped)
        mistakes += _rule_mistakes(contract, root, catalogue)
        mistakes += _waiver_mistakes(contract, root, catalogue)
        if len(contract.images) > MOST_IMAGES:
            at = find(root, ("images",)) or root
            mistakes.append(f"{at.span}: `images` has {len(contract.images)} entries, and {MOST_IMAGES} are the most")
    if mistakes or contract is None:
        raise ContractError("\n".join(mistakes))
    return contract


def _rule_mistakes(contract: Contract, root: Node, catalogue: Catalogue) -> Iterable[str]:
    for name, own in contract.rules.items():
        node = find(root, ("rules", name)) or root
        rule = catalogue.get(name)
        if rule is None:
            yield f"{node.key_span}: there is no rule {name!r}{nearest(name, list(catalogue))}"
            continue
        defaults = dict(rule.parameters)
        for parameter, value in own.parameters.items():
            at = find(node, ("parameters", parameter)) or node
            if parameter not in defaults:
                yield f"{at.key_span}: {name} has no parameter {parameter!r}{nearest(parameter, list(defaults))}"
            elif (wanted := _kind(defaults[parameter])) != _kind(value):
                yield f"{at.span}: {name} wants {wanted} for {parameter!r}, not {_kind(value)}"


def _waiver_mistakes(contract: Contract, root: Node, catalogue: Catalogue) -> Iterable[str]:
    for number, waiver in enumerate(contract.waivers):
        node = find(root, ("waivers", number, "rule")) or root
        rule = catalogue.get(waiver.rule)
        if rule is None:
            yield f"{node.span}: there is no rule {waiver.rule!r} to waive{nearest(waiver.rule, list(catalogue))}"
        elif rule.family == "waivers":
            yield f"{node.span}: {waiver.rule} is about waivers and cannot be waived; set its level under `rules`"


def entry_places(tree: Tree, *path: str, keys: tuple[str, ...]) -> Iterator[Span]:
    """Yield where each entry of a list in the contract file stands: the first of these keys that it has.

    Where the file is not in the tree, all of it is the place.
    """
    root = yaml.parse(FILE_NAME, tree.read(FILE_NAME)).root if FILE_NAME in tree.paths else None
    written = find(root, path) if root is not None else None
    for item in written.items if written is not None else []:
        yield next((below.span for key in keys if (below := item.mapping.get(key)) is not None), item.span)
    while True:
        yield file_start(FILE_NAME)


def parameters(rule: Rule, contract: Contract) -> dict[str, Parameter]:
    """Return a rule's parameters as the contract sets them, lists as tuples."""
    settings = contract.rules.get(rule.name)
    given = settings.parameters if settings is not None else {}
    return dict(rule.parameters) | {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    return {int: "a number", str: "a text", list: "a list of texts", tuple: "a list of texts"}[type(value)]


def _upward(start: Path, stop: Path | None) -> Iterable[Path]:
    for folder in (start, *start.parents):
        yield folder
        if folder == stop:
            return


def _has(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is not None
    except OSError:
        return False

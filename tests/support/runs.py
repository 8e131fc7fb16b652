"""Runs of the engine over files that a test holds in its hands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from gitopslint.engine import examples
from gitopslint.engine.examples import CLEAN as CLEAN
from gitopslint.loaders.contract import read_contract
from gitopslint.loaders.rules import load_catalogue, rules_in_force
from gitopslint.loaders.tree import MemoryTree as MemoryTree
from gitopslint.model.contract import FILE_NAME, Contract
from gitopslint.model.finding import Report
from gitopslint.model.rule import Catalogue


def check_files(
    files: Mapping[str, str | bytes | None],
    selected: Iterable[str] = (),
    ignored: Iterable[str] = (),
    scope: str = "",
) -> Report:
    """Check files under their own contract, if there is one among them; None stands for no file."""
    contract, catalogue = contract_of(files)
    return examples.check_files(files, contract, catalogue, tuple(selected), tuple(ignored), scope)


def contract_of(files: Mapping[str, str | bytes | None]) -> tuple[Contract, Catalogue]:
    """Return the contract among the files, or the default one, and the rules in force under it."""
    tree = MemoryTree(files)
    shipped = load_catalogue()
    contract = Contract()
    if FILE_NAME in tree.paths:
        contract = read_contract(FILE_NAME, tree.read(FILE_NAME), shipped, tree)
    return contract, rules_in_force(contract, shipped)


def places(report: Report) -> list[str]:
    """Return each finding as `path:line:column rule`."""
    return [f"{finding.span} {finding.rule}" for finding in report.findings]


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def write_files(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files below a folder; None stands for no file."""
    for name, text in files.items():
        if text is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(_bytes(text))

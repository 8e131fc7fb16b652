"""Runs of the engine over files that a test holds in its hands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gitopslint.engine.run import run
from gitopslint.engine.selection import select
from gitopslint.loaders.contract import read_contract
from gitopslint.loaders.product import Product
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.tree import ReadError
from gitopslint.model.contract import FILE_NAME, Contract
from gitopslint.model.finding import Report

CLEAN: dict[str, str | bytes | None] = {
    "deploy/charts/web-app/values.yaml": (
        'image:\n  repository: "REPLACE_ME"\n  tag: "REPLACE_ME"\n  pullPolicy: IfNotPresent\nreplicas: 1\n'
    ),
    **{
        f"deploy/env/release-{env}/shop.yaml": (
            "# Written by CI.\nimage:\n  repository: registry.example.com/shop\n  tag: 4f9d2c7b81ae-r3\n"
        )
        for env in ("dev", "prod")
    },
    **{
        f"deploy/env/{env}/shop.yaml": f"env:\n  APP_ENV: {env}\nenvFrom:\n  secretRef: shop-{env}-env\n"
        for env in ("dev", "prod")
    },
}
"""A product repository that breaks no rule: one app in two environments."""


class MemoryTree:
    """Files in memory."""

    def __init__(self, files: Mapping[str, str | bytes | None]) -> None:
        self._files = {path: _bytes(text) for path, text in files.items() if text is not None}
        self.paths = tuple(sorted(self._files))

    def read(self, path: str) -> bytes:
        """Return a file, or say that it is not there."""
        if path not in self._files:
            raise ReadError("No such file or directory")
        return self._files[path]

    def read_many(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
        """Yield each path with its content."""
        for path in paths:
            yield path, self._files.get(path, ReadError("No such file or directory"))


def check_files(
    files: Mapping[str, str | bytes | None], selected: Iterable[str] = (), ignored: Iterable[str] = (),
    scope: str = "",
) -> Report:  # fmt: skip
    """Check files under their own contract, if there is one among them; None stands for no file."""
    tree = MemoryTree(files)
    catalogue = load_catalogue()
    contract = read_contract(FILE_NAME, tree.read(FILE_NAME), catalogue) if FILE_NAME in tree.paths else Contract()
    selection = select(catalogue, contract, tuple(selected), tuple(ignored))
    return run(Product(tree, contract), catalogue, selection, scope=scope)


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

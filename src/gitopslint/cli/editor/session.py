"""One look at a repository as an editor has it, with what is typed and not saved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path

from gitopslint.cli.arguments import parse
from gitopslint.cli.exits import UsageError
from gitopslint.cli.looking import looking
from gitopslint.cli.pair import Checked, open_checked
from gitopslint.cli.recorded import with_baseline
from gitopslint.cli.values import without_secrets
from gitopslint.engine.secrets import SecretWatch
from gitopslint.engine.selection import select
from gitopslint.loaders import yaml
from gitopslint.loaders.git import GitError, find_repository
from gitopslint.loaders.product import Product
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.tree import ReadError, disk_tree
from gitopslint.model.contract import FILE_NAME
from gitopslint.model.document import Document, KeyPath, Node, find, walk
from gitopslint.model.finding import Report
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.redaction import judged_path
from gitopslint.reporters.lsp.hover import MOST_READINGS, Reading

_MISTAKE = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<message>.*)")


class Mistake(NamedTuple):
    """Something wrong with the contract, or with a file that it names, at a path from the top of the repository."""

    path: str
    line: int
    column: int
    message: str


class Look(NamedTuple):
    """What was seen, and the unsaved texts that it was seen in."""

    checked: Checked
    report: Report
    unsaved: Mapping[Path, bytes]

    @property
    def root(self) -> Path:
        """The folder from which the paths of the report start."""
        return self.checked.ground.root

    @property
    def reads_another(self) -> bool:
        """Whether the contract names the other repository."""
        contract = self.checked.ground.contract
        return contract.builds.path is not None or contract.product is not None

    def text(self, path: str) -> str:
        """Return a file as it was looked at; empty where it cannot be read."""
        try:
            return self.checked.side.tree.read(path).decode("utf-8-sig", "replace")
        except ReadError:
            return ""

    def readings(self, path: str, text: str, line: int, column: int) -> tuple[KeyPath, list[Reading]]:
        """Return the key path at a place of a layer, and what stands there in the stacks that the layer is part of.

        A layer of all apps is part of many: there are a few more of them than are shown.
        """
        side = self.checked.side
        if not isinstance(side, Product) or not (path in side.layout.layers or path in side.wiring.loaded):
            return (), []
        key_path = key_at(yaml.parse(path, text.encode()), line, column)
        if key_path is None:
            return (), []
        return key_path, list(islice(_readings(side, path, key_path), MOST_READINGS + 1))


def _readings(side: Product, path: str, key_path: KeyPath) -> Iterator[Reading]:
    app, _ = side.home_of(path)
    watch = SecretWatch(side)
    for name in (app,) if app is not None else side.layout.stacks():
        for stack in side.stacks(name):
            if stack.values is None or all(layer.path != path for layer in stack.layers):
                continue
            values = without_secrets(stack, watch).values
            if values is not None and (node := find(values, key_path)) is not None:
                yield Reading(str(stack), judged_path(values, key_path), node)


def look(root: Path, unsaved: Mapping[Path, bytes]) -> Look:
    """Check a repository as `gitopslint check` does, by the baseline of its contract, too. Raises UsageError."""
    shipped = load_catalogue()
    checked = open_checked(parse(["check", str(root)]), shipped, unsaved)
    selection = select(checked.catalogue, checked.side.contract)
    with closing(checked.side):
        report = looking(checked, selection)(whole=True)
    return Look(checked, with_baseline(report, checked, selection, None), unsaved)


def contracts_below(folder: Path) -> list[Path]:
    """Return the folders of contracts below a folder, as git lists its files; none where there is no git."""
    repository = find_repository(folder)
    if repository is None or not folder.is_dir():
        return []
    try:
        tree = disk_tree(folder, repository)
    except GitError:
        return []
    return [(folder / path).parent for path in tree.paths if path.rpartition("/")[2] == FILE_NAME]


def mistakes(error: UsageError) -> Iterator[Mistake | str]:
    """Yield what an error says: mistakes with their places, and whatever has none."""
    for line in str(error).splitlines():
        match = _MISTAKE.fullmatch(line)
        if match is None:
            yield line
        else:
            yield Mistake(match["path"], int(match["line"]), int(match["column"]), match["message"])


def key_at(document: Document, line: int, column: int) -> KeyPath | None:
    """Return the path of the innermost key or value at a place; None where a mapping or nothing stands."""
    found: tuple[KeyPath, Node] | None = None
    for path, node in walk(document.root):
        if path and _holds(node, line, column):
            found = path, node
    return found[0] if found is not None and (found[1].is_scalar or found[1].items or not found[1].value) else None


def _holds(node: Node, line: int, column: int) -> bool:
    return any(
        (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)
        for span in (node.span, node.key_span)
    )

"""docs/security.md claims no attempt that is not a test, and tests none that it does not tell."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping

from tests.support.project import ROOT

PAGE = (ROOT / "docs/security.md").read_text("utf-8")
HOSTILE = ROOT / "tests/hostile"
ROW = re.compile(
    r"^\| (?P<attempt>[^|]+) \| (?P<outcome>[^|]+) \| \[(?P<test>\w+)\]\(\.\./tests/hostile/(?P<file>\w+\.py)\) \|$",
    re.MULTILINE,
)


def attempts() -> Iterator[tuple[str, str, str]]:
    """Yield every attempt in tests/hostile: the rows of the tables, and the tests that have none."""
    for path in sorted(HOSTILE.glob("test_*.py")):
        module = importlib.import_module(f"tests.hostile.{path.stem}")
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                table = (
                    next(
                        (
                            name
                            for name in ast.unparse(node.decorator_list[0]).split("(")
                            for name in re.findall(r"\b([A-Z]+)\.values", name)
                        ),
                        None,
                    )
                    if node.decorator_list
                    else None
                )
                rows: object = getattr(module, table) if table is not None else None
                names = list(rows) if isinstance(rows, Mapping) else [node.name.removeprefix("test_").replace("_", " ")]
                yield from ((path.name, node.name, name) for name in names)


def test_every_attempt_is_told_once() -> None:
    """Each attempt has one row, which leads to its test; no row speaks of a test that is not there."""
    told = [(row["file"], row["test"], row["attempt"]) for row in ROW.finditer(PAGE)]
    assert sorted(told) == sorted(attempts())


def test_every_limit_is_told() -> None:
    """The page names the limits that the code has."""
    from gitopslint.checks import linear
    from gitopslint.cli import deadline, memory
    from gitopslint.cli.editor import pipes
    from gitopslint.loaders import applicationsets, charts, contract, held, schemas, set_values, tree, yaml
    from gitopslint.model import glob, regex, tag

    limits = {
        tree.MAX_BYTES,
        yaml.MAX_BYTES,
        yaml.MAX_NODES,
        yaml.MAX_DEPTH,
        tree._MOST_FILES,
        applicationsets.MOST_APPLICATIONS,
        applicationsets._MOST_NODES,
        applicationsets._MOST_TEXT,
        applicationsets._MOST_GENERATED,
        charts._MOST,
        set_values.MOST_SETTINGS,
        schemas.MAX_BYTES,
        linear._MOST_STEPS,
        regex.MOST_STATES,
        glob._MOST_ALTERNATIVES,
        glob._LONGEST,
        tag._MOST_WORDS,
        deadline.SECONDS,
        contract.MOST_IMAGES,
        held.MOST_VALUES,
        memory.MEGABYTES,
        pipes.MOST_BYTES,
    }
    table = PAGE.partition("## Budgets")[2].partition("\n## ")[0]
    assert {limit for limit in limits if not re.search(rf"(?<![\d,]){limit:,}(?![\d,])", table)} == set()

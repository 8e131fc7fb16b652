"""Which tests could notice a change: those that run its line, most of them quick, whole tables of rows not first."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MOST_TESTS = 200
MOST_SECONDS = 1.0
MOST_SECONDS_OF_FEW = 2.5
"""Where few tests run a line at all, they are likely to be about it."""
FEW = 60
MOST_FILES = 4
"""How many files of tests are loaded anew for a change that takes effect while our code is loaded."""


class Choice(NamedTuple):
    """The tests to run for one change, in their order."""

    tests: list[str]
    anew: bool
    """Whether the module has to be loaded anew, and so everything that uses it."""


def choose(
    tree: ast.Module,
    line: int,
    own: tuple[str, ...],
    touched: dict[int, list[str]],
    seconds: dict[str, float],
    patience: float,
) -> Choice:
    """Choose the tests for a change of one line; those in files with `own` in their path go first."""
    statement = _statement(tree, line)
    names = set(touched.get(line) or [one for other in _lines(statement) for one in touched.get(other, [])])
    anew = not _in_function(tree, line) or "" in names
    if anew:
        names = {one for other in _uses(tree, statement) for one in touched.get(other, [])} | names
    if not names - {""}:
        names = {one for tests in touched.values() for one in tests} if anew else set()
    about = {name for name in names if any(part in name.partition("::")[0] for part in own)}
    ranked = [
        name for names in (about, names - about) for name in _ranked(names, seconds, patience=patience, anew=anew)
    ]
    return Choice(ranked, anew)


def _ranked(names: Iterable[str], seconds: dict[str, float], *, patience: float, anew: bool) -> list[str]:
    """Sort by time, where each row of a table counts a little more than the one before, and take what is affordable."""
    rows: Counter[str] = Counter()
    weighed: list[tuple[float, str]] = []
    for name in sorted(set(names) & seconds.keys(), key=lambda name: (seconds[name], name)):
        function = name.partition("[")[0]
        rows[function] += 1
        weighed.append((seconds[name] * (1 + rows[function] / 10), name))
    most = patience * (MOST_SECONDS if len(weighed) > FEW else MOST_SECONDS_OF_FEW)
    chosen: list[str] = []
    files: set[str] = set()
    spent = 0.0
    for _, name in sorted(weighed):
        file = name.partition("::")[0]
        if len(chosen) >= MOST_TESTS * patience or (spent + seconds[name] > most and len(chosen) > 1):
            break
        if anew and file not in files and len(files) == MOST_FILES:
            continue
        files.add(file)
        chosen.append(name)
        spent += seconds[name]
    return chosen


def _statement(tree: ast.Module, line: int) -> ast.stmt | None:
    """Return the innermost statement around a line."""
    found = None
    for node in ast.walk(tree):  # outer ones come first
        if isinstance(node, ast.stmt) and _first(node) <= line <= (node.end_lineno or 0):
            found = node
    return found


def _first(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    return min([node.lineno, *(one.lineno for one in decorators)])


def _lines(statement: ast.stmt | None) -> range:
    """Return the lines of a statement, without those of the statements in it."""
    if statement is None:
        return range(0)
    body = getattr(statement, "body", None)
    return range(statement.lineno, body[0].lineno if body else (statement.end_lineno or 0) + 1)


def _in_function(tree: ast.Module, line: int) -> bool:
    """Tell whether a line runs when a function is called, not when it is defined."""
    return any(
        node.body[0].lineno <= line <= (node.end_lineno or 0)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    )


def _uses(tree: ast.Module, statement: ast.stmt | None) -> Iterator[int]:
    """Yield the lines that use what a statement defines, and those in it."""
    if statement is None:
        return
    yield from range(statement.lineno, (statement.end_lineno or 0) + 1)
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        names.add(statement.name)
    for node in ast.walk(tree):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.expr) and name in names:
            yield node.lineno

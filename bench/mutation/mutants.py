"""The small changes that are tried: made by the operators of cosmic-ray, thinned out by rule and by hash.

One change for each place, and of the places those whose hash is smallest: so the sample is the same each time, and what
is edited elsewhere in a module hardly moves it.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

Place = tuple[int, int]

OPERATORS = [
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Add", "Div_Mul", "FloorDiv_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Mod_Mul", "Pow_Mul", "RShift_LShift", "LShift_RShift")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("BitOr_BitAnd", "BitAnd_BitOr", "BitXor_BitAnd")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt")),
    *(f"ReplaceUnaryOperator_{pair}" for pair in ("Delete_Not", "Delete_USub", "Delete_Invert")),
    *("AddNot", "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop", "ExceptionReplacer"),
    *("NumberReplacer", "RemoveDecorator"),
]
"""Those that make code which still could be meant. `1 << "a"` fails wherever it runs, and tells nothing."""

_CACHES = {"cache", "lru_cache", "cached_property"}


class Mutant(NamedTuple):
    """A module with one small change."""

    line: int
    operator: str
    where: str
    """The function or class around it, or nothing."""
    change: str
    """The line before and after."""
    source: str

    @property
    def name(self) -> str:
        """What it is called in lists: no number of a line, so that it stays what it is when the module grows."""
        return f"{self.where}: {self.change}" if self.where else self.change


def sample(path: Path, most: int) -> list[Mutant]:
    """Return the changes of a module to try, in the order of the module."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    original = compile(source, str(path), "exec")
    found: list[Mutant] = []
    for place, operator, occurrence in _ranked(source, _left_out(tree)):
        if len(found) == most:
            break
        try:
            changed = mutate_code(source, get_operator(f"core/{operator}")(), occurrence)
            same = changed is None or compile(changed, str(path), "exec") == original
        except (SyntaxError, AttributeError):  # cosmic-ray cannot replace a dotted name of an exception
            continue
        if changed is not None and not same:
            found.append(Mutant(place[0], operator, _around(tree, place[0]), _change(source, changed), changed))
    return sorted(found)


def _ranked(source: str, left_out: list[tuple[Place, Place]]) -> Iterator[tuple[Place, str, int]]:
    """Yield one change for each place, in an order that only what stands there decides."""
    lines = source.splitlines()
    nodes = list(ast_nodes(get_ast(source)))
    places: dict[Place, list[tuple[str, str, int]]] = defaultdict(list)
    twins: Counter[str] = Counter()
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        starts = [positions[0] for node in nodes for positions in operator.mutation_positions(node)]
        for occurrence, start in enumerate(starts):
            if not any(first <= start < last for first, last in left_out):
                text = f"{name} {lines[start[0] - 1].strip()}"
                twins[text] += 1
                rank = hashlib.sha256(f"{text} {twins[text]}".encode()).hexdigest()
                places[start].append((rank, name, occurrence))
    for (_, name, occurrence), place in sorted((min(changes), place) for place, changes in places.items()):
        yield place, name, occurrence


def _left_out(tree: ast.Module) -> list[tuple[Place, Place]]:
    """Return what no run can notice: annotations, the wording of messages, protocols, caches, `strict`."""
    found: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            found += [node.returns, *(one for one in node.decorator_list if _CACHES & set(_words(one)))]
        elif _is_silent(node):
            found.append(node)
    found += [node for node in tree.body if isinstance(node, ast.Assign) and _is_alias(node)]
    spans = [
        ((one.lineno, one.col_offset), (one.end_lineno or one.lineno, one.end_col_offset or 0))
        for one in found
        if isinstance(one, ast.expr | ast.stmt | ast.keyword)
    ]
    decorators = [
        ((one.lineno, 0), (one.lineno, one.col_offset))
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for one in node.decorator_list
        if _CACHES & set(_words(one))
    ]
    return spans + decorators


def _is_silent(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr():
            return True
        case ast.keyword():
            return node.arg == "strict"
        case ast.ClassDef():
            return any("Protocol" in _words(base) for base in node.bases)
    return False


def _words(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr


def _is_alias(node: ast.Assign) -> bool:
    """Tell whether a statement names a type: `Subject = Layer | Stack`."""
    target = node.targets[0]
    return (
        isinstance(target, ast.Name)
        and re.fullmatch(r"_?(?:[A-Z][a-z0-9]+)+", target.id) is not None
        and isinstance(node.value, ast.BinOp | ast.Subscript)
    )


def _around(tree: ast.Module, line: int) -> str:
    names: list[str] = []
    body: list[ast.stmt] = tree.body
    while True:
        for node in body:
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and first <= line <= (node.end_lineno or 0):
                names.append(node.name)
                body = node.body
                break
        else:
            return ".".join(names)


def _change(before: str, after: str) -> str:
    old, new = before.splitlines(), after.splitlines()
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return " → ".join(" ".join(line.strip() for line in lines) for lines in (old, new))

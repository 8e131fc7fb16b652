"""Two ways to put a changed module in the place of the one that is loaded."""

from __future__ import annotations

import ast
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeGuard

from bench.mutation.home import ROOT, SRC

_OPTIMIZED = 0x1
"""The flag of code that belongs to a function, not to a module or a class."""

Key = tuple[str, int]


def living_functions() -> dict[str, dict[Key, list[FunctionType]]]:
    """Return every function of ours that is alive, by its file, whoever holds it and under whatever name."""
    found: dict[str, dict[Key, list[FunctionType]]] = defaultdict(lambda: defaultdict(list))
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename.startswith(f"{SRC}/"):
            found[one.__code__.co_filename][_key(one.__code__)].append(one)
    return found


def changed_functions(before: str, after: str, path: Path) -> list[CodeType] | None:
    """Return the new code of functions whose body alone has changed; None where anything else did."""
    found = list(_differing(compile(before, str(path), "exec"), compile(after, str(path), "exec")))
    return None if None in found else [one for one in found if one is not None]


def swaps(
    codes: list[CodeType], functions: dict[Key, list[FunctionType]]
) -> list[tuple[FunctionType, CodeType]] | None:
    """Return which functions get which code, those that a changed one has made before included; None without any."""
    if not all(_key(code) in functions for code in codes):
        return None
    every = [inner for code in codes for inner in (code, *_inside(code))]
    return [(function, code) for code in every for function in functions.get(_key(code), ())]


def _inside(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _inside(one)


def _key(code: CodeType) -> Key:
    return code.co_qualname, code.co_firstlineno


def _differing(old: CodeType, new: CodeType) -> Iterator[CodeType | None]:
    """Yield functions that differ, from outside inwards, and None for code that runs when a module is loaded."""
    if old == new:
        return
    if old.co_flags & _OPTIMIZED:
        yield new if (old.co_freevars, _key(old)) == (new.co_freevars, _key(new)) else None
        return
    inner = [[one for one in code.co_consts if isinstance(one, CodeType)] for code in (old, new)]
    rest = [[one for one in code.co_consts if not isinstance(one, CodeType)] for code in (old, new)]
    if (old.co_code, old.co_names, repr(rest[0]), len(inner[0])) != (
        new.co_code,
        new.co_names,
        repr(rest[1]),
        len(inner[1]),
    ):
        yield None
        return
    for one, other in zip(*inner, strict=True):
        yield from _differing(one, other)


def changed_constants(before: str, after: str) -> set[str] | None:
    """Return the names of a module that one statement gives a value, where that is all that has changed."""
    old, new = ast.parse(before).body, ast.parse(after).body
    if len(old) != len(new):
        return None
    differing = [one for one, other in zip(old, new, strict=True) if ast.dump(one) != ast.dump(other)]
    targets = [one.targets if isinstance(one, ast.Assign) else [one.target] for one in differing if _binds(one)]
    if len(differing) != 1 or len(targets) != 1:
        return None
    return {name.id for target in targets[0] for name in ast.walk(target) if isinstance(name, ast.Name)}


def set_constants(name: str, path: Path, source: str, constants: set[str]) -> None:
    """Give names of a module the values that they have in another text, wherever they were imported to."""
    other: dict[str, Any] = {"__name__": name, "__file__": str(path)}
    exec(compile(source, str(path), "exec"), other)
    for constant in constants:
        old = getattr(sys.modules[name], constant)
        for module in list(sys.modules.values()):
            space = getattr(module, "__dict__", {})
            if space.get(constant) is old:
                space[constant] = other[constant]


def _binds(node: ast.stmt) -> TypeGuard[ast.Assign | ast.AnnAssign]:
    return isinstance(node, ast.Assign | ast.AnnAssign)


def module_name(path: Path) -> str:
    """Return the name under which a file is imported."""
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


class Instead(importlib.abc.MetaPathFinder):
    """Has one module loaded from another text."""

    def __init__(self, path: Path, source: str) -> None:
        self.name = module_name(path)
        self.path = str(path)
        self.source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find this module, and no other."""
        if fullname != self.name:
            return None
        loader = _Text(self.name, self.path, self.source)
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


class _Text(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.source = source

    def get_data(self, path: str) -> bytes:
        return self.source.encode()

    def path_stats(self, path: str) -> Mapping[str, float]:
        raise OSError  # so no compiled file is used, and none is written


def forget_our_modules() -> None:
    """Have the package and the tests loaded anew by whoever imports them next."""
    ours = (str(ROOT / "src") + "/", str(ROOT / "tests") + "/")
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", [])), "")
        if str(file).startswith(ours):
            del sys.modules[name]

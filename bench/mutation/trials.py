"""Tries the changes: a plugin of pytest that forks for each one, when all tests are loaded.

The child puts the changed code in the place of the old one and runs the tests that were chosen, until one fails. So a
trial costs a fork and the tests, not a start of pytest.
"""

from __future__ import annotations

import ast
import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from _pytest.runner import runtestprotocol

from bench.mutation.choosing import Choice, choose
from bench.mutation.fork import allow, forked
from bench.mutation.home import SRC, TEMPORARY
from bench.mutation.ledger import Trial, read, write
from bench.mutation.mutants import Mutant, sample
from bench.mutation.swapping import (
    Instead,
    changed_constants,
    changed_functions,
    forget_our_modules,
    living_functions,
    module_name,
    set_constants,
    swaps,
)
from bench.mutation.touching import FAR_AWAY, QUIET, Touched

UNLOADABLE = "loading the tests"


class Trials:
    """Tries changes of modules, one after another, and writes down each module when it is done."""

    def __init__(
        self, modules: Iterable[tuple[str, int]], touched: Touched, home: Path, *, again: bool, patience: float
    ) -> None:
        self.home = home
        self.patience = patience
        self.modules = list(modules)
        self.touched = touched
        self.again = again
        self.items: dict[str, pytest.Item] = {}
        self.functions: dict[str, dict[tuple[str, int], list[FunctionType]]] = {}
        self.seconds: dict[str, float] = {}
        """The tests that can be used, and how long each takes."""
        self.sound: set[str] = set()
        """Those that have noticed something, and pass without it."""

    def pytest_collection(self) -> None:
        """Have properties try the same examples each time."""
        from hypothesis import settings

        settings.load_profile("ci")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of the loop over all tests."""
        self.items = {item.nodeid: item for item in session.items}
        self.seconds = {name: time for name, time in self.touched.seconds.items() if name in self.items}
        self.functions = living_functions()
        gc.collect()
        gc.freeze()  # or every child would walk, and so copy, all that the parent has loaded
        for module, most in self.modules:
            self._module(module, most)
        return True

    def _module(self, module: str, most: int) -> None:
        begun = sum(os.times()[:4])
        path = SRC / f"{module}.py"
        known = {one.name: one for one in read(module) or ()} if self.again else {}
        source = path.read_text("utf-8")
        tree = ast.parse(source)
        seconds = self.seconds
        lines = self.touched.lines.get(f"{module}.py", {})
        found: list[Trial] = []
        attempt = partial(self._attempt, path, source)
        alert: list[str] = []
        for mutant in sample(path, most):
            choice = choose(tree, mutant.line, _own_tests(module), lines, seconds, self.patience)
            first = [test for test in reversed(alert) if test in choice.tests]
            choice = choice._replace(tests=list(dict.fromkeys([*first, *choice.tests])))
            old = known.get(mutant.name)
            by = old.by if old is not None and old.by is not None else attempt(mutant, choice)
            if by == UNLOADABLE and attempt(mutant._replace(source=source), choice) == UNLOADABLE:
                by = None  # they cannot be loaded together, whatever is in the module
            while by in choice.tests and by not in self.sound:
                if attempt(mutant._replace(source=source), choice._replace(tests=[by])) is None:
                    self.sound.add(by)
                    break
                # It fails without the change as well, so it has noticed nothing, nor have those before it.
                del seconds[by]
                rest = choice.tests[choice.tests.index(by) + 1 :]
                by = attempt(mutant, choice._replace(tests=rest))
            if by in choice.tests and by not in alert:
                alert.append(by)
            found.append(Trial(mutant.name, mutant.line, mutant.operator, len(choice.tests), by))
        write(module, found)
        spent = sum(os.times()[:4]) - begun
        noticed = sum(one.by is not None for one in found)
        print(f"{module}: {noticed} of {len(found)} noticed ({spent:.0f} s of work)", flush=True)
        for one in found:
            if one.by is None:
                print(f"  {one.line} ({one.tests} tests) {one.name}", flush=True)

    def _attempt(
        self,
        path: Path,
        source: str,
        mutant: Mutant,
        choice: Choice,
    ) -> str | None:
        if not choice.tests:
            return None
        budget = sum(self.touched.seconds[test] for test in choice.tests)
        for left in self.home.glob("*"):
            shutil.rmtree(left, ignore_errors=True)
        items = [(self.items[test], self.touched.seconds[test]) for test in choice.tests]
        codes = None if choice.anew else changed_functions(source, mutant.source, path)
        swapped = None if codes is None else swaps(codes, self.functions[str(path)])
        if swapped is not None:
            return forked(partial(_run, partial(_swap, swapped), items), budget)
        if constants := changed_constants(source, mutant.source):
            prepare = partial(set_constants, module_name(path), path, mutant.source, constants)
            return forked(partial(_run, prepare, items), budget)
        return forked(partial(_run_anew, Instead(path, mutant.source), choice.tests, self.home / "anew"), budget + 15)


def _own_tests(module: str) -> tuple[str, ...]:
    """Return what the path of a file of tests holds that is about a module, or about the folder that it is in."""
    floor, *folders, name = module.split("/")
    around = [f"tests/{floor}/{'/'.join(folders)}/", f"/test_{folders[0]}"] if folders else []
    shown = ["tests/rules/test_examples.py", "tests/checks/test_situations.py"] if floor == "checks" else []
    return (f"/test_{name}", *around, *shown)


def _swap(swapped: list[tuple[FunctionType, CodeType]]) -> None:
    for function, code in swapped:
        function.__code__ = code


def _run(prepare: Callable[[], None], items: list[tuple[pytest.Item, float]]) -> str | None:
    """Run tests that are loaded, each within its time; return the first that fails."""
    try:
        prepare()
    except Exception as error:  # noqa: BLE001 - the module could not be loaded
        return f"loading the module: {type(error).__name__}"
    for number, (item, seconds) in enumerate(items):
        allow(3 * seconds)
        following = items[number + 1][0] if number + 1 < len(items) else None
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            return item.nodeid
    return None


class _Only:
    """Runs the tests with the given names, and knows the first that failed."""

    def __init__(self, tests: list[str]) -> None:
        self.order = {test: number for number, test in enumerate(tests)}
        self.failed: str | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.order), key=lambda item: self.order[item.nodeid]
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed is None:
            self.failed = report.nodeid


def _run_anew(instead: Instead, tests: list[str], home: Path) -> str | None:
    """Load everything anew with one module changed, and run tests; return the first that fails."""
    forget_our_modules()
    sys.meta_path.insert(0, instead)
    only = _Only(tests)
    files = sorted({test.partition("::")[0] for test in tests})
    code = pytest.main([*QUIET, "-x", "-s", f"--basetemp={home}", *files], plugins=[only])
    return only.failed or (None if code == pytest.ExitCode.OK else UNLOADABLE)


def try_changes(modules: list[tuple[str, int]], touched: Touched, *, again: bool, patience: float, name: str) -> int:
    """Load all tests, and try changes of modules; return the exit code of pytest."""
    home = TEMPORARY / name
    ignored = [f"--ignore={path}" for path in FAR_AWAY]
    try:
        trials = Trials(modules, touched, home, again=again, patience=patience)
        return pytest.main([*QUIET, "-s", f"--basetemp={home}", *ignored], plugins=[trials])
    finally:
        shutil.rmtree(home, ignore_errors=True)

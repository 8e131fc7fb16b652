"""Mutation testing: which tests are chosen for a fault, how a fault gets into loaded code, and that nothing is hidden."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from types import FunctionType

import pytest

from bench.mutation.choosing import choose
from bench.mutation.fork import forked
from bench.mutation.home import SRC
from bench.mutation.page import BEGIN, PAGE, REASONS
from bench.mutation.swapping import changed_constants, changed_functions, swaps

SOURCE = "MOST = 3\n\n\ndef first(a=1):\n    return a + MOST\n\n\ndef second():\n    return 2\n"
TOUCHED = {
    1: [""],
    5: ["tests/a/test_x.py::test_slow", "tests/a/test_own.py::test_own", "tests/a/test_x.py::test_quick"],
}
SECONDS = {
    "tests/a/test_x.py::test_slow": 0.5,
    "tests/a/test_own.py::test_own": 0.4,
    "tests/a/test_x.py::test_quick": 0.1,
}


def test_choice() -> None:
    """Tests about the module come first, then the quickest; a constant is tried by those that run what uses it."""
    names = ["tests/a/test_own.py::test_own", "tests/a/test_x.py::test_quick", "tests/a/test_x.py::test_slow"]
    tree = ast.parse(SOURCE)
    assert choose(tree, 5, ("/test_own",), TOUCHED, SECONDS, 1) == (names, False)
    assert choose(tree, 1, ("/test_own",), TOUCHED, SECONDS, 1) == (names, True)
    assert choose(tree, 9, ("/test_own",), TOUCHED, SECONDS, 1) == ([], False)


FAULTS = {
    "in a function": ("a + MOST", "a - MOST", ["first"], None),
    "a default": ("a=1", "a=2", None, None),
    "a constant": ("MOST = 3", "MOST = 4", None, {"MOST"}),
}


@pytest.mark.parametrize(("old", "new", "functions", "constants"), FAULTS.values(), ids=FAULTS)
def test_where_a_fault_is(old: str, new: str, functions: list[str] | None, constants: set[str] | None) -> None:
    """The body of a function is swapped, a constant set; for everything else the module is loaded anew."""
    codes = changed_functions(SOURCE, SOURCE.replace(old, new), Path("a.py"))
    assert (None if codes is None else [code.co_name for code in codes]) == functions
    assert functions is not None or changed_constants(SOURCE, SOURCE.replace(old, new)) == constants


def test_a_fault_in_loaded_code() -> None:
    """Whoever holds a function runs the changed one, also one that another function has made before."""
    source = "def outer():\n    def inner():\n        return 1\n    return inner\n"
    space: dict[str, object] = {}
    exec(compile(source, "a.py", "exec"), space)
    outer = space["outer"]
    assert isinstance(outer, FunctionType)
    inner = outer()
    assert isinstance(inner, FunctionType)
    codes = changed_functions(source, source.replace("return 1", "return 2"), Path("a.py"))
    assert codes is not None
    alive = {(one.__code__.co_qualname, one.__code__.co_firstlineno): [one] for one in (outer, inner)}
    for function, code in swaps(codes, alive) or ():
        function.__code__ = code
    assert (inner(), outer()()) == (2, 2)


def test_what_comes_to_no_end() -> None:
    """A trial is over when its time is; what it said before that counts."""
    assert forked(lambda: "the name of a test", 0) == "the name of a test"
    assert forked(lambda: None, 0) is None
    assert forked(lambda: str([0] * (1 << 40)), 0) == "MemoryError outside of the tests: "


def test_every_reason_is_told() -> None:
    """The list of what is left names modules that there are, gives a reason for each, and all of it is on the page."""
    told = PAGE.read_text("utf-8").partition(BEGIN)[2]
    for one in tomllib.loads(REASONS.read_text("utf-8"))["left"]:
        assert (SRC / f"{one['module']}.py").is_file()
        assert one["why"].endswith(".")
        assert one["change"] in told
        assert one["why"] in told

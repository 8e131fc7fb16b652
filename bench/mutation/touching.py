"""Which test runs which line of our code, and how long it takes: a plugin of pytest, and what it has recorded.

Only what runs in the process of the tests is seen. What a test starts as a program of its own is not, nor what forked
workers do.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import coverage
import pytest

from bench.mutation.home import COPY, SRC, TEMPORARY

FAR_AWAY = (
    "tests/hooks",
    "tests/integrations",
    "tests/reporters/test_html_in_browser.py",
    "tests/test_bench.py",
    "tests/test_packaging.py",
    "tests/test_pages.py",
    "tests/test_releasing.py",
    "tests/test_supply_chain.py",
)
"""Tests that start programs, and run next to nothing of our code in their own process."""


QUIET = ("-q", "-p", "no:cacheprovider", "-m", "not slow")


class Touched(NamedTuple):
    """What the recorded runs say."""

    seconds: dict[str, float]
    """How long each test takes that passes."""
    lines: dict[str, dict[int, list[str]]]
    """By path of a module from its package: line, and the tests that run it. An empty name: while tests are loaded."""


def record(name: str, share: int, shares: int, tests: list[str]) -> int:
    """Run a share of the tests, and write down under a name what they touch; return the exit code of pytest."""
    recorder = Recorder(name, share, shares)
    home = f"--basetemp={TEMPORARY / name}"
    ignored = [f"--ignore={path}" for path in FAR_AWAY]
    return pytest.main([*QUIET, home, *ignored, *tests], plugins=[recorder])


def recorded() -> Touched:
    """Return what was written down, under whatever names."""
    seconds: dict[str, float] = {}
    lines: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for times in sorted(COPY.glob("touched.*.json")):
        seconds |= json.loads(times.read_text("utf-8"))
        data = coverage.CoverageData(str(times.with_suffix("")))
        data.read()
        for file in data.measured_files():
            module = file.removeprefix(f"{SRC}/")
            for line, names in data.contexts_by_lineno(file).items():
                lines[module][line] += names
    return Touched(seconds, lines)


class Recorder:
    """Tells coverage which test is running, and notes how long it takes and whether it passes."""

    def __init__(self, name: str, share: int, shares: int) -> None:
        self.name = name
        self.share = share
        self.shares = shares
        self.coverage = coverage.Coverage(
            data_file=str(COPY / f"touched.{name}"), include=[f"{SRC}/*"], config_file=False
        )
        self.coverage.erase()
        self.coverage.start()
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    def pytest_collection(self) -> None:
        """Have properties try the same examples each time."""
        from hypothesis import settings

        settings.load_profile("ci")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the files of this share."""
        files = sorted({str(item.path) for item in items})
        mine = set(files[self.share :: self.shares])
        items[:] = [item for item in items if str(item.path) in mine]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Run one test under its name."""
        self.coverage.switch_context(item.nodeid)
        begun = time.perf_counter()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = round(time.perf_counter() - begun, 4)
            self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what does not pass: it can notice nothing."""
        if not report.passed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write down what was seen."""
        self.coverage.stop()
        self.coverage.save()
        passed = {name: seconds for name, seconds in self.seconds.items() if name not in self.failed}
        (COPY / f"touched.{self.name}.json").write_text(json.dumps(passed), "utf-8")

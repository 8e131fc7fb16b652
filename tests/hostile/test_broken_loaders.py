"""Nothing is green by accident: every public function, method and property of every loader breaks in turn."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitopslint.cli.formats import FORMATS
from tests.support.loaders import PREFIX, SECRET, Loader, all_loaders, breaking, calls, run
from tests.support.project import once, python

_LIVE = "asks live systems or prepares it: `verify` and `evidence`, tests/cli/test_verify.py and test_evidence.py"
_MEMORY = "stands for files and git in the examples of rules"
_AFFECTED = "only `affected` asks, where the repository has one of these: tests/cli/test_affected.py"
_INIT = "only `init` asks, of other layouts: tests/cli/test_init.py"
_WRITES = "writes files or commits: tests/cli/test_promote.py and tests/loaders/test_committing.py"
_SHAPE = "needs another shape of history or repository: tests/loaders and tests/engine"
_INSIDE = "only asked where results are kept in the repository itself: tests/cli/test_cache.py"
UNUSED = {
    "cluster.": _LIVE,
    "git.Repository.tracked": _INSIDE,
    "docker_auth.": _LIVE,
    "evidence.Evidence.migrations": _LIVE,
    "git_history.GitHistory.commits_of_line": _LIVE,
    "http.": _LIVE,
    "product.Product.commit_of": _LIVE,
    "product.Product.migrations": _LIVE,
    "recorded.RecordedHistory.changes_between": _LIVE,
    "registry.": _LIVE,
    "smoke.": _LIVE,
    "timelines.Chronology.commit_of": _LIVE,
    "timelines.Chronology.migrations": _LIVE,
    "history.ToldHistory.": _MEMORY,
    "tree.MemoryTree.": _MEMORY,
    "above.changed_above": _AFFECTED,
    "changes.changed_submodules": _AFFECTED,
    "git.Repository.submodules": _AFFECTED,
    "lockfiles.pnpm.": _AFFECTED,
    "lockfiles.yarn.": _AFFECTED,
    "flux.bases": _INIT,
    "sources.has_code": _INIT,
    "committing.": _WRITES,
    "rewriting.write_all": _WRITES,
    "embedded.embedded": _SHAPE,
    "git_history.GitHistory.steps_of": _SHAPE,
    "main_line.landings_of": _SHAPE,
    "newest.Newest.landings_of": _SHAPE,
    "others._Outlined.of_no_app": _SHAPE,
    "platform_side.PlatformSide.prepare": _SHAPE,
    "recorded.RecordedHistory.at_fork": _SHAPE,
    "recorded.RecordedHistory.steps": _SHAPE,
    "tree.GitTree.names": _SHAPE,
    "stream.scalar_ranges": _SHAPE,
    "held.values_in": "counts what may be too much: tests/hostile/test_memory.py",
    "libyaml.c_parser": "called once, when the program is imported: tests/loaders/test_libyaml.py",
    "others._Outlined.applications": "asked only after a check crashed on Applications of no app: that is not kept",
    "patterns.read_pattern_files": "only tools/generate.py reads the sources of what is compiled",
    "rules.rule_files": "only tools/generate.py reads the sources of what is compiled",
    "platform_side.PlatformSide.home_of": "what the product has, and nobody asks the platform",
    "platform_side.PlatformSide.is_template": "what the product has, and nobody asks the platform",
    "platform_side.PlatformSide.texts": "what the product has, and nobody asks the platform",
    "platform_side.PlatformSide.timelines": "what the product has, and nobody asks the platform",
    "product.Product.units": "what others do task by task",
    "validation.listed": "nothing is near to none of the known words: tests/loaders/test_contract.py",
}
"""Loaders, or beginnings of their names, that none of the runs calls, and why."""
BOUND = "unit.all_mine"
"""The value of a parameter where nothing is said, which is bound for good: it always says yes."""
ELSEWHERE = [
    ("argocd.wire", "a run after a change"),  # a mapping read it, whose `get` took a KeyError for nothing there
    ("texts.as_utf8", "a run after a change"),
    ("positions.Positions.scalar", "a promotion"),  # it crashed without the change as well
]
BREAKABLE = [one for one in all_loaders() if not str(one).removeprefix(PREFIX).startswith((BOUND, *UNUSED))]


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The repositories of the scenes, made once, by a process that has called nothing before."""
    make = functools.partial(python, "-m", "tests.support.loaders")
    return once(tmp_path_factory, "loader-scenes", make, worker_id)


@pytest.fixture(autouse=True)
def no_process_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End the programs that a broken run has left, of which other tests would be told."""
    started: list[int] = []
    spawn = os.posix_spawnp

    def noted(*words: Any, **settings: Any) -> int:
        started.append(spawn(*words, **settings))
        return started[-1]

    monkeypatch.setattr(os, "posix_spawnp", noted)
    yield
    for pid in started:
        with contextlib.suppress(ChildProcessError):  # most have been waited for
            if os.waitpid(pid, os.WNOHANG) == (0, 0):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a broken `close` closes nothing
@pytest.mark.parametrize("loader", BREAKABLE, ids=lambda one: str(one).removeprefix(PREFIX))
def test_a_broken_loader(
    loader: Loader,
    scenes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A run that calls a loader that crashes ends with 3 and says so, on standard error and in every report."""
    scene = calls(scenes).get(str(loader))
    assert scene is not None, f"no run calls {loader}: give it something to load, or a reason in UNUSED"
    was_called = breaking(loader, monkeypatch.setattr)
    code = run(scenes, scene, tmp_path)
    out, err = capfd.readouterr()
    assert was_called()
    assert code == 3, f"{loader} crashed in {scene}, and the run ended with {code}"
    assert "KeyError" in err
    assert SECRET not in out + err
    for form in FORMATS:
        report = tmp_path / f"report.{form}"
        if report.exists():
            assert "KeyError" in report.read_text("utf-8")
            assert SECRET not in report.read_text("utf-8")


@pytest.mark.parametrize(("name", "scene"), ELSEWHERE)
def test_a_loader_that_breaks_in_another_run(
    name: str,
    scene: str,
    scenes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Where a crash was once silent, though not in the first run that calls the loader, it is loud."""
    (loader,) = (one for one in all_loaders() if str(one) == PREFIX + name)
    was_called = breaking(loader, monkeypatch.setattr)
    assert run(scenes, scene, tmp_path) == 3
    assert was_called()
    out, err = capfd.readouterr()
    assert "KeyError" in out + err
    assert SECRET not in out + err


def test_what_no_run_calls(scenes: Path) -> None:
    """A reason is given for exactly what no run calls: loaders that are called are broken."""
    called = {str(one).removeprefix(PREFIX) for one in all_loaders() if str(one) in calls(scenes)}
    names = {str(one).removeprefix(PREFIX) for one in all_loaders()}
    assert {name for name in called if name.startswith(tuple(UNUSED))} == set()
    assert {reason for reason in UNUSED if not any(name.startswith(reason) for name in names)} == set()

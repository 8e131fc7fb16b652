"""The memory of a whole run: what is held together is counted, and a process that grows all the same is stopped."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitopslint.checks.catalogue import CHECKS
from gitopslint.cli import main, memory
from gitopslint.engine import examination as engine
from gitopslint.loaders import held, yaml
from gitopslint.loaders.unit import Unit
from gitopslint.model.part import Part
from gitopslint.model.record import changed
from tests.support.attempts import ENV, Scene, application

MANY = "".join(f"k{number}: {number}\n" for number in range(900))
TOGETHER = "with what is held beside it, it has more than 2,000 values"


def undecided(scene: Scene) -> set[str]:
    """Run a check, and return the files about which nothing is known because of what is held beside them."""
    scene.run("check", "--report", "json=report.json")
    report = json.loads((scene.path / "report.json").read_text())
    told = [one for one in report["undecided"] if TOGETHER in one["reason"]]
    return {place["path"] for one in told for place in one["places"]}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two thousand values be many, and every file too large to be sure that it holds few."""
    monkeypatch.setattr(held, "MOST_VALUES", 2_000)


@pytest.mark.usefixtures("small")
def test_many_large_layers_of_one_app(scene: Scene) -> None:
    """The last of them is undecided, and the other ones are read."""
    environments = ["dev", "prod", "stage"]
    scene.write(
        {".gitopslint.yaml": f"platform: none\nenvironments: [{', '.join(environments)}]\n"}
        | {f"deploy/env/{env}/shop.yaml": MANY for env in environments}
    )
    assert undecided(scene) == {"deploy/env/stage/shop.yaml"}


@pytest.mark.usefixtures("small")
def test_many_large_applications(scene: Scene) -> None:
    """All Applications are held during the run: what the last ones load is undecided."""
    scene.write({f"deploy/argocd/{name}.yaml": application("[]") + MANY for name in "abc"})
    assert undecided(scene) == {"deploy/argocd/c.yaml"}


@pytest.mark.usefixtures("small")
def test_many_large_manifests_one_at_a_time(scene: Scene) -> None:
    """What is forgotten at once counts for nothing."""
    scene.write({f"k/{name}.yaml": f"image: a:{'0' * 64}\n{MANY}" for name in "abcdef"})
    assert undecided(scene) == set()


def test_large_texts_with_few_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are counted, not characters: a comment as long as a book takes no place."""
    monkeypatch.setattr(held, "MOST_VALUES", 2_000)
    together = held.Held()
    text = b"a: 1\n" + b"# a comment\n" * 1_000
    assert [together.parse("x.yaml", text).problem for _ in range(10)] == [None] * 10


def test_aliases_count_as_what_they_bring(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred short files can stand for millions of values."""
    monkeypatch.setattr(held, "MOST_VALUES", 2_000)
    monkeypatch.setattr(yaml, "MAX_NODES", 1_000)
    together = held.Held()
    text = (
        b"a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b]\n"
    )
    told = [together.parse("x.yaml", text).problem for _ in range(4)]
    assert [problem and problem.message for problem in told] == [None, None, None, TOGETHER]


def growing(monkeypatch: pytest.MonkeyPatch, *, only_in: str) -> None:
    """Let a rule need more memory than there is, in this process or in one that it has started."""
    here = os.getpid()
    monkeypatch.setattr(memory, "_taken", lambda: 3_000 if (os.getpid() == here) == (only_in == "this") else 100)

    def grow(*_: object) -> Iterator[Any]:
        signal.raise_signal(signal.SIGPROF)  # as the timer does, at a moment that every machine has
        return iter(())

    hungry = [changed(one, function=grow) if one.rule == "templated-value" else one for one in CHECKS]
    monkeypatch.setattr(engine, "CHECKS", hungry)


def stopped(scene: Scene, capfd: pytest.CaptureFixture[str], *words: str) -> None:
    """Run a check that is stopped, and hold that nothing of it passes."""
    reports = ("--report", "json=report.json", "--report", "sarif=report.sarif")
    assert main(["check", "--exit-zero", "--undecided", "ignore", *words, *reports]) == 2
    assert "nothing of this run counts as checked" in capfd.readouterr().err
    assert main(["check", *words, *reports]) == 2
    out, err = capfd.readouterr()
    assert "so not everything was checked" in out
    assert err.count("nothing of this run counts as checked; allow more with `--memory`") == 1
    report = json.loads((scene.path / "report.json").read_text())
    assert {"mutable-tag", "plaintext-secret", "skipped-environment"} <= set(report["undecided"][0]["rules"])
    sarif = json.loads((scene.path / "report.sarif").read_text())
    assert sarif["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_the_memory_is_used_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A process that grows too large says what it found and that the rest is undecided, and ends with 2."""
    growing(monkeypatch, only_in="this")
    stopped(scene, capfd)


def test_the_memory_of_a_worker_is_used_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """So does a run of which one of several processes grows too large."""
    scene.write({ENV.replace("shop", "blog"): "a: 1\n"})
    growing(monkeypatch, only_in="another")
    examine = engine.Examiner.examine

    def grow(self: engine.Examiner, unit: Unit) -> Part:  # whatever the other process works on
        signal.raise_signal(signal.SIGPROF)
        return examine(self, unit)

    monkeypatch.setattr(engine.Examiner, "examine", grow)
    stopped(scene, capfd, "--jobs", "2")


def test_the_machine_has_no_memory(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where the system gives no more, no rule is blamed, and nothing passes."""

    def exhausted(*_: object, **__: object) -> Any:
        raise MemoryError

    hungry = [changed(one, function=exhausted) if one.rule == "templated-value" else one for one in CHECKS]
    monkeypatch.setattr(engine, "CHECKS", hungry)
    stopped(scene, capfd)
    monkeypatch.setattr("gitopslint.cli.checking.open_checked", exhausted)
    assert main(["check"]) == 2
    assert "nothing of this run counts as checked" in capfd.readouterr().err


@pytest.mark.parametrize("wrong", ["-1", "much", "1e3", "²", "9" * 5000])
def test_a_wrong_limit(scene: Scene, wrong: str) -> None:
    """What is no number of megabytes is refused."""
    said = scene.run("check", f"--memory={wrong}")
    assert said.code == 2
    assert "is no number of megabytes" in said.err


def test_the_timer_ends_with_the_run(scene: Scene, tmp_path: Path) -> None:
    """Afterwards nobody looks any more: the command line may be part of a longer process."""
    scene.run("check")
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
    assert signal.getsignal(signal.SIGPROF) is signal.SIG_DFL


def test_a_command_with_a_timeout_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """`verify --timeout` is about one request: it does not end a command that waits for a deployment."""
    seen: list[float] = []

    def verify(_: object) -> int:
        seen.append(signal.getitimer(signal.ITIMER_REAL)[0])
        return 0

    monkeypatch.setattr("gitopslint.cli.verify.verify", verify)
    main(["verify", "shop", "dev", "--timeout", "5"])
    assert seen == [0]

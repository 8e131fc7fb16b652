"""What is accepted, known or repaired is the same from the cache, from several processes, and from joined shares."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gitopslint.checks.catalogue import CHECKS
from gitopslint.cli import main
from gitopslint.cli.formats import FORMATS
from gitopslint.engine import examination
from gitopslint.model.record import changed
from tests.support.fleet import POLICY, SHORT_SECRET, TOKEN, fleet
from tests.support.repo import Repo

BASELINE = ".gitopslint-baseline.json"
CONTRACT = f"""\
{POLICY}baseline: {BASELINE}
waivers:
- {{rule: mutable-tag, app: drugs, until: 2026-03-05, reason: a demo}}
- {{rule: mutable-tag, app: cinema, reason: was needed}}
secrets:
  allow:
  - {{path: src/**, until: 2026-03-10, reason: revoked long ago}}
  - {{path: docs/**, reason: nothing is there any more}}
"""
DAY = 86_400
FIRST = 1_772_323_200  # 2026-03-01

Clock = Callable[[int], None]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set the clock to some days after the first one."""

    def move(days: int) -> None:
        monkeypatch.setattr("gitopslint.cli.clock.now", lambda: FIRST + days * DAY)

    move(0)
    return move


@pytest.fixture
def repo(tmp_path: Path, on: Clock, capsys: pytest.CaptureFixture[str]) -> Repo:
    """A repository with waivers in its contract, allowed secrets, and a baseline: some entries end, one is gone.

    The clock stands at the first day.
    """
    on(0)
    repo = fleet(tmp_path / "repo", CONTRACT)
    assert main(["baseline", str(repo.path), "--until", "2026-03-08", "--reason", "later"]) == 0
    text = (repo.path / BASELINE).read_text("utf-8")
    assert TOKEN not in text
    repo.commit("Adopt", {BASELINE: text})
    repo.write("deploy/env/dev/bakery.yaml", "env: {SYNESTRA_ENV: dev}\n")
    repo.commit("Mend")
    capsys.readouterr()
    return repo


def written(folder: Path, *words: str) -> tuple[int, dict[str, bytes]]:
    """Run a command and return its exit code, and the report in every format."""
    folder.mkdir(exist_ok=True)
    code = main([*words, *(word for name in FORMATS for word in ("--report", f"{name}={folder / name}"))])
    return code, {name: (folder / name).read_bytes() for name in FORMATS}


def rules(report: bytes) -> set[str]:
    """Return the rules with a finding."""
    return {one["rule"] for one in json.loads(report)["findings"]}


def test_days_go_by(repo: Repo, on: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What ended since the last run has ended with the cache as well, and the report is the fresh one, byte for byte."""
    cache = ["--cache-dir", str(tmp_path / "cache")]
    seen = []
    for day in (0, 3, 6, 8, 12):
        on(day)
        fresh = written(tmp_path / "fresh", "check", str(repo.path), "--no-cache")
        assert written(tmp_path / "kept", "check", str(repo.path), *cache) == fresh, day
        assert written(tmp_path / "again", "check", str(repo.path), *cache, "--jobs", "2") == fresh, day
        seen.append(rules(fresh[1]["json"]))
    assert {"stale-baseline", "unused-waiver"} <= seen[0]
    assert [("expired-waiver" in one, "expired-baseline" in one) for one in seen] == [
        (False, False),
        (False, False),
        (True, False),
        (True, True),
        (True, True),
    ]
    assert ["plaintext-secret" in one for one in seen] == [False, False, False, False, True]
    capsys.readouterr()


def test_the_baseline_changes(repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that is kept knows no baseline: another one counts at once."""
    cache = ["--cache-dir", str(tmp_path / "cache")]
    assert written(tmp_path / "one", "check", str(repo.path), *cache)[0] == 0
    repo.write(BASELINE, '{"version": 1, "findings": [\n]}\n')
    fresh = written(tmp_path / "fresh", "check", str(repo.path), "--no-cache")
    assert fresh[0] == 1
    assert written(tmp_path / "kept", "check", str(repo.path), *cache) == fresh
    capsys.readouterr()


@pytest.mark.parametrize("day", [0, 12])
def test_joined_shares(day: int, repo: Repo, on: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Waivers, allowances and the baseline of joined shares are judged as in one run; no share speaks for the others."""
    on(day)
    whole = written(tmp_path / "whole", "check", str(repo.path))
    files = [str(tmp_path / f"{number}.json") for number in (1, 2, 3)]
    for number, file in enumerate(files, 1):
        shard = ["--shard", f"{number}/3", "--output-format", "json", "--output-file", file]
        assert main(["check", str(repo.path), "--exit-zero", *shard]) == 0
        part = Path(file).read_text("utf-8")
        assert not rules(part.encode()) & {"stale-baseline", "unused-waiver"}
        assert TOKEN not in part
        assert SHORT_SECRET not in part
    on(day + 1)
    assert written(tmp_path / "merged", "merge", *files) == whole
    report = json.loads(whole[1]["json"])
    assert any(one["external"] for one in report["waived"]) == (day == 0)
    allowed = [one["message"] for one in report["findings"] if one["key_path"] == ["secrets", "allow"]]
    assert sum("has nothing to allow" in message for message in allowed) == 1
    assert b"was needed" in whole[1]["html"]  # the excerpt of the contract
    capsys.readouterr()


def test_a_baseline_that_others_wrote(repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A part with a baseline that is none is refused with one message."""
    file = tmp_path / "report.json"
    main(["check", str(repo.path), "--output-format", "json", "--output-file", str(file)])
    capsys.readouterr()
    file.write_text(file.read_text("utf-8").replace('\\"version\\": 1', '\\"version\\": 7'))
    assert main(["merge", str(file)]) == 2
    assert "cannot be joined" in capsys.readouterr().err


def test_repairs(repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A report says how many findings were removed after it went through `merge`, too; a share is not repaired."""
    path = "deploy/env/release-prod/drugs.yaml"
    repo.commit("Release", {path: "image:\n  repository: registry.example.com/drugs\n  tag: 1.10\n"})
    assert main(["check", str(repo.path), "--fix", "--shard", "1/2"]) == 2
    assert "need no --shard" in capsys.readouterr().err
    cache = ["--cache-dir", str(tmp_path / "cache")]
    done = written(tmp_path / "done", "check", str(repo.path), "--fix", *cache, "--jobs", "2")
    assert " fixed" in done[1]["text"].decode()
    assert '"1.10"' in (repo.path / path).read_text("utf-8")
    assert not (tmp_path / "cache").exists()
    assert written(tmp_path / "merged", "merge", str(tmp_path / "done" / "json")) == done
    capsys.readouterr()


def test_a_run_that_was_stopped(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a run found until its time was over is not kept for the next one."""

    def endless(*_: object) -> Iterator[Any]:
        signal.raise_signal(signal.SIGALRM)
        yield

    fresh = written(tmp_path / "fresh", "check", str(repo.path), "--no-cache")
    cache = ["--cache-dir", str(tmp_path / "cache")]
    with monkeypatch.context() as hanging:
        checks = [changed(one, function=endless) if one.rule == "templated-value" else one for one in CHECKS]
        hanging.setattr(examination, "CHECKS", checks)
        assert main(["check", str(repo.path), *cache]) == 2
    assert "so not everything was checked" in capsys.readouterr().out
    assert written(tmp_path / "kept", "check", str(repo.path), *cache) == fresh
    capsys.readouterr()

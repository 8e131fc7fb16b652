"""The one door to git, and the only module that starts processes.

The repository is untrusted: its configuration and attributes can name programs that git would run. Only plumbing
that never starts them is used, with every switch that turns them off.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_HARDENED = (
    "--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs",
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.attributesFile=/dev/null",
    "-c", "core.untrackedCache=false", "-c", "core.quotePath=false", "-c", "safe.bareRepository=explicit",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_PAGER": "cat", "LC_ALL": "C",
}  # fmt: skip
# All else that starts with GIT_ could point git to another repository. pre-commit passes settings by GIT_CONFIG_*.
_KEPT = ("GIT_CEILING_DIRECTORIES", "GIT_CONFIG_")

REGULAR, EXECUTABLE, SYMLINK = "100644", "100755", "120000"


class GitError(Exception):
    """Git is missing, refuses the repository, or failed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A file in the index."""

    mode: str
    oid: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A git work tree. `top` is its absolute top folder."""

    top: Path

    def index(self) -> dict[bytes, IndexEntry]:
        """Return the files of the index by path from the top, as `GIT_INDEX_FILE` has it during a commit.

        Submodules are left out. Raises GitError, also while paths are unmerged.
        """
        entries: dict[bytes, IndexEntry] = {}
        for line in self._run("ls-files", "-z", "--stage", staged=True).split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            mode, oid, stage = head.decode().split(" ")
            if stage != "0":
                raise GitError(f"{os.fsdecode(path)} is unmerged: resolve the conflict and `git add` it first")
            if mode in (REGULAR, EXECUTABLE, SYMLINK):
                entries[path] = IndexEntry(mode, oid)
        return entries

    def files(self) -> tuple[set[bytes], set[bytes]]:
        """Return the tracked paths and the untracked ones that nothing ignores, from the top. Raises GitError."""
        tracked: set[bytes] = set()
        untracked: set[bytes] = set()
        listed = self._run("ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard")
        for line in listed.split(b"\0")[:-1]:
            (untracked if line.startswith(b"? ") else tracked).add(line[2:])
        return tracked, untracked

    def blobs(self, oids: Iterable[str]) -> Iterator[bytes]:
        """Yield the content of each blob, in the given order. Raises GitError for one that is not here."""
        wanted = list(oids)
        if not wanted:
            return
        out = self._run("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in wanted).encode())
        at = 0
        for oid in wanted:
            end = out.index(b"\n", at)
            header = out[at:end].split(b" ")
            if len(header) != 3:
                raise GitError(f"object {oid} is missing: fetch the whole repository (no partial clone)")
            size = int(header[2])
            yield out[end + 1 : end + 1 + size]
            at = end + 1 + size + 1

    def _run(self, *question: str, stdin: bytes | None = None, staged: bool = False) -> bytes:
        program = shutil.which("git")
        if program is None:
            raise GitError("git is not installed, or not on PATH: install it (`apt-get install git`)")
        kept = (*_KEPT, "GIT_INDEX_FILE") if staged else _KEPT
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(kept)}
        done = subprocess.run(
            (program, *_HARDENED, *question),
            cwd=self.top, env=environment | _ENVIRONMENT, input=stdin, capture_output=True, check=False,
            stdin=None if stdin is not None else subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise GitError(_explained(done.stderr.decode("utf-8", "replace").strip(), question[0], self.top))
        return done.stdout


def find_repository(folder: Path) -> Repository | None:
    """Return the git work tree that holds `folder`, or None. Looks for `.git` upward and starts no process."""
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return Repository(candidate)
    return None


def _explained(message: str, command: str, top: Path) -> str:
    if "dubious ownership" in message:
        return (f"git does not trust {top}, because it belongs to another user: "
                f"run `git config --global --add safe.directory {top}`")  # fmt: skip
    first = message.splitlines()[0] if message else "no message"
    return f"git {command} failed in {top}: {first}"

"""The one door to git.

The repository is untrusted: its configuration and attributes can name programs that git would run. Only plumbing
that never starts them is used, with every switch that turns them off.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from gitopslint.loaders.process import Process
from gitopslint.loaders.questions import FILES, HARDENED
from gitopslint.model.namedtuple import NamedTuple

# A partial clone fetches missing objects from a remote that its own configuration names, be it a program. Git before
# 2.44 does not know GIT_NO_LAZY_FETCH, but all know the list of protocols that it may use.
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_GRAFT_FILE": os.devnull,  # a repository can claim other parents than its commits have
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
# All else that starts with GIT_ could point git to another repository. pre-commit passes settings by GIT_CONFIG_*.
_KEPT = ("GIT_CONFIG_",)
_PEOPLE = ("GIT_AUTHOR_", "GIT_COMMITTER_")

AT_ONCE = 500
"""Requests of 65 bytes that may wait for their answers without filling a pipe."""

REGULAR, EXECUTABLE, SYMLINK = "100644", "100755", "120000"
_SUBMODULE = "160000"
# The ids of an empty file and of an empty tree, by SHA-1 and by SHA-256.
_EMPTY_FILES = {
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813": (
        "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
    ),
}
EMPTY_TREES = {len(tree): tree for tree in _EMPTY_FILES.values()}
"""The id of the empty folder by the length of ids. Git knows it without an object."""


class GitError(Exception):
    """Git is missing, refuses the repository, or failed; the message says what to do.

    `brief` says the same without the place of the repository, for reports.
    """

    def __init__(self, message: str, brief: str | None = None) -> None:
        super().__init__(message)
        self.brief = brief or message


class IndexEntry(NamedTuple):
    """A file in the index."""

    mode: str
    oid: str


class Repository(NamedTuple):
    """A git work tree. `top` is its absolute top folder; `ahead` are questions that it has been asked already."""

    top: Path
    ahead: Ahead | None = None

    def staged(self) -> dict[bytes, IndexEntry]:
        """Return the files of the index by path from the top, as `GIT_INDEX_FILE` has it during a commit.

        Submodules and files that are only announced (`git add -N`) are left out. Raises GitError, also while paths
        are unmerged.
        """
        entries: dict[bytes, IndexEntry] = {}
        for line in self.ask("ls-files", "-z", "--stage", staged=True).split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            mode, oid, stage = head.decode().split(" ")
            if stage != "0":
                raise GitError(f"{os.fsdecode(path)} is unmerged: resolve the conflict and `git add` it first")
            if mode in (REGULAR, EXECUTABLE, SYMLINK):
                entries[path] = IndexEntry(mode, oid)
        empty = {path: entry.oid for path, entry in entries.items() if entry.oid in _EMPTY_FILES}
        if empty:  # an announced file looks like one of these, but is no change to an empty tree
            tree = _EMPTY_FILES[next(iter(empty.values()))]
            changed = self.ask(
                "diff-index",
                "-z",
                "--cached",
                "--name-only",
                "--no-renames",
                "--no-ext-diff",
                "--ita-invisible-in-index",
                tree,
                staged=True,
            )
            for path in empty.keys() - set(changed.split(b"\0")):
                del entries[path]
        return entries

    def committed(self, commit: str) -> dict[bytes, IndexEntry]:
        """Return the files of a commit by path from the top, without submodules. Raises GitError."""
        entries: dict[bytes, IndexEntry] = {}
        listed = self.ask("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit)
        for line in listed.split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            mode, kind, oid = head.decode().split(" ")
            if kind == "blob":
                entries[path] = IndexEntry(mode, oid)
        return entries

    def trusts_modes(self) -> bool:
        """Tell whether the right to execute means anything on this file system, as git found out. Raises GitError."""
        return self.ask("config", "--type=bool", "--default=true", "core.fileMode").strip() == b"true"

    def submodules(self, commit: str | None) -> dict[bytes, str]:
        """Return the commits of submodules by path from the top: in a commit, or in the index. Raises GitError."""
        if commit is None:
            question: tuple[str, ...] = ("ls-files", "-z", "--stage")
        else:
            question = ("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit)
        found: dict[bytes, str] = {}
        for line in self.ask(*question, staged=commit is None).split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            mode, *words = head.decode().split(" ")
            if mode == _SUBMODULE:
                found[path] = words[0] if commit is None else words[1]
        return found

    def files(self) -> list[str]:
        """Return what is tracked, and what is untracked and not ignored, from the top. Raises GitError."""
        listed = self.ask(*FILES)
        # At one go: path by path takes longer than git. Each version of an unmerged file is listed.
        return list(dict.fromkeys(os.fsdecode(listed).split("\0")[:-1]))

    def tracked(self) -> list[str]:
        """Return the paths in the index, from the top. Raises GitError."""
        return os.fsdecode(self.ask("ls-files", "-z", "--cached")).split("\0")[:-1]

    def left_out(self) -> dict[bytes, IndexEntry]:
        """Return what the index holds of the files that a sparse checkout leaves out. Raises GitError."""
        entries: dict[bytes, IndexEntry] = {}
        for line in self.ask("ls-files", "-z", "-t", "--stage").split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            tag, mode, oid, _stage = head.decode().split(" ")
            if tag == "S" and mode in (REGULAR, EXECUTABLE, SYMLINK):
                entries[path] = IndexEntry(mode, oid)
        return entries

    def blobs(self, oids: Iterable[str], limit: int) -> Iterator[bytes]:
        """Yield the content of each blob in the given order, at most one byte more than `limit` of it.

        A few bytes in a repository can unpack to gigabytes, so what is beyond the limit is never held. Raises GitError
        for a blob that is not here.
        """
        wanted = list(oids)
        if not wanted:
            return
        talk = self.converse("cat-file", "--batch")
        try:
            for start in range(0, len(wanted), AT_ONCE):
                part = wanted[start : start + AT_ONCE]
                talk.tell("".join(f"{oid}\n" for oid in part).encode())
                for oid in part:
                    header = talk.line().split(b" ")
                    if len(header) != 3:
                        raise GitError(f"object {oid} is missing: fetch the whole repository (no partial clone)")
                    yield talk.read_object(int(header[2]), limit)
        finally:
            talk.close()

    def is_partial(self) -> bool:
        """Tell whether the clone left objects on the server. Raises GitError."""
        packs = os.fsdecode(self.ask("rev-parse", "--git-path", "objects/pack")).rstrip("\n")
        return has_promised(self.top / packs)

    def objects(self) -> frozenset[str]:
        """Return the ids of all objects that are here; a partial clone leaves some on the server. Raises GitError."""
        told = self.ask("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)")
        return frozenset(told.decode().split())

    def ask(self, *question: str, stdin: bytes | None = None, staged: bool = False, signed: bool = False) -> bytes:
        """Run one git command and return what it prints. Only commands that start no program may be asked.

        `staged`: it is about the index that `GIT_INDEX_FILE` names. `signed`: it is told who its author is. Raises
        GitError.
        """
        if self.ahead is not None and (begun := self.ahead.taken(question)) is not None:
            return begun.answer()
        environment = self._environment(staged=staged, signed=signed)
        process = self._started(question, environment, fed=stdin is not None, heard=True)
        return Asked(process, question[0], self.top).answer(stdin or b"")

    def begin(self, question: tuple[str, ...]) -> Asked:
        """Start a git command whose answer is wanted later. Raises GitError."""
        process = self._started(question, self._environment(staged=False), fed=False, heard=True)
        process.widen()
        return Asked(process, question[0], self.top)

    def converse(self, *question: str) -> Conversation:
        """Start a git command that answers line by line. Raises GitError."""
        if not self.top.is_dir():
            raise _gone(self.top)
        process = self._started(question, self._environment(staged=False), fed=True, heard=False)
        return Conversation(process, question[0], self.top)

    def _started(self, question: Iterable[str], environment: dict[str, str], *, fed: bool, heard: bool) -> Process:
        words = ("git", "-C", os.fspath(self.top), *HARDENED, *question)
        try:
            return Process(words, environment, fed=fed, heard=heard)
        except FileNotFoundError:
            raise GitError("git is not installed, or not on PATH: install it (`apt-get install git`)") from None

    def _environment(self, *, staged: bool, signed: bool = False) -> dict[str, str]:
        kept = (*_KEPT, *(["GIT_INDEX_FILE"] if staged else ()), *(_PEOPLE if signed else ()))
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(kept)}
        # Git is not to look further up: there it would answer for another repository.
        return environment | _ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": os.fspath(self.top.parent)}


class Asked:
    """A git command that is on its way."""

    def __init__(self, process: Process, command: str, top: Path) -> None:
        self._process = process
        self._command = command
        self._top = top
        self._told: bytes | None = None

    def answer(self, stdin: bytes = b"") -> bytes:
        """Wait for what it prints, and return it. Raises GitError."""
        if self._told is not None:
            return self._told
        done = self._process.result(stdin)
        if done.code:
            if not self._top.is_dir():
                raise _gone(self._top)
            raise _explained(done.err.decode("utf-8", "replace").strip(), self._command, self._top)
        self._told = done.out
        return self._told

    def close(self) -> None:
        """End the command, where nobody wants the answer any more."""
        self._process.close()
        self._process.kill()


class Ahead:
    """Questions that git works on before anybody asks them. Each answer is given once."""

    def __init__(self, top: Path, questions: Iterable[tuple[str, ...]]) -> None:
        """Raises GitError."""
        self.top = top
        self._begun: dict[tuple[str, ...], Asked] = {}
        for question in questions:
            self._begun[question] = Repository(top).begin(question)

    def taken(self, question: tuple[str, ...]) -> Asked | None:
        """Return a question on its way, for whoever asks it first."""
        return self._begun.pop(question, None)

    def seen(self, question: tuple[str, ...]) -> bytes | None:
        """Return an answer that stays for whoever takes it; None where there is none, or git failed."""
        asked = self.taken(question)  # no other thread may wait for it meanwhile
        try:
            told = asked.answer() if asked is not None else None
        except GitError:  # whoever asks in another way will be told why
            return None
        if asked is not None:
            self._begun[question] = asked
        return told

    def close(self) -> None:
        """End what nobody has asked."""
        while self._begun:
            self._begun.popitem()[1].close()


class Conversation:
    """A git command that stays and answers one request after the other: a start costs more than most answers."""

    def __init__(self, process: Process, command: str, top: Path) -> None:
        self._process = process
        self._output = open(process.stdout, "rb", closefd=False)  # noqa: SIM115 - `close` does
        self._command = command
        self._top = top

    def tell(self, words: bytes) -> None:
        """Send requests. At most 64 KiB may wait for their answers, or both sides wait for ever. Raises GitError."""
        try:
            while words:
                words = words[os.write(self._process.stdin, words) :]
        except OSError:
            raise self._ended() from None

    def line(self) -> bytes:
        """Return the next line without its end. Raises GitError when git has ended."""
        line = self._output.readline()
        if not line.endswith(b"\n"):
            raise self._ended()
        return line[:-1]

    def read(self, size: int) -> bytes:
        """Return the next bytes, exactly so many. Raises GitError when git has ended before."""
        data = self._output.read(size)
        if len(data) < size:
            raise self._ended()
        return data

    def read_object(self, size: int, limit: int) -> bytes:
        """Return an object of `size` bytes, and at most one byte more than `limit` of it. Raises GitError."""
        data = self.read(min(size, limit + 1))
        left = size - len(data)
        while left:
            left -= len(self.read(min(left, 1 << 20)))
        self.read(1)  # a line end follows
        return data

    def until(self, ending: bytes) -> bytes:
        """Return the answer to the last request, which `ending` concludes. Raises GitError."""
        answer = bytearray()
        while not answer.endswith(ending):
            more = self._output.read1(1 << 16)
            if not more:
                raise self._ended()
            answer += more
        return bytes(answer[: -len(ending)])

    def close(self) -> None:
        """End the command."""
        self._process.close()
        self._process.kill()  # it has told all that anybody wants to know, and must not keep the run

    def _ended(self) -> GitError:
        brief = f"git {self._command} ended too early"
        return GitError(f"{brief} in {self._top}: `git fsck` says what is broken", brief)


def has_promised(packs: Path) -> bool:
    """Tell whether a folder of packs is that of a partial clone."""
    return any(packs.glob("*.promisor"))


def find_repository(folder: Path) -> Repository | None:
    """Return the git work tree that holds `folder`, or None. Looks for `.git` upward and starts no process."""
    for candidate in (folder, *folder.parents):
        found = candidate / ".git"
        # Like git, pass over a folder of that name that is no repository.
        if found.is_file() or (found / "HEAD").is_symlink() or (found / "HEAD").is_file():
            return Repository(candidate)
    return None


def _gone(top: Path) -> GitError:
    return GitError(f"{top} is gone")


def _explained(message: str, command: str, top: Path) -> GitError:
    if "dubious ownership" in message:
        reason = "git does not trust the repository, because it belongs to another user"
        return GitError(
            f"git does not trust {top}, because it belongs to another user: "
            f"run `git config --global --add safe.directory {top}`",
            reason,
        )
    lines = message.splitlines() or ["no message"]
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0])
    return GitError(f"git {command} failed in {top}: {said}", f"git {command} failed: {said}")

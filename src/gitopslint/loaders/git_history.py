"""The history of a git repository: its main line is the first-parent chain of a commit.

Blobs, commits and differences are asked of processes that stay, because starting one costs more than most answers.
Source of the formats: git-log(1), git-diff-tree(1), git-cat-file(1).
"""

from __future__ import annotations

import bisect
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from gitopslint.loaders.git import AT_ONCE, Conversation, GitError, Repository
from gitopslint.loaders.history import HistoryError, Landed, Later
from gitopslint.loaders.main_line import RAW, Step, Told, chain, changes_from, landings, landings_of
from gitopslint.loaders.tree import MAX_BYTES
from gitopslint.model.landing import WHOLE_CLONE, WHOLE_HISTORY, Commit, FileChange, Landing, Start
from gitopslint.model.namedtuple import NamedTuple

_MOST_KEPT = 8  # changes of a landing that are remembered
_MOST_LOOKUPS = 200  # from here on all ids are listed: that takes as long as some hundreds of questions
_LEAST = 64  # landings that are worth a question of their own
_ENDING = b"//\n"  # no path from the top starts so


class Line(NamedTuple):
    """Where a main line ends, and what lies on top of it.

    `tip` is its newest commit; None where nothing was ever committed. `heads` are further commits that the pending
    change brings along: those of a merge request, which forked from the line at `fork`. `staged`: the pending change
    is what the index holds. `alone`: what the index holds is no part of it.
    """

    tip: str | None
    heads: tuple[str, ...] = ()
    staged: bool = False
    fork: str | None = None
    alone: bool = False


class GitHistory:
    """The first-parent chain of a commit, and the pending change on top."""

    def __init__(self, repository: Repository, line: Line, now: int) -> None:
        """`now` is the time of the pending change. Raises GitError."""
        self._repository = repository
        self._line = line
        shallow, _, place = os.fsdecode(
            repository.ask("rev-parse", "--is-shallow-repository", "--git-path", "shallow")
        ).partition("\n")
        self.cut_off = shallow == "true"
        self._boundary = self._read_boundary(place.rstrip("\n")) if self.cut_off else frozenset[str]()
        self._now = now
        self._lookups = 0
        self._whole: dict[str, tuple[FileChange, ...]] = {}
        self._talks: dict[tuple[str, ...], Conversation] = {}
        self._latest: list[Landed] = []

    @property
    def pending(self) -> Landing:
        """The change on top of the newest landing. Its position is beyond all others."""
        start: Start | None = "root" if self._line.tip is None else None
        return Landing("", len(self._chain), self._now, "", "", start=start)

    @property
    def forked(self) -> bool:
        """Whether the pending change is a merge request."""
        return self._line.fork is not None

    @property
    def tip(self) -> str:
        """The newest commits of the line, and of what lies on top."""
        return " ".join((self._line.tip or "", *self._line.heads))

    def frame(self, newest: int) -> str:
        """Return where the clone is cut off, and where the merge request forked unless all was there by then."""
        fork = self._line.fork or ""
        if fork in self._chain and newest <= self._chain[fork].position:
            fork = "later"
        return " ".join((fork, *sorted(self._boundary)))

    def at_fork(self, path: str) -> bytes | None:
        """Return the content of a file where the merge request forked; None for no file. Raises HistoryError."""
        if "\n" in path:
            return None
        (found,) = self._objects([f"{self._line.fork}:{path}"])
        return None if found is None else found[1]

    def steps(self, folders: Sequence[str]) -> Iterator[Landed]:
        """Yield the landings that touch any of the folders or files, the newest first. Raises HistoryError."""
        if self._line.tip is not None:
            yield from self._told(self._chain, folders)

    def _told(self, steps: Mapping[str, Step], folders: Sequence[str]) -> Iterator[Landed]:
        """Yield those of some landings that touch any of the folders, the newest first."""
        try:
            for told in landings(self._repository, steps, folders):
                if told.whole and len(told.changes) <= _MOST_KEPT:
                    self._whole[told.commit] = told.changes
                yield self._landed(told)
        except GitError as error:
            raise _failed(error) from None

    def steps_of(self, path: str) -> Iterator[Landed]:
        """Yield the landings that change one file, the newest first. Raises HistoryError."""
        if self._line.tip is None:
            return
        try:
            yield from map(self._landed, landings_of(self._repository, self._line.tip, path))
        except GitError as error:
            raise _failed(error) from None

    def _landed(self, told: Told) -> Landed:
        step = self._chain[told.commit]
        start = self._start(told.commit, step)
        merge = len(step.parents) > 1
        landing = Landing(told.commit, step.position, told.time, told.author, told.subject, merge, start)
        return Landed(landing, told.changes)

    def contents(self, blobs: Sequence[str]) -> list[bytes | None]:
        """Return the content of each blob; None for one that is not here. Raises HistoryError."""
        try:
            found = self._objects(blobs)
        except HistoryError:
            # Git before 2.44 dies of an object that a partial clone has left on the server. All that are here can be
            # listed; that takes long enough not to be done at once.
            self._end("cat-file", "--batch")
            here = dict.fromkeys(blob for blob in blobs if blob in self._local)
            found_here = dict(zip(here, self._objects(list(here)), strict=True))
            found = [found_here.get(blob) for blob in blobs]
        return [None if one is None else one[1] for one in found]

    def changes(self, landing: Landing) -> tuple[FileChange, ...]:
        """Return every file that a landing changes, the pending one included. Raises HistoryError."""
        if landing.pending:
            return self._pending_changes
        if landing.start == "shallow":
            raise HistoryError("the clone was cut off at the landing that did it", WHOLE_HISTORY)
        if landing.id in self._whole:
            return self._whole[landing.id]
        return self._difference(" ".join((landing.id, *self._chain[landing.id].parents[:1])))

    def changes_between(self, old: str, new: str) -> tuple[FileChange, ...]:
        """Return every file in which two commits differ; an empty id is the pending change. Raises HistoryError."""
        return self._difference(f"{new} {old}") if old and new else self._against_index(old or new)

    def files_at(self, landing: Landing) -> Iterator[tuple[str, str]]:
        """Yield all files when a landing is there, each with its blob. Raises HistoryError."""
        told = self._ask("ls-tree", "-r", "-z", "--full-tree", landing.id)
        for line in told.split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            _, kind, name = head.split(b" ")
            if kind == b"blob":
                yield os.fsdecode(path), name.decode()

    def commits(self, prefix: str) -> tuple[Commit, ...]:
        """Return all commits whose id starts with a prefix of at least 7 digits. Raises HistoryError."""
        self._lookups += 1
        if self._lookups > _MOST_LOOKUPS:
            start = bisect.bisect_left(self._all_commits, prefix)
            names = list(
                itertools.takewhile(lambda one: one.startswith(prefix), self._all_commits[start : start + AT_ONCE])
            )
            return tuple(_commit(*one) for one in self._objects(names) if one is not None)
        (found,) = self._objects([f"{prefix}^{{commit}}"], several=True)
        if found is None:
            return ()
        name, data = found
        if name.startswith(prefix):
            return (_commit(name, data),)
        # Several objects start so, or a branch has this name and hides them.
        listed = self._ask("rev-parse", f"--disambiguate={prefix}").decode().split()
        peeled = self._objects([f"{one}^{{commit}}" for one in listed[:AT_ONCE]])
        return tuple(_commit(*one) for one in peeled if one is not None and one[0].startswith(prefix))

    def commits_of(self, prefixes: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the ids of the commits for each of many prefixes, asking git once for all. Raises HistoryError."""
        found = self._objects([f"{prefix}^{{commit}}" for prefix in prefixes], several=True)
        ids: dict[str, tuple[str, ...]] = {}
        for prefix, one in zip(prefixes, found, strict=True):
            if one is not None and not one[0].startswith(prefix):
                ids[prefix] = tuple(commit.id for commit in self.commits(prefix))
            else:
                ids[prefix] = () if one is None else (one[0],)
        return ids

    def contains(self, landing: Landing, commit: str) -> bool:
        """Tell whether a commit is part of a landing: it, or one of its ancestors. Raises HistoryError."""
        first = self._containment.get(commit)
        return first is not None and (landing.pending or first <= landing.position)

    def since(self, commit: str) -> Later:
        """Return what landed after a commit that has landed, the newest landing first. Raises HistoryError."""
        position = self._containment[commit]
        wanted, done = len(self._chain) - position, len(self._latest)
        if wanted <= 0:
            return Later(position, ())
        if wanted > done:
            # Several apps ask, each from its own commit: to ask git for twice as much each time is a few questions.
            part = islice(self._chain.items(), done, max(wanted, 2 * done, done + _LEAST))
            self._latest += self._told(dict(part), ())
        *later, own = self._latest[:wanted]
        if own.landing.id == commit:
            return Later(position, tuple(later))
        return Later(position, tuple(later), own._replace(changes=self.changes_between(commit, own.landing.id)))

    def close(self) -> None:
        """End the processes that stayed."""
        for talk in self._talks.values():
            talk.close()
        self._talks.clear()

    @property
    def commits_of_line(self) -> frozenset[str]:
        """The commits of the main line."""
        return frozenset(self._chain)

    @cached_property
    def _local(self) -> frozenset[str]:
        """All objects that this clone holds."""
        told = self._ask("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
        return frozenset(told.decode().split())

    @cached_property
    def _all_commits(self) -> list[str]:
        """The ids of all commits that this clone holds, sorted."""
        told = self._ask("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectname)")
        return sorted(line[7:] for line in told.decode().splitlines() if line.startswith("commit "))

    @cached_property
    def _chain(self) -> dict[str, Step]:
        """The main line, the newest commit first."""
        if self._line.tip is None:
            return {}
        try:
            return chain(self._repository, self._line.tip)
        except GitError as error:
            raise _failed(error) from None

    @cached_property
    def _containment(self) -> dict[str, int]:
        """Return for every commit the position of the first landing that contains it.

        One walk over all commits: `merge-base --is-ancestor` would be a process for each question.
        """
        heads = [head for head in (self._line.tip, *self._line.heads) if head is not None]
        if not heads:
            return {}
        parents: dict[str, list[str]] = {}
        for line in self._ask("rev-list", "--parents", "--end-of-options", *heads).decode().splitlines():
            commit, *others = line.split(" ")
            parents[commit] = others
        first: dict[str, int] = {}
        for position, landing in enumerate((*reversed(self._chain), *self._line.heads)):
            waiting = [landing]
            while waiting:
                commit = waiting.pop()
                if commit not in first:
                    first[commit] = position
                    waiting += parents.get(commit, ())
        return first

    @cached_property
    def _pending_changes(self) -> tuple[FileChange, ...]:
        return self._against_index(self._line.fork or self._line.tip or "")

    def _against_index(self, commit: str) -> tuple[FileChange, ...]:
        # The work tree is never compared through git, because that runs filters of the repository: what is not
        # staged yet counts only where the layers themselves are read.
        if self._line.alone:
            return self._difference(f"{self._line.tip} {commit}") if commit and self._line.tip else ()
        tree = commit or self._ask("hash-object", "-t", "tree", "--stdin", stdin=b"").decode().strip()
        question = ("diff-index", "--cached", "-r", *RAW, "--ita-invisible-in-index", tree)
        return _files(self._ask(*question, staged=self._line.staged))

    def _start(self, commit: str, step: Step) -> Start | None:
        if commit in self._boundary:
            return "shallow"
        return None if step.parents else "root"

    def _read_boundary(self, place: str) -> frozenset[str]:
        try:
            return frozenset((self._repository.top / place).read_text("ascii").split())
        except (OSError, UnicodeDecodeError) as error:
            raise GitError(f"the list of cut-off commits {place} cannot be read: {error}") from None

    def _difference(self, request: str) -> tuple[FileChange, ...]:
        talk = self._talk("diff-tree", "--stdin", "-r", "--root", "--no-commit-id", *RAW)
        try:
            talk.tell(request.encode() + b"\n" + _ENDING)
            answer = talk.until(_ENDING)
        except GitError as error:
            raise HistoryError(error.brief, WHOLE_CLONE) from None
        return _files(answer)

    def _objects(self, names: Sequence[str], *, several: bool = False) -> list[tuple[str, bytes] | None]:
        """Return each object as its id and content. `several`: one that is ambiguous counts as there, without both."""
        found: list[tuple[str, bytes] | None] = []
        try:
            talk = self._talk("cat-file", "--batch")
            for start in range(0, len(names), AT_ONCE):
                part = names[start : start + AT_ONCE]
                talk.tell("".join(f"{name}\n" for name in part).encode())
                for _ in part:
                    words = talk.line().split(b" ")
                    if len(words) == 3 and words[2].isdigit():
                        found.append((words[0].decode(), talk.read_object(int(words[2]), MAX_BYTES)))
                    else:
                        found.append(("", b"") if several and words[-1] == b"ambiguous" else None)
        except GitError as error:
            raise HistoryError(error.brief, WHOLE_CLONE) from None
        return found

    def _talk(self, *question: str) -> Conversation:
        if question not in self._talks:
            self._talks[question] = self._repository.converse(*question)
        return self._talks[question]

    def _end(self, *question: str) -> None:
        if (talk := self._talks.pop(question, None)) is not None:
            talk.close()

    def _ask(self, *question: str, stdin: bytes | None = None, staged: bool = False) -> bytes:
        try:
            return self._repository.ask(*question, stdin=stdin, staged=staged)
        except GitError as error:
            raise _failed(error) from None


def resolve(repository: Repository, name: str) -> str | None:
    """Return the id of the commit that a branch, tag or other name stands for; None where there is none."""
    try:
        found = repository.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except GitError:
        return None
    return found.decode().strip()


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """Return the best common ancestor of two commits; None where there is none in this clone."""
    try:
        return repository.ask("merge-base", "--end-of-options", one, other).decode().split("\n")[0] or None
    except GitError:
        return None


def _files(told: bytes) -> tuple[FileChange, ...]:
    return tuple(change.of_file() for change in changes_from(told.split(b"\0"), 0)[0])


def _failed(error: GitError) -> HistoryError:
    return HistoryError(error.brief, "`git fsck` says what is broken; an old git (before 2.31) is too old")


def _commit(name: str, data: bytes) -> Commit:
    head, _, message = data.partition(b"\n\n")
    people = dict(line.split(b" ", 1) for line in head.split(b"\n") if line.startswith((b"author ", b"committer ")))
    author = people.get(b"author", b"").partition(b" <")[0]
    time = people.get(b"committer", b"").rpartition(b"> ")[2].split(b" ")[0]
    subject = b" ".join(message.partition(b"\n\n")[0].split())
    return Commit(
        name, int(time) if time.isdigit() else 0, author.decode("utf-8", "replace"), subject.decode("utf-8", "replace")
    )

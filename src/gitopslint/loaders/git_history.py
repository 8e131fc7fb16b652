"""The history of a git repository: its main line is the first-parent chain of a commit.

Source of the formats: git-log(1), git-diff-tree(1), git-cat-file(1).
"""

from __future__ import annotations

import bisect
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from gitopslint.loaders.annals import Annals, Keeper
from gitopslint.loaders.chain import Chain, Step, containment
from gitopslint.loaders.git import AT_ONCE, GitError, Repository, has_promised
from gitopslint.loaders.history import HistoryError, Landed, Later
from gitopslint.loaders.main_line import Told, words_of
from gitopslint.loaders.newest import Newest, newest_landings
from gitopslint.loaders.questions import CLONE, HEAD, NEWEST, RAW
from gitopslint.loaders.talks import Talks, files_from
from gitopslint.model.landing import WHOLE_CLONE, WHOLE_HISTORY, Commit, FileChange, Landing, Start
from gitopslint.model.namedtuple import NamedTuple

_MOST_KEPT = 8  # changes of a landing that are remembered
_SHORTEST = 7  # digits of a commit that anybody asks about
_MOST_LOOKUPS = 200  # from here on all ids are listed: that takes as long as some hundreds of questions
_LEAST = 64  # landings that are worth a question of their own


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

    def __init__(self, repository: Repository, line: Line, now: int, keeper: Keeper | None = None) -> None:
        """`now` is the time of the pending change; with a `keeper`, what an earlier run knew is not asked again.

        Raises GitError.
        """
        self._repository = repository
        self._line = line
        shallow, _, places = os.fsdecode(repository.ask(*CLONE)).partition("\n")
        place, _, packs = places.partition("/shallow\n")
        self.cut_off = shallow == "true"
        self._boundary = self._read_boundary(f"{place}/shallow") if self.cut_off else frozenset[str]()
        self._packs = repository.top / packs.rstrip("\n")
        self._now = now
        self._keeper = keeper
        self._known: Chain | None = None
        self._annals: Annals | None = None
        self._landings: dict[int, Landing] = {}
        self._asked = 0
        self._lookups = 0
        self._absent: set[str] = set()
        self._whole: dict[str, tuple[FileChange, ...]] = {}
        self._talks = Talks(repository)
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
        position = self._chain.position(fork) if fork else None
        if position is not None and newest <= position:
            fork = "later"
        return " ".join((fork, *sorted(self._boundary)))

    def at_fork(self, path: str) -> bytes | None:
        """Return the content of a file where the merge request forked; None for no file. Raises HistoryError."""
        if "\n" in path:
            return None
        (found,) = self._talks.objects([f"{self._line.fork}:{path}"])
        return None if found is None else found[1]

    def annals(self, folders: Sequence[str]) -> Annals:
        """Return what landings made of the files in some folders. Raises HistoryError."""
        kept = None
        if self._keeper is not None and self._line.tip is not None and not self._is_partial:
            from gitopslint.loaders.kept_line import KeptLine  # small repositories keep nothing

            kept = KeptLine(self._keeper, folders, self._boundary)
            self._known = kept.chain
        annals, shared = Annals(self._landings_at, self._chain.commits), 0
        if kept is not None:
            annals, shared = kept.annals(self._chain, self._landings_at, self._tree_of)
        new = self._chain.newest(0, len(self._chain) - shared)
        for landing, changes in reversed(list(self._told(new, folders))):
            self._landings[landing.position] = landing
            annals.add(landing.position, changes, whole=landing.id in self._whole)
        if kept is not None:
            kept.keep(annals, self._chain, shared, self._tree_of)
        self._annals = annals
        return annals

    def steps(self, folders: Sequence[str]) -> Iterator[Landed]:
        """Yield the landings that touch any of the folders or files, the newest first. Raises HistoryError."""
        return self._told(self._chain.newest(0, len(self._chain)), folders)

    def _told(self, steps: Mapping[str, Step], folders: Sequence[str]) -> Iterator[Landed]:
        """Yield those of some landings that touch any of the folders, the newest first."""
        if not steps:
            return
        try:
            for told in self._newest.landings(self._repository, steps, folders):
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
            yield from map(self._landed, self._newest.landings_of(self._repository, path))
        except GitError as error:
            raise _failed(error) from None

    def _landed(self, told: Told) -> Landed:
        position = self._chain.position(told.commit) or 0
        start: Start | None = None
        if not position:
            start = "shallow" if told.commit in self._boundary else "root"
        merge = told.commit in self._chain.others
        landing = Landing(told.commit, position, told.time, told.author, told.subject, merge, start)
        return Landed(landing, told.changes)

    def _landings_at(self, positions: Sequence[int]) -> list[Landing]:
        """Return the landings at some positions; what git has not told yet is asked."""
        missing = [position for position in positions if position not in self._landings]
        if missing:
            self._asked += len(missing)
            whole = self._asked > _LEAST  # to ask for each app would take longer than to be told everything
            commits = "".join(f"{self._chain.commits[position]}\n" for position in missing).encode()
            asked = ("--first-parent", self._line.tip or "") if whole else ("--no-walk=unsorted", "--stdin")
            try:
                for told in words_of(self._repository, *asked, stdin=None if whole else commits):
                    landing = self._landed(told).landing
                    self._landings[landing.position] = landing
            except GitError as error:
                raise _failed(error) from None
        return [self._landings[position] for position in positions]

    def _tree_of(self, commit: str) -> str:
        """Return the tree of a commit, which no report tells."""
        (found,) = self._talks.objects([f"{commit}^{{commit}}"])
        return found[1].partition(b"\n")[0].decode() if found is not None else ""

    def contents(self, blobs: Sequence[str]) -> list[bytes | None]:
        """Return the content of each blob; None for one that is not here. Raises HistoryError."""
        try:
            found = self._talks.objects(blobs)
        except HistoryError:
            # Git before 2.44 dies of an object that a partial clone has left on the server. All that are here can be
            # listed; that takes long enough not to be done at once.
            self._talks.forget_objects()
            here = dict.fromkeys(blob for blob in blobs if blob in self._local)
            found_here = dict(zip(here, self._talks.objects(list(here)), strict=True))
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
        if self._annals is not None and (known := self._annals.changes_of(landing.position)) is not None:
            return known
        return self._talks.difference(" ".join((landing.id, *self._chain.parents(landing.position)[:1])))

    def changes_between(self, old: str, new: str) -> tuple[FileChange, ...]:
        """Return every file in which two commits differ; an empty id is the pending change. Raises HistoryError."""
        return self._talks.difference(f"{new} {old}") if old and new else self._against_index(old or new)

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
        if prefix[:_SHORTEST] in self._absent:
            return ()
        self._lookups += 1
        if self._lookups > _MOST_LOOKUPS:
            return tuple(_commit(*one) for one in self._talks.objects(self._ids_from(prefix)) if one is not None)
        (found,) = self._talks.objects([f"{prefix}^{{commit}}"], several=True)
        if found is None:
            if len(prefix) == _SHORTEST:
                self._absent.add(prefix)
            return ()
        name, data = found
        if name.startswith(prefix):
            return (_commit(name, data),)
        # Several objects start so, or a branch has this name and hides them.
        listed = self._ask("rev-parse", f"--disambiguate={prefix}").decode().split()
        peeled = self._talks.objects([f"{one}^{{commit}}" for one in listed[:AT_ONCE]])
        return tuple(_commit(*one) for one in peeled if one is not None and one[0].startswith(prefix))

    def _ids_from(self, prefix: str) -> list[str]:
        start = bisect.bisect_left(self._all_commits, prefix)
        near = self._all_commits[start : start + AT_ONCE]
        return list(itertools.takewhile(lambda one: one.startswith(prefix), near))

    def commits_of(self, prefixes: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the ids of the commits for each of many prefixes, asking git once for all. Raises HistoryError."""
        if len(prefixes) > _MOST_LOOKUPS:
            return {prefix: tuple(self._ids_from(prefix)) for prefix in prefixes}
        # Who finds no commit asks what is near it: of what starts with no more digits, that is known by then.
        near = [prefix[:_SHORTEST] for prefix in prefixes]
        found = self._talks.objects([f"{prefix}^{{commit}}" for prefix in near], several=True)
        self._absent.update(prefix for prefix, one in zip(near, found, strict=True) if one is None)
        ids: dict[str, tuple[str, ...]] = {}
        for prefix, one in zip(prefixes, found, strict=True):
            if one is not None and not one[0].startswith(prefix):
                ids[prefix] = tuple(commit.id for commit in self.commits(prefix))
            else:
                ids[prefix] = () if one is None else (one[0],)
        return ids

    def contains(self, landing: Landing, commit: str) -> bool:
        """Tell whether a commit is part of a landing: it, or one of its ancestors. Raises HistoryError."""
        first = self._first_with(commit)
        return first is not None and (landing.pending or first <= landing.position)

    def since(self, commit: str) -> Later:
        """Return what landed after a commit that has landed, the newest landing first. Raises HistoryError."""
        position = self._first_with(commit)
        if position is None:
            raise KeyError(commit)
        wanted, done = len(self._chain) - position, len(self._latest)
        if wanted <= 0:
            return Later(position, ())
        if wanted > done:
            # Several apps ask, each from its own commit: to ask git for twice as much each time is a few questions.
            self._latest += self._told(self._chain.newest(done, max(wanted, 2 * done, done + _LEAST)), ())
        *later, own = self._latest[:wanted]
        if own.landing.id == commit:
            return Later(position, tuple(later))
        return Later(position, tuple(later), own._replace(changes=self.changes_between(commit, own.landing.id)))

    def close(self) -> None:
        """End the processes that stayed."""
        self._talks.close()

    @property
    def commits_of_line(self) -> frozenset[str]:
        """The commits of the main line."""
        return frozenset(self._chain.commits)

    @property
    def _is_partial(self) -> bool:
        """Whether the clone left objects on the server: then it may be able to tell less than an earlier one."""
        return has_promised(self._packs)

    @cached_property
    def _local(self) -> frozenset[str]:
        """All objects that this clone holds."""
        try:
            return self._repository.objects()
        except GitError as error:
            raise _failed(error) from None

    @cached_property
    def _all_commits(self) -> list[str]:
        """The ids of all commits that this clone holds, sorted."""
        told = self._ask("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectname)")
        return sorted(line[7:] for line in told.decode().splitlines() if line.startswith("commit "))

    @cached_property
    def _chain(self) -> Chain:
        """The main line."""
        if self._line.tip is None:
            return Chain([], {})
        try:
            return self._newest.chain(self._repository, self._known)
        except GitError as error:
            raise _failed(error) from None

    @cached_property
    def _newest(self) -> Newest:
        """The newest landings where git was asked ahead; what an earlier run kept makes that needless."""
        tip = self._line.tip
        return newest_landings(self._repository, tip) if tip and self._known is None else Newest(tip, {}, {})

    def _first_with(self, commit: str) -> int | None:
        """Return the position of the first landing that contains a commit: of those on the chain that is known."""
        position = self._chain.position(commit)
        return position if position is not None else self._containment.get(commit)

    @cached_property
    def _containment(self) -> dict[str, int]:
        heads = [head for head in (self._line.tip, *self._line.heads) if head is not None]
        if not heads:
            return {}
        told = self._ask("rev-list", "--parents", "--end-of-options", *heads).decode().splitlines()
        parents = {commit: others for commit, *others in map(str.split, told)}
        return containment(self._chain, self._line.heads, parents)

    @cached_property
    def _pending_changes(self) -> tuple[FileChange, ...]:
        return self._against_index(self._line.fork or self._line.tip or "")

    def _against_index(self, commit: str) -> tuple[FileChange, ...]:
        # The work tree is never compared through git, because that runs filters of the repository: what is not
        # staged yet counts only where the layers themselves are read.
        if self._line.alone:
            return self._talks.difference(f"{self._line.tip} {commit}") if commit and self._line.tip else ()
        tree = commit or self._ask("hash-object", "-t", "tree", "--stdin", stdin=b"").decode().strip()
        question = ("diff-index", "--cached", "-r", *RAW, "--ita-invisible-in-index", tree)
        return files_from(self._ask(*question, staged=self._line.staged))

    def _read_boundary(self, place: str) -> frozenset[str]:
        try:
            return frozenset((self._repository.top / place).read_text("ascii").split())
        except (OSError, UnicodeDecodeError) as error:
            raise GitError(f"the list of cut-off commits {place} cannot be read: {error}") from None

    def _ask(self, *question: str, stdin: bytes | None = None, staged: bool = False) -> bytes:
        try:
            return self._repository.ask(*question, stdin=stdin, staged=staged)
        except GitError as error:
            raise _failed(error) from None


def resolve(repository: Repository, name: str) -> str | None:
    """Return the id of the commit that a branch, tag or other name stands for; None where there is none."""
    if name == "HEAD" and repository.ahead is not None and (told := repository.ahead.seen(NEWEST)):
        return told.partition(b"\0")[0].decode()
    try:
        found = repository.ask(*HEAD[:-1], f"{name}^{{commit}}")
    except GitError:
        return None
    return found.decode().strip()


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """Return the best common ancestor of two commits; None where there is none in this clone."""
    try:
        return repository.ask("merge-base", "--end-of-options", one, other).decode().split("\n")[0] or None
    except GitError:
        return None


def _failed(error: GitError) -> HistoryError:
    if "promisor" in error.brief:
        return HistoryError("the clone left folders of its history on the server (a partial clone)", WHOLE_CLONE)
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

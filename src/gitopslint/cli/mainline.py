"""Which history a run is about: the main line, and the change on top of it that has not landed yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from gitopslint.cli.clock import now
from gitopslint.cli.exits import UsageError, tell
from gitopslint.loaders.annals import Keeper
from gitopslint.loaders.git import Repository
from gitopslint.loaders.git_history import GitHistory, Line, merge_base, resolve
from gitopslint.loaders.history import NO_HISTORY, History, Unavailable
from gitopslint.model.landing import WHOLE_HISTORY
from gitopslint.model.namedtuple import NamedTuple

Opener = Callable[[], History | Unavailable]

# Set by the CI system to the folder of its clone. Elsewhere its variables say nothing.
_CLONES = ("CI_PROJECT_DIR", "GITHUB_WORKSPACE")


class Base(NamedTuple):
    """What a merge request is to be merged into: names to try in turn, and who says so."""

    names: tuple[str, ...]
    source: str


def history_opener(
    repository: Repository | None,
    base: str | None,
    *,
    staged: bool,
    keeper: Keeper | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Opener:
    """Return how to open the history of a repository, later and only if a rule asks for it. Opening raises GitError.

    `base` is what `--base` names; without it the variables of a merge-request pipeline count. `keeper`: where what is
    known of the main line is kept. Raises UsageError for a base that is not there.
    """
    if repository is None:
        if base is not None:
            raise UsageError("--base needs a git repository")
        return lambda: NO_HISTORY
    named = _named(base) if base is not None else None
    if base is not None and resolve(repository, base) is None:
        raise UsageError(
            f"--base: there is no commit {base!r} in this clone: correct it, or fetch it (`git fetch origin {base}`)"
        )

    def opened() -> History | Unavailable:
        request = named or _requested(repository.top, environment)
        if request is not None and not (staged and base is None):
            return _on_top(repository, request, keeper, staged=staged)
        return GitHistory(repository, Line(resolve(repository, "HEAD"), staged=staged), now(), keeper)

    return opened


def base_commit(
    repository: Repository | None,
    base: str | None,
    *,
    staged: bool,
    asked: str = "--new-only",
    environment: Mapping[str, str] = os.environ,
) -> str | None:
    """Return the commit with which a run compares; None where nothing was ever committed.

    `asked` is what people call the comparison. Raises UsageError, with a way out, where no base is known or it is not
    in this clone.
    """
    if repository is None:
        raise UsageError(f"{asked} needs a git repository")
    head = resolve(repository, "HEAD")
    request = _named(base) if base is not None else None
    if request is None and staged:
        return head
    request = request or _requested(repository.top, environment)
    if request is None:
        raise UsageError(
            f"{asked} needs to know the base: name it with `--base REF` (a merge-request pipeline tells it by itself)"
        )
    found = _fork(repository, request, head) if head is not None else None
    if isinstance(found, Unavailable):
        raise UsageError(f"{asked}: {found.reason}: {found.remedy}")
    return found.commit if found is not None else None


def _named(base: str) -> Base:
    """Return the base that was named. Raises UsageError for none, as an empty variable of a pipeline names it."""
    if not base:
        raise UsageError("--base is empty: name a commit or a branch, or leave it out")
    return Base((base,), "--base")


def base_of(
    repository: Repository | None, base: str | None, *, staged: bool, environment: Mapping[str, str] = os.environ
) -> tuple[str | None, ...]:
    """Return the commits that decide what the change is that a run is about: HEAD, and the base if there is any."""
    if repository is None:
        return ()
    request = _named(base) if base is not None else _requested(repository.top, environment)
    names = request.names if request is not None and not (staged and base is None) else ()
    return resolve(repository, "HEAD"), *(resolve(repository, name) for name in names)


class _Fork(NamedTuple):
    """Where a merge request left its target, and the tip of the target."""

    commit: str
    target: str


def _fork(repository: Repository, request: Base, head: str) -> _Fork | Unavailable:
    target = next((found for name in request.names if (found := resolve(repository, name)) is not None), None)
    if target is None:
        return Unavailable(
            f"the base of the merge request ({request.source}) is not in this clone",
            f"fetch it (`git fetch origin {request.names[-1]}`), or {WHOLE_HISTORY}",
        )
    fork = merge_base(repository, target, head)
    if fork is None:
        return Unavailable(f"the base ({request.source}) and HEAD have no common commit in this clone", WHOLE_HISTORY)
    return _Fork(fork, target)


def history_of_base(repository: Repository, commit: str, keeper: Keeper | None = None) -> Opener:
    """Return how to open the history as it was when a commit was the newest one, with nothing on top."""
    return lambda: GitHistory(repository, Line(commit), now(), keeper)


def history_under(repository: Repository, commit: str) -> Opener:
    """Return how to open the history under a change that will be committed alone, whatever is staged beside it."""
    return lambda: GitHistory(repository, Line(commit, alone=True), now())


def _on_top(repository: Repository, request: Base, keeper: Keeper | None, *, staged: bool) -> History | Unavailable:
    """Return the history under a merge request, which counts as one landing as a whole."""
    head = resolve(repository, "HEAD")
    if head is None:
        return GitHistory(repository, Line(None, staged=staged), now(), keeper)
    found = _fork(repository, request, head)
    if isinstance(found, Unavailable):
        return found
    if request.source != "--base":
        tell(f"the change since {found.commit[:8]} counts as one landing ({request.source})")
    return GitHistory(repository, Line(found.target, (head, found.target), staged, found.commit), now(), keeper)


def _requested(top: Path, environment: Mapping[str, str]) -> Base | None:
    """Return the base of the merge request that a pipeline runs for; None elsewhere.

    Sources: GitLab, "Predefined CI/CD variables reference"; GitHub, "Variables reference".
    """
    clones = [os.path.realpath(folder) for name in _CLONES if (folder := environment.get(name))]
    if not any(os.path.realpath(top) == clone or Path(os.path.realpath(top)).is_relative_to(clone) for clone in clones):
        return None
    # In a pipeline for merged results, HEAD holds the target branch as well: its tip is the base, not the fork.
    for name in ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        if commit := environment.get(name):
            return Base((commit,), name)
    if branch := environment.get("GITHUB_BASE_REF"):
        return Base((f"refs/remotes/origin/{branch}", f"refs/heads/{branch}", branch), "GITHUB_BASE_REF")
    return None

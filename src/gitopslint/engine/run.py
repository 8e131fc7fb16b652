"""One run: subjects in, report out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Protocol, TypeVar

from gitopslint.engine.conclusion import Frame, compare, concluded, narrowed, settle
from gitopslint.engine.deadline import Stopped
from gitopslint.engine.examination import Examiner, examined
from gitopslint.engine.joining import Joined, joined
from gitopslint.engine.selection import Selection
from gitopslint.engine.viewpoint import Viewpoint
from gitopslint.engine.workers import MOST_PORTIONS, automatic, shared_out
from gitopslint.loaders.side import Side
from gitopslint.loaders.unit import Task
from gitopslint.model.finding import Report, Undecided
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.part import Part, Piece
from gitopslint.model.rule import Catalogue
from gitopslint.model.share import ALL, Share
from gitopslint.model.span import file_start

Result = TypeVar("Result")

_LEAST, _MOST = 40, 400
"""Files of a portion of the work."""

Watch = Callable[[str | None, Part], None]
"""Is told of each part as it comes, with the app that it is about."""


class Divided(Protocol):
    """Does some work for each task, in whatever order and process."""

    def __call__(self, wanted: Iterable[Task], work: Callable[[Task], Result], /) -> Iterator[Result]:
        """Yield what comes of each task."""


class Results(Protocol):
    """What of an earlier run still holds: `Cache` is, which few runs have to load."""

    def whole(self) -> Part | None:
        """Return what an earlier run concluded of the same state."""

    def keep_whole(self, everything: Joined, examiner: Examiner, /) -> None:
        """Keep what a run concluded."""

    def parts(
        self, examiner: Examiner, tasks: Iterator[Task], share: Share, divided: Divided, /, *, past: bool
    ) -> Iterator[tuple[str | None, Part]]:
        """Yield the part of each task with its app; those that no longer hold are divided."""


class Keeping(NamedTuple):
    """What makes a report one that can be joined with others.

    `state` stands for what was checked, and `seal` is a key that only who has it can know.
    """

    tool: str
    state: str
    seal: bytes


def run(
    side: Side,
    catalogue: Catalogue,
    selection: Selection,
    *,
    prefix: str = "",
    scope: str = "",
    whole: bool = False,
    contract_file: str | None = None,
    today: str | None = None,
    share: Share = ALL,
    keeping: Keeping | None = None,
    cache: Results | None = None,
    jobs: int | None = 1,
    watch: Watch | None = None,
    board: bool = False,
) -> Report:
    """Check a repository, product or platform, and return the report.

    `prefix` leads from the top of the git repository to the root. `scope` is a file or folder below the root:
    everything is read, and what lies elsewhere is left out of the report, unless that is to be `whole`, for somebody
    who will leave it out later (`narrowed`). `today` is the day, as `2026-03-01`, that tells which waivers have ended.
    With a `share`, the report is about that share of the apps and files, and what compares apps is left to
    `pieces.whole`. `keeping`: the report holds what is needed for that. With a `cache`, what it holds is not done
    again. `jobs` are the processes that share the work, or None for as many as pay. `board`: the report holds the
    promotion board.
    """
    environments = side.contract.environments if board and not side.turned else None  # only a product has releases
    view = Viewpoint(side.other, side.turned)
    frame = Frame(view, catalogue, selection, prefix, scope, contract_file, environments, today)
    everything = Joined()
    piece = None
    stopped = ""
    try:
        kept = cache.whole() if cache is not None and share.is_all else None
        if kept is not None:
            everything.add(kept)
        else:
            examiner = Examiner(side, catalogue, selection, today, board=board)
            for app, part in _parts(side, examiner, share, cache, jobs):
                everything.add(part)
                if watch is not None:
                    watch(app, part)
            if share.is_all:
                compare(everything, frame, examiner.sources)
                if cache is not None:
                    cache.keep_whole(everything, examiner)
            else:
                everything.keep(examiner.sources(everything.sourceless(claims=True)))
                piece = _piece(everything, frame, share, keeping)  # with all that is not judged yet
                settle(everything, examiner.sources)
    except Stopped as over:
        everything.add(Part(undecided=tuple(_missing(over, selection))))
        stopped = f"{over}: nothing of this run counts as checked; {over.remedy}"
    report = concluded(everything, frame, partly=not share.is_all)
    report = report._replace(piece=piece or _piece(everything, frame, share, keeping), stopped=stopped)
    return report if whole else narrowed(report, scope)


def _missing(over: Stopped, selection: Selection) -> Iterator[Undecided]:
    """Yield that nobody knows what a run that was stopped would have found."""
    reason = f"{over}, so not everything was checked"
    yield Undecided(tuple(sorted(selection.levels)), reason, over.remedy, (file_start(""),))


def _piece(everything: Joined, frame: Frame, share: Share, keeping: Keeping | None) -> Piece | None:
    if keeping is None:
        return None
    from gitopslint.engine.pieces import piece_of  # few reports are joined

    return piece_of(everything, frame, share, *keeping)


def _parts(
    side: Side, examiner: Examiner, share: Share, cache: Results | None, jobs: int | None
) -> Iterator[tuple[str | None, Part]]:
    """Yield what is found in each task, then what is about none."""
    tasks = _tasks(side, examiner, share)
    past = examiner.looks_at_history

    def together(tasks: Sequence[Task], work: Callable[[Task], Result]) -> Iterator[Result]:
        side.expect([task.app for task in tasks if task.app is not None])
        return map(work, tasks)

    def divided(wanted: Iterable[Task], work: Callable[[Task], Result]) -> Iterator[Result]:
        waiting = list(wanted)
        processes = jobs if jobs is not None else automatic(sum(len(task.own) for task in waiting))
        if processes == 1:
            return together(waiting, work)
        # Every process has to know what no excerpt may show, so that is not shared out. Nor is the first app: with it
        # comes what is made at first use, such as patterns, which each process would have to make again.
        first = next((task for task in waiting if task.app is not None), None)
        done = list(together([task for task in waiting if task.masks or task is first], work))
        portions = _portions([task for task in waiting if not (task.masks or task is first)], processes)
        if portions:
            side.prepare(past=past)
        return chain(done, shared_out(portions, processes, partial(together, work=work)))

    def work(task: Task) -> tuple[str | None, Part]:
        return task.app, joined(examined(examiner, task, share)).part()

    yield from cache.parts(examiner, tasks, share, divided, past=past) if cache is not None else divided(tasks, work)
    if share.holds(""):
        yield None, Part(undecided=tuple(_strangers(side)))
        yield None, examiner.examine_contract()
        if not side.turned:
            yield None, examiner.examine_files(side.paths)


def _portions(tasks: list[Task], processes: int) -> list[list[Task]]:
    """Divide tasks into portions that become smaller towards the end, so that all who share them end together.

    Neighbouring apps stay together, because what git knows of them is read at one go.
    """
    left = sum(map(_size, tasks))
    least = max(_LEAST, left // MOST_PORTIONS + 1)
    portions: list[list[Task]] = []
    room = 0
    for task in tasks:
        if room <= 0:
            portions.append([])
            room = max(least, min(_MOST, left // (4 * processes)))
        portions[-1].append(task)
        room -= _size(task)
        left -= _size(task)
    return portions


def _size(task: Task) -> int:
    """Return how much a task is, in files. One that is about no app has many, and makes a portion of its own."""
    return _MOST if task.app is None else len(task.own) or 1


def _tasks(side: Side, examiner: Examiner, share: Share) -> Iterator[Task]:
    """Yield what is to be checked: all files without the apps around them, where only secrets are looked for."""
    if examiner.searches_only:
        return side.texts(mine=share.holds)
    return side.tasks(texts=bool(examiner.secret_rules), past=examiner.looks_at_history, mine=share.holds)


def _strangers(side: Side) -> Iterator[Undecided]:
    """Yield doubts about files where a layer of another environment would stand: they must not pass for checked."""
    for name, path in side.strangers().items():
        yield Undecided(
            ("missing-layer",),
            f"{name!r} stands where the contract has an environment, and is none of its environments",
            "add it to `environments`, or its files to `exclude`",
            (file_start(path),),
        )

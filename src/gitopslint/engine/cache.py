"""What of an earlier run still holds, by the content of everything that it came from.

There are two grains. A whole run is kept under the digest of all that it could have seen: where nothing has changed,
nothing is checked. And each task is kept under the digest of its own files, in one file for all tasks under the digest
of what they share: the contract, the rules, which files there are, and the content of every file that is not a task's
own. What a task read beyond its own files is noted as shared, so no dependency can be forgotten. What the history says
of an app is named by the ids of its landings, which stand for all before them.

Parts hold no secrets (model/part.py), and a task with a claim whose value may not be shown is not kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from gitopslint.engine.bundles import Bundle, Kept, Shelved, bundled
from gitopslint.engine.examination import Examiner, examined
from gitopslint.engine.joining import joined
from gitopslint.engine.whole_run import WholeRun
from gitopslint.loaders.annals import Keeper
from gitopslint.loaders.contents import Contents
from gitopslint.loaders.fingerprint import digest, links
from gitopslint.loaders.history import HistoryError
from gitopslint.loaders.others import Outline
from gitopslint.loaders.product import Product
from gitopslint.loaders.recorded import recorded_of
from gitopslint.loaders.unit import Task
from gitopslint.loaders.watched import WatchedTree
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.packing import unpacked_or_none
from gitopslint.model.part import Part
from gitopslint.model.scalars import printed
from gitopslint.model.share import Share
from gitopslint.model.shown import showable


class Git(NamedTuple):
    """Digests of what git could be asked: with what is staged, and of the past alone. None where that is not known."""

    all: str | None
    past: str | None


class _Told(NamedTuple):
    """What the history said of a task; the fields are those of `Kept`."""

    told: str
    tip: str
    fresh: dict[str, str]
    asked: dict[str, tuple[str, ...]]


class Shelf(NamedTuple):
    """The results of all tasks that share the same surroundings. `beyond` are further files that all depend on.

    All of them hold in the past that git told; in another one they are asked about. `outline` is what the product
    knows of files that are no layers. Where few results are new, these alone are written: `base` is the `name` of the
    shelf that holds the others, and the outline.
    """

    beyond: tuple[str, ...]
    digest: str
    past: str | None
    outline: Outline | None
    bundles: tuple[Bundle, ...]
    name: str
    base: str | None


class _Done(NamedTuple):
    """One task that was worked on, wherever: its part, what is kept of it, and what else it has to do with."""

    part: Part
    kept: Kept
    beyond: frozenset[str]
    clock: bool


Divided = Callable[[Iterable[Task], Callable[[Task], _Done]], Iterable[_Done]]
_EMPTY = Shelf((), "", None, None, (), "", None)
_WORTH_WRITING = 100  # so many times fewer new results than known ones are written beside them


class Cache(WholeRun):
    """The results of earlier runs in one product, for one set of rules and options."""

    def __init__(self, keeper: Keeper, product: Product, tree: WatchedTree, world: str, git: Git) -> None:
        """`world` is a digest of what is no file of the product, and not of its git."""
        self._product = product
        self._tree = tree
        self._contents = Contents(tree.tree, keeper)
        self._world = digest(world, links(tree.tree))
        everything = self._contents.together(tree.paths)
        self._contents.keep()  # files may have been touched, and nothing else be new
        super().__init__(keeper.store, digest(self._world, git.all, everything) if git.all is not None else None)
        self._past = git.past
        self._base = _EMPTY

    @cached_property
    def _common(self) -> frozenset[str]:
        """The files of no task of which it is known before anything is read that all depend on them."""
        product = self._product
        layers = {path for path, place in product.layout.layers.items() if place.app is not None}
        return frozenset(path for path in self._tree.paths if path not in layers and product.concerns_all(path))

    @cached_property
    def _shelf_name(self) -> str:
        paths = self._tree.paths
        shared = self._contents.together(path for path in paths if path in self._common)
        return "tasks-" + digest(self._world, "\0".join(paths), shared)

    def parts(
        self, examiner: Examiner, tasks: Iterator[Task], share: Share, divided: Divided, *, past: bool
    ) -> Iterator[tuple[str | None, Part]]:
        """Yield the part of each task with its app, from the shelf where it still holds.

        `divided` works on the others; `past`: history is looked at.
        """
        shelf = self._shelf()
        shelved = Shelved(shelf.bundles)
        known = shelved.kept
        holding = self._holding(known.values(), shelf.past, past=past)
        yield from shelved.parts(holding)
        if known and len(holding) == len(known):
            self._contents.keep()
            return
        # Opened before any task, or the first one would do it.
        history = recorded_of(self._product.chronicle) if past else None
        new: list[Kept] = []

        def work(task: Task) -> _Done:
            with self._tree.task(task.own):
                examiner.unsettled = False
                examiner.freshness = {}
                if history is not None:
                    history.begin()
                part = joined(examined(examiner, task, share)).part()
            settled = history is None or not (history.volatile or examiner.unsettled)
            asked = dict(history.asked) if history is not None else {}
            fresh = {commit: digest(repr(one)) for commit, one in examiner.freshness.items()}
            tip = history.tip if history is not None and fresh else ""
            told = _Told(self._told(task.app) if past else "", tip, fresh, asked)
            result = self._kept(task, part, told if settled else None)
            return _Done(part, result, frozenset(self._tree.beyond - self._common), examiner.looked_at_the_clock)

        # Who edits one layer after the other would write as much each time as thousands of apps have to say.
        self.worth_keeping = not holding or (len(known) - len(holding)) * _WORTH_WRITING > len(holding)
        missing = (task for task in tasks if task.name not in holding)
        for part, one, beyond, clock in divided(missing, work):
            yield one.app, part
            new.append(one)
            self._tree.beyond |= beyond
            examiner.looked_at_the_clock = examiner.looked_at_the_clock or clock
        # Where files hold ciphertext, which text may be shown depends on all of them.
        if not examiner.hides:
            self._put(shelf, shelved, holding, new)

    def _kept(self, task: Task, part: Part, told: _Told | None) -> Kept:
        """Return a result to keep; without the result where it is good for this run only."""
        spoken = told is not None and all(showable((), prefix) for prefix in told.asked)
        spoken = spoken and all(showable(claim.path, printed(claim.value)) for _, claim in part.claims)
        if told is None or not spoken or part.faults or part.unread:
            return Kept(task.name, task.app, task.own, "", "", "", {}, {})
        return Kept(task.name, task.app, task.own, self._contents.together(task.own), *told, part)

    def _told(self, app: str | None) -> str:
        return digest(self._product.chronicle.told(app)) if app is not None else ""

    def _as_fresh(self, kept: list[Kept], tip: str) -> list[Kept]:
        """Leave out the apps from whose builds the main line has moved on."""
        product = self._product
        behind = {one.tip for one in kept if one.fresh} - {tip}
        moved = {old: product.chronicle.moved_since(old, product.inputs) for old in behind}
        return [one for one in kept if one.tip not in behind or self._is_as_fresh(one, moved[one.tip])]

    def _is_as_fresh(self, one: Kept, moved: frozenset[str] | None) -> bool:
        """Tell whether the main line is as far from the builds of an app as it was. `moved` are the apps it touched."""
        if moved is not None and one.app not in moved:
            return True
        try:
            found = {commit: self._product.freshness(one.app or "", commit) for commit in one.fresh}
        except HistoryError:
            return False
        return all(digest(repr(found[commit])) == known for commit, known in one.fresh.items())

    def _shelf(self) -> Shelf:
        shelf = unpacked_or_none(Shelf, self._store.get(self._shelf_name)) or _EMPTY
        self._base = shelf
        if shelf.bundles:
            more = unpacked_or_none(Shelf, self._store.get(self._shelf_name + "-more"))
            if more is not None and more.base == shelf.name:
                bundles = (*shelf.bundles, *more.bundles)
                shelf = more._replace(bundles=bundles, outline=more.outline or shelf.outline)
        if shelf.digest != self._digest_of(shelf.beyond):
            self._base = _EMPTY
            return _EMPTY
        if shelf.outline is not None:
            self._product.others.resume(shelf.outline)
        return shelf

    def _digest_of(self, beyond: tuple[str, ...]) -> str:
        # A file that is looked for and not among the paths may be there all the same, where git ignores it.
        return self._contents.together(beyond)

    def _holding(self, kept: Iterable[Kept], told: str | None, *, past: bool) -> dict[str, Kept]:
        """Return what still holds of what was kept when git told the past `told`, by the names of tasks."""
        same = [one for one in kept if one.files and one.files == self._contents.together(one.own)]
        if past and (told is None or told != self._past):
            same = self._still_true(same)
        return {one.name: one for one in same}

    def _still_true(self, kept: list[Kept]) -> list[Kept]:
        """Leave out what the history says something else about now."""
        kept = [one for one in kept if one.app is None or one.told == self._told(one.app)]
        history = recorded_of(self._product.chronicle)
        if history is None:
            return [one for one in kept if not one.fresh and not one.asked]
        kept = self._as_fresh(kept, history.tip)
        try:
            found = history.commits_of(sorted({prefix for one in kept for prefix in one.asked}))
        except HistoryError:
            found = {}
        return [one for one in kept if all(found.get(prefix) == ids for prefix, ids in one.asked.items())]

    def _put(self, shelf: Shelf, shelved: Shelved, holding: dict[str, Kept], new: list[Kept]) -> None:
        beyond = tuple(sorted((set(shelf.beyond) | self._tree.beyond) - self._common))
        for one in new:  # where processes shared the work, each noted only its own
            self._contents.together(one.own)
        base = len(self._base.bundles)
        known = sum(len(bundle.names) for bundle in self._base.bundles)
        more = len(new) + sum(shelved.place[name] >= base for name in holding)
        few = bool(known) and more * _WORTH_WRITING <= known
        large, others = shelved.left(holding, base if few else 0)
        shelf = Shelf(
            beyond,
            self._digest_of(beyond),
            self._past,
            self._product.others.outline() if not few or self._base.outline is None else None,
            (*large, *bundled((*others, *new))),
            os.urandom(8).hex(),
            self._base.name if few else None,
        )
        self._store.put(self._shelf_name + ("-more" if few else ""), shelf)
        self._contents.keep()

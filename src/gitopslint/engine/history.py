"""The history of apps: every landing, judged by the same code as today's releases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeVar

from gitopslint.checks.moves import Course
from gitopslint.engine.selection import Selection
from gitopslint.engine.workers import automatic, shared_out
from gitopslint.loaders.history import HistoryError
from gitopslint.loaders.product import Product
from gitopslint.model.contract import Contract
from gitopslint.model.moment import parse_length
from gitopslint.model.move import Chapter, Kind, Move, Row
from gitopslint.model.rule import Level
from gitopslint.model.timeline import ABSENT

Result = TypeVar("Result")
_PORTIONS = 4  # for each process, so that none waits long for another at the end

_RULES: dict[Kind, str] = {
    "skipped environment": "skipped-environment",
    "simultaneous": "simultaneous-promotion",
    "divergent": "divergent-promotion",
    "corrupt": "invalid-yaml",
}


def shared_chapters(
    product: Product, selection: Selection, app: str | None, work: Callable[[Chapter], Result], jobs: int | None
) -> Iterator[Result]:
    """Yield what work makes of every chapter, in their order. `jobs` processes share it, by default as many as pay."""
    stacks = product.layout.stacks()
    names = [name for name in stacks if app in (None, name)]
    layers = sum(map(len, stacks.values())) if app is None else 0

    def made(name: str) -> tuple[str, list[Result]]:
        return name, [work(one) for one in _chapters_of(product, selection, name, stacks[name])]

    processes = jobs if jobs is not None else automatic(layers)
    if processes == 1 or len(names) < processes:
        for name in names:
            yield from made(name)[1]
        return
    first, *others = names
    found = dict([made(first)])  # with it comes what is made at first use, the annals above all
    product.close()  # each process asks git by itself
    parts = min(_PORTIONS * processes, len(others))
    bounds = [len(others) * number // parts for number in range(parts + 1)]

    def told(apps: list[str]) -> Iterator[tuple[str, list[Result]]]:
        product.expect(apps)  # neighbours stay together, because what git knows of them is read ahead
        return map(made, apps)

    found |= shared_out([others[start:end] for start, end in pairwise(bounds)], processes, told)
    for name in names:
        yield from found[name]


def chapters(product: Product, selection: Selection, app: str | None = None) -> Iterator[Chapter]:
    """Yield the history of each image of one app, or of all apps by name."""
    for name, environments in product.layout.stacks().items():
        if app in (None, name):
            yield from _chapters_of(product, selection, name, environments)


def _chapters_of(product: Product, selection: Selection, app: str, environments: tuple[str, ...]) -> Iterator[Chapter]:
    try:
        for timeline in product.past(app, environments):
            yield chapter(Course(timeline), selection)
    except HistoryError as error:
        yield Chapter(app, None, environments, (), (str(error), error.remedy))


def chapter(course: Course, selection: Selection) -> Chapter:
    """Return the history of one image of an app, each move with the level of the rule that it breaks."""
    timeline = course.timeline
    moves: dict[int, list[Move]] = {}
    for move in course.moves():
        moves.setdefault(move.landing.position, []).append(move)
    images = dict.fromkeys(timeline.environments, ABSENT)
    rows = []
    for step in timeline.steps:
        images = images | dict(step.images)
        made = tuple(moves.get(step.landing.position, ()))
        levels = {
            move.environment: level
            for move in made
            if (level := level_of(move, timeline.contract, selection)) is not None
        }
        rows.append(Row(step.landing, images, made, levels))
    several = len(timeline.contract.images) > 1
    return Chapter(timeline.app, timeline.keys.name if several else None, timeline.environments, tuple(rows))


def broken_rule(move: Move, contract: Contract) -> str | None:
    """Return the rule that a move breaks; None for one that breaks none."""
    if move.kind == "rollback":
        return "rollback"
    if move.kind == "promotion" and contract.minimum_soak is not None and move.soak is not None:
        return "short-soak" if move.soak < parse_length(contract.minimum_soak) else None
    return _RULES.get(move.kind)


def level_of(move: Move, contract: Contract, selection: Selection) -> Level | None:
    """Return the level at which a rule reports such a move; None for one that breaks none."""
    rule = broken_rule(move, contract)
    if rule == "rollback":
        return "note" if rule in selection.levels else None
    return selection.levels.get(rule) if rule is not None else None

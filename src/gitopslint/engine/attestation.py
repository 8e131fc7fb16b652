"""From the history of a repository to evidence about each of its releases."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitopslint.checks.moves import Course
from gitopslint.engine.history import broken_rule, level_of
from gitopslint.engine.selection import Selection
from gitopslint.loaders.history import HistoryError
from gitopslint.loaders.product import Product
from gitopslint.model.attestation import Attested, Judgement, Source
from gitopslint.model.landing import CUT_OFF
from gitopslint.model.move import Move
from gitopslint.model.timeline import Timeline

_DIGEST = re.compile(r"[a-z0-9+._-]+:[0-9a-f]{32,128}")
_JUDGED = (
    "skipped-environment",
    "simultaneous-promotion",
    "divergent-promotion",
    "short-soak",
    "rollback",
    "unknown-tag-commit",
    "foreign-tag-commit",
    "reused-tag",
)


def attested(product: Product, selection: Selection, app: str | None = None) -> Iterator[Attested]:
    """Yield every release of one app, or of all apps by name, in the order in which they came. Raises HistoryError."""
    for name, environments in product.layout.stacks().items():
        if app in (None, name):
            for timeline in product.past(name, environments):
                if timeline.cut_off:
                    raise HistoryError(*CUT_OFF)  # what is undecided here would be decided where it is checked
                yield from _of_timeline(timeline, product, selection)


def _of_timeline(timeline: Timeline, product: Product, selection: Selection) -> Iterator[Attested]:
    builds: dict[str, list[Move]] = {}
    for move in Course(timeline).moves():
        if move.image.name is not None and not move.landing.pending:
            builds.setdefault(move.image.name, []).append(move)
    contract = timeline.contract
    rules = tuple(
        rule
        for rule in _JUDGED
        if rule in selection.levels
        and (rule != "short-soak" or contract.minimum_soak is not None)
        and (contract.commits == "here" or not rule.endswith("-tag-commit"))
    )
    for name, moves in builds.items():
        first = moves[0]
        source = _source(name, moves, product)
        recorded = (move.image.digest for move in moves)
        digests = tuple(dict.fromkeys(one for one in recorded if one is not None and _DIGEST.fullmatch(one)))
        shown = first.image.presentable  # a credential may stand where a tag belongs
        judgements = [one for move in moves for one in _of_move(move, timeline, selection)]
        judgements += _of_source(source, first, selection)
        if len(digests) > 1 and first.image.tag is not None and "reused-tag" in selection.levels:
            judgements.append(_violation("reused-tag", first, selection))
        yield Attested(
            timeline.app,
            timeline.keys.name if len(contract.images) > 1 else None,
            shown.repository,
            shown.tag,
            digests,
            source,
            tuple(moves),
            rules,
            tuple(one for one in judgements if one.rule in rules),
        )


def _of_move(move: Move, timeline: Timeline, selection: Selection) -> Iterator[Judgement]:
    rule = broken_rule(move, timeline.contract)
    level = level_of(move, timeline.contract, selection)
    if rule is not None and level is not None:
        yield Judgement(rule, "violation", move.environment, move.landing.id, level)
    elif move.doubt is not None and timeline.before(move.environment):
        yield Judgement("skipped-environment", "undecided", move.environment, move.landing.id, reason=move.doubt[0])


def _source(name: str, moves: list[Move], product: Product) -> Source:
    found = product.commit_of(name, moves[0].landing)
    if found is None:
        return Source("elsewhere" if product.contract.commits == "elsewhere" else "none")
    if found.elsewhere:
        return Source("elsewhere", digits=found.digits)
    if not found.commits:
        return Source("unknown", digits=found.digits)
    if len(found.commits) > 1:
        return Source("ambiguous", digits=found.digits)
    return Source("landed" if found.landed else "foreign", found.commits[0].id, found.digits)


def _of_source(source: Source, first: Move, selection: Selection) -> Iterator[Judgement]:
    rule = {"unknown": "unknown-tag-commit", "foreign": "foreign-tag-commit"}.get(source.status)
    if rule is None or rule not in selection.levels:
        return
    if first.landing.start is not None:
        # What came with the first landing that is known was built from what is not.
        reason = "the history begins with the landing that brought it"
        yield Judgement(rule, "undecided", first.environment, first.landing.id, reason=reason)
    else:
        yield _violation(rule, first, selection)


def _violation(rule: str, move: Move, selection: Selection) -> Judgement:
    return Judgement(rule, "violation", move.environment, move.landing.id, selection.levels[rule])

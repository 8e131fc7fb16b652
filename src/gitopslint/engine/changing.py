"""What a change of one environment would bring: the findings of the changed tree that were not there before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitopslint.engine.comparison import compared
from gitopslint.loaders.product import Product
from gitopslint.model.change import Change, Target
from gitopslint.model.document import Node
from gitopslint.model.finding import Report, Undecided
from gitopslint.model.layer import Release
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span

Deployed = dict[tuple[str, str, int], tuple[str | None, ...] | None]
"""What the stacks of an app deploy, by environment, image and number among those of one environment."""


class Seen(NamedTuple):
    """A product, and what the check of it says."""

    product: Product
    report: Report


class Judgement(NamedTuple):
    """`report` holds only what is new. `refused`: a rule forbids it. `beyond`: it would do another thing, or more."""

    report: Report
    refused: bool
    beyond: tuple[str, ...]


def judged(before: Seen, after: Seen, change: Change) -> Judgement:
    """Hold a tree with a change against the tree without it."""
    report = compared(after.report, after.product.tree, before.report, before.product.tree, "")
    # Faults stay, known or not: what crashed says nothing about the new build.
    # A doubt about what is changed is one about the new build, even where the old one was as doubtful.
    places = {node.span for one in _releases(after.product, change.target) for node in (one.tag, one.digest) if node}
    new = report._replace(
        findings=report.introduced,
        undecided=tuple(_new_doubts(report.undecided, before.report.undecided, places)),
        waived=(),
        unread=tuple(one for one in report.unread if one not in before.report.unread),
        comparison=None,
    )
    beyond = (*_backward(new, change), *_beyond(before.product, after.product, change))
    refused = bool(new.count("error") or new.faults or new.unread or beyond)
    return Judgement(new, refused, beyond)


def _new_doubts(now: Iterable[Undecided], before: Iterable[Undecided], places: set[Span]) -> Iterator[Undecided]:
    """Yield doubts with those of their places that were not in doubt before, or that are changed."""
    known = {(rule, one.reason, span) for one in before for rule in one.rules for span in (one.spans or (None,))}
    for one in now:
        new = [
            span
            for span in one.spans or (None,)
            if span in places or any((rule, one.reason, span) not in known for rule in one.rules)
        ]
        if new:
            yield one._replace(spans=tuple(span for span in new if span is not None))


def _backward(report: Report, change: Change) -> Iterator[str]:
    """Say where what was meant as a promotion leads back: nobody goes back without saying so."""
    target, tag = change.target, change.new.tag
    here = {"rollback"} if change.action == "promote" else set()
    for finding in report.findings:
        if finding.rule in here and (finding.app, finding.environment) == (target.app, target.environment):
            way = f"`gitopslint rollback {target.app} {target.environment} --to {tag}` does that"
            yield f"{target} ran {tag!r} before, so this would be a rollback, and no promotion: {way}"


def _beyond(before: Product, after: Product, change: Change) -> Iterator[str]:
    """Say where another environment would run something else, or this one would not run what it shall."""
    target = change.target
    old, new = _deployed(before, target.app), _deployed(after, target.app)
    for key in sorted(old.keys() | new.keys()):
        environment, image, _ = key
        if (environment, image) != (target.environment, target.keys.name) and old.get(key) != new.get(key):
            yield f"{target.app} in {environment} would run something else, too"
    for release in _releases(after, target):
        if (other := _overriding(release, change)) is not None:
            yield other


def _overriding(release: Release, change: Change) -> str | None:
    node = release.tag or release.digest
    text = node.text.partition("@")[0] if node is not None else ""
    if text == change.new.tag.partition("@")[0]:
        return None
    where = f": {node.span} sets {text!r} over it" if node is not None else ""
    return f"{change.target} would still not run {change.new.tag!r}{where}"


def _releases(product: Product, target: Target) -> list[Release]:
    app = product.app(target.app)
    releases = app.releases if app is not None else ()
    return [one for one in releases if one.environment == target.environment and one.keys == target.keys]


def _deployed(product: Product, name: str) -> Deployed:
    app = product.app(name)
    found: Deployed = {}
    numbers: dict[tuple[str, str], int] = {}
    for release in app.releases if app is not None else ():
        place = release.environment, release.keys.name
        number = numbers[place] = numbers.get(place, 0) + 1
        parts = (release.registry, release.repository, release.tag, release.digest)
        found[(*place, number)] = tuple(map(_text, parts))
    return found


def _text(node: Node | None) -> str | None:
    return None if node is None else node.text

"""What is accepted although a rule is broken: by comments, and by the contract under `waivers` and `secrets.allow`."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from gitopslint.engine.waivers import Verdicts, apply, offences
from gitopslint.loaders.contract import entry_places
from gitopslint.loaders.side import Side
from gitopslint.model.finding import Finding, Offence, Undecided, Waived
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Catalogue
from gitopslint.model.secret import SECRET_RULES
from gitopslint.model.waiver import Allowance, Waiver


class Accepted(NamedTuple):
    """Findings that stand, those that are waived, and what is wrong with the waivers, by rule."""

    standing: list[Finding]
    waived: list[Waived]
    offences: list[tuple[str, Offence]]


def accept(
    findings: Sequence[Finding],
    waivers: Sequence[Waiver],
    allowing: Container[int] | None,
    catalogue: Catalogue,
    verdicts: Verdicts,
    today: str | None,
) -> Accepted:
    """Hold findings against the waivers of a repository.

    `allowing` are the entries of `secrets.allow` that speak of anything; None where no secrets were looked for.
    """
    # Allowances have done their work by now: while secrets were searched.
    allowances = [one for one in waivers if isinstance(one.entry, Allowance)]
    others = [one for one in waivers if not isinstance(one.entry, Allowance)]
    applied = apply(findings, others, today)
    about = list(offences(others, applied.touched, catalogue, verdicts, today))
    if allowing is not None:
        touched = {one for one in allowances if isinstance(one.entry, Allowance) and one.entry.number in allowing}
        # A search finds secrets of all kinds, whichever rules run.
        about += offences(allowances, touched, catalogue, verdicts._replace(ran=SECRET_RULES), today)
    return Accepted(applied.standing, applied.waived, about)


def accepted_doubts(doubts: Iterable[Undecided], waivers: Sequence[Waiver], today: str | None) -> Iterator[Undecided]:
    """Yield doubts, with the reason where waivers accept all rules of one at all its places. They stay undecided."""
    valid = [waiver for waiver in waivers if waiver.is_valid(today)]
    if not valid:  # as in most repositories, and thousands of apps have many places
        yield from doubts
        return
    for doubt in doubts:
        found = [
            next((waiver.reason for waiver in valid if waiver.covers(rule, span)), None)
            for rule in doubt.rules
            for span in doubt.spans
        ]
        reasons = dict.fromkeys(reason for reason in found if reason is not None)
        yield doubt._replace(accepted="; ".join(reasons)) if found and None not in found else doubt


def of_contract(side: Side) -> Iterator[Waiver]:
    """Yield what the contract of a repository accepts, as waivers with their places in it."""
    waivers, allowed = side.contract.waivers, side.contract.secrets.allow
    if waivers:
        places = entry_places(side.tree, "waivers", keys=("rule",))
        for one, span in zip(waivers, places, strict=False):
            yield Waiver(span, (one.rule,), one.reason, entry=one, until=one.until)
    if allowed:
        places = entry_places(side.tree, "secrets", "allow", keys=("path", "key", "pattern"))
        for number, (entry, span) in enumerate(zip(allowed, places, strict=False)):
            yield Waiver(span, entry.rules or SECRET_RULES, entry.reason, entry=Allowance(number), until=entry.until)

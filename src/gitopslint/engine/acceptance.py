"""What is accepted although a rule is broken: by comments, and by the contract under `waivers` and `secrets.allow`."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from gitopslint.engine.waivers import Verdicts, Waiver, apply, offences
from gitopslint.loaders.contract import entry_places
from gitopslint.loaders.side import Side
from gitopslint.model.finding import Finding, Offence, Waived
from gitopslint.model.rule import Catalogue
from gitopslint.model.secret import SECRET_RULES
from gitopslint.model.secretsettings import SecretAllowance


class Accepted(NamedTuple):
    """Findings that stand, those that are waived, and what is wrong with the waivers, by rule."""

    standing: list[Finding]
    waived: list[Waived]
    offences: list[tuple[str, Offence]]


def accept(
    findings: Sequence[Finding],
    comments: Sequence[Waiver],
    side: Side,
    allowing: Container[object] | None,
    catalogue: Catalogue,
    verdicts: Verdicts,
    today: str | None,
) -> Accepted:
    """Hold findings against the waivers of a repository.

    `allowing` are the entries of `secrets.allow` that speak of anything; None where no secrets were looked for.
    """
    waivers = [*comments, *_in_contract(side)]
    applied = apply(findings, waivers, today)
    about = list(offences(waivers, applied.touched, catalogue, verdicts, today))
    if allowing is not None:
        allowances = list(_allowances(side))
        touched = {one for one in allowances if one.entry in allowing}
        # A search finds secrets of all kinds, whichever rules run.
        searched = verdicts._replace(ran=SECRET_RULES)
        about += offences(allowances, touched, catalogue, searched, today)
    return Accepted(applied.standing, applied.waived, about)


def _in_contract(side: Side) -> Iterator[Waiver]:
    waivers = side.contract.waivers
    if waivers:
        places = entry_places(side.tree, "waivers", keys=("rule",))
        for one, span in zip(waivers, places, strict=False):
            yield Waiver(span, (one.rule,), one.reason, entry=one, until=one.until)


def _allowances(side: Side) -> Iterator[Waiver]:
    """Yield them as waivers. They have done their work by now: while secrets were searched."""
    allowed: Sequence[SecretAllowance] = side.contract.secrets.allow
    if allowed:
        places = entry_places(side.tree, "secrets", "allow", keys=("path", "key", "pattern"))
        for one, span in zip(allowed, places, strict=False):
            yield Waiver(span, one.rules or SECRET_RULES, one.reason, entry=one, until=one.until)

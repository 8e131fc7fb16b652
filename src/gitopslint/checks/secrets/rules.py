"""The rules about secrets: each yields what the search filed under it."""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.check import Check, Function, NoParameters, Outcome, check
from gitopslint.model.finding import Offence, Related
from gitopslint.model.secret import SECRET_RULES, SecretScan


def _check(rule: str) -> Check[SecretScan]:
    def offences(scan: SecretScan, _: NoParameters) -> Iterator[Outcome]:
        for one in scan.exposures:
            if one.rule == rule:
                yield Offence(
                    one.message,
                    one.span,
                    tuple(Related(use, "used here") for use in one.uses),
                    one.key_path,
                    at_most="warning" if one.confidence == "possible" else None,
                )

    function: Function[SecretScan] = offences
    return check(rule, over=SecretScan)(function)


CHECKS: tuple[Check[SecretScan], ...] = tuple(_check(rule) for rule in SECRET_RULES)

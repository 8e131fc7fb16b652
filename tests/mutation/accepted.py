"""Ways to accept a finding for a time that is over, or that is gone: by comments, contracts and baselines."""

from __future__ import annotations

import json
from typing import NamedTuple

from gitopslint.engine import examples
from gitopslint.engine.pairs import CLEAN_PRODUCT
from tests.mutation.breaks import BREAKS, DEV, ENV_PROD, PROD, Files, text
from tests.support.runs import contract_of

PAST, FUTURE = "2026-01-31", "2026-12-31"
BASELINE = "known.json"
BROKEN: dict[str, Files] = {
    rule: next(iter(BREAKS[rule].values()))
    for rule in (
        "mutable-tag",
        "placeholder-image",
        "stray-release-key",
        "duplicate-key",
        "templated-value",
        "schema-violation",
        "secret-in-values",
        "committed-env-file",
        "missing-value-file",
        "shared-host",
    )
}
"""What is accepted: a finding of each of ten rules."""


def known(broken: Files, until: str | None = None) -> Files:
    """Return a contract with a baseline of what the edit breaks."""
    files = {**CLEAN_PRODUCT, **broken}
    entries = [
        {"fingerprint": one.fingerprint, "rule": one.rule, "path": one.span.path}
        | ({"until": until} if until is not None else {})
        for one in examples.check_files(files, *contract_of(files)).findings
    ]
    return {".gitopslint.yaml": f"baseline: {BASELINE}\n", BASELINE: json.dumps({"version": 1, "findings": entries})}


class Waived(NamedTuple):
    """A finding of a rule, and the edit that makes and waives it until a day."""

    rule: str
    files: str
    path: str

    def until(self, day: str) -> Files:
        """Return the edit."""
        return {self.path: self.files.replace("DAY", day)}


WAIVED: dict[str, Waived] = {
    "beside a tag": Waived(
        "mutable-tag",
        text(DEV).replace("4f9d2c7b81ae-r3", "latest  # gitopslint: ignore[mutable-tag] until DAY: x"),
        DEV,
    ),
    "above a tag": Waived(
        "mutable-tag",
        text(PROD).replace("  tag: 4f9d2c7b81ae-r3", "  # gitopslint: ignore[mutable-tag] until DAY: x\n  tag: latest"),
        PROD,
    ),
    "beside a template": Waived(
        "templated-value",
        text(ENV_PROD) + "a: '{{ b }}'  # gitopslint: ignore[templated-value] until DAY: x\n",
        ENV_PROD,
    ),
    "beside a stray key": Waived(
        "stray-release-key", text(PROD) + "replicas: 3  # gitopslint: ignore[stray-release-key] until DAY: x\n", PROD
    ),
    "beside a second key": Waived(
        "duplicate-key",
        text(ENV_PROD) + "a: 1\na: 2  # gitopslint: ignore[duplicate-key] until DAY: x\n",
        ENV_PROD,
    ),
    "beside a password": Waived(
        "secret-in-values",
        text(ENV_PROD) + "x: {DB_PASSWORD: summer2024}  # gitopslint: ignore[secret-in-values] until DAY: x\n",
        ENV_PROD,
    ),
    "in a file of text": Waived(
        "secret-in-values", "password=summer2024  # gitopslint: ignore[secret-in-values] until DAY: x\n", "x.properties"
    ),
    "beside two findings": Waived(
        "mutable-tag",
        text(DEV).replace(
            "4f9d2c7b81ae-r3", "main  # gitopslint: ignore[mutable-tag, untraceable-tag] until DAY: the demo"
        ),
        DEV,
    ),
    "beside a placeholder": Waived(
        "placeholder-image",
        text(PROD).replace("4f9d2c7b81ae-r3", "TODO  # gitopslint: ignore[placeholder-image] until DAY: x"),
        PROD,
    ),
    "beside a type": Waived(
        "schema-violation",
        text(ENV_PROD) + "ingress: []  # gitopslint: ignore[schema-violation] until DAY: x\n",
        ENV_PROD,
    ),
}
"""Ten places for a waiver with a last day."""

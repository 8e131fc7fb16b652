"""Examples of rules, checked in memory: they are the tests of a rule and what the manual shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from gitopslint.engine.baseline import Record, Sight, held_against
from gitopslint.engine.run import run
from gitopslint.engine.selection import select
from gitopslint.loaders.baseline import read_baseline
from gitopslint.loaders.history import Told, ToldHistory
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Report
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.policy import Example, Policy
from gitopslint.model.record import changed
from gitopslint.model.rule import Catalogue

Files = Mapping[str, str | bytes | None]

TODAY = "2026-03-01"
"""The day on which examples are checked, so that they mean the same for ever."""

CLEAN: dict[str, str | bytes | None] = {
    "deploy/charts/web-app/values.yaml": (
        'image:\n  repository: "REPLACE_ME"\n  tag: "REPLACE_ME"\n  pullPolicy: IfNotPresent\nreplicas: 1\n'
    ),
    **{
        f"deploy/env/release-{env}/shop.yaml": (
            "# Written by CI.\nimage:\n  repository: registry.example.com/shop\n  tag: 4f9d2c7b81ae-r3\n"
        )
        for env in ("dev", "prod")
    },
    **{
        f"deploy/env/{env}/shop.yaml": f"env:\n  APP_ENV: {env}\nenvFrom:\n  secretRef: shop-{env}-env\n"
        for env in ("dev", "prod")
    },
}
"""A product repository that breaks no rule, one app in two environments: our own examples lie over it."""

CLEAN_HISTORY = (
    Told({path: text for path, text in CLEAN.items() if "/release-" not in path}, "4f9d2c7b81ae", "Begin"),
    *(
        Told(
            {path: text for path, text in CLEAN.items() if f"/release-{env}/" in path}, subject=f"release({env}): shop"
        )
        for env in ("dev", "prod")
    ),
)
"""How the clean repository came about, by the contract: the landings of our own examples come on top."""


class Trial(NamedTuple):
    """One example of one rule: where it should be reported, and the report. `want` is None for anywhere."""

    rule: str
    kind: Literal["good", "bad"]
    title: str
    want: tuple[str, ...] | None
    report: Report

    @property
    def have(self) -> tuple[str, ...]:
        """Where the rule reports it."""
        return tuple(str(finding.span) for finding in self.report.findings if finding.rule == self.rule)

    @property
    def trouble(self) -> tuple[str, ...]:
        """Why the rule has no verdict."""
        undecided = [f"undecided: {one.reason}" for one in self.report.undecided if self.rule in one.rules]
        crashed = [f"crashed: {fault.error}" for fault in self.report.faults if fault.rule == self.rule]
        return (*undecided, *crashed)

    @property
    def passed(self) -> bool:
        """Whether it is reported where it should be and nowhere else."""
        return not self.trouble and (bool(self.have) if self.want is None else sorted(self.have) == sorted(self.want))


def check_files(
    files: Files,
    contract: Contract,
    catalogue: Catalogue,
    selected: Sequence[str] = (),
    ignored: Sequence[str] = (),
    scope: str = "",
    landings: Sequence[Told] = (),
) -> Report:
    """Check files in memory against a contract. With `landings`, the files are a pending change on top of these."""
    selection = select(catalogue, contract, selected, ignored)
    contract = changed(contract, platform="none")  # what stands in no repository has no other one beside it
    if not landings:
        report = run(Product(MemoryTree(files), contract), catalogue, selection, scope=scope, today=TODAY)
        data = files.get(contract.baseline) if contract.baseline is not None else None
        if contract.baseline is None or data is None:
            return report
        data = data.encode() if isinstance(data, str) else data
        record = Record(contract.baseline, data, read_baseline(contract.baseline, data))
        return held_against(report, record, Sight(selection, scope), TODAY)
    history = ToldHistory(landings, files)
    product = Product(MemoryTree(history.files), contract, open_history=lambda: history)
    return run(product, catalogue, selection, scope=scope, today=TODAY)


def try_example(
    rule: str,
    kind: Literal["good", "bad"],
    example: Example,
    base: Files,
    contract: Contract,
    catalogue: Catalogue,
    selected: Sequence[str] = (),
    landings: Sequence[Told] = (),
) -> Trial:
    """Lay the files of an example over others and check them; a good one should be silent.

    With `landings`, these are the history, and the files of the example are a pending change on top.
    """
    if landings:
        report = check_files(example.files, contract, catalogue, selected, landings=landings)
    else:
        report = check_files({**base, **example.files}, contract, catalogue, selected)
    return Trial(rule, kind, example.title, () if kind == "good" else example.at, report)


def try_policy(policy: Policy, contract: Contract, catalogue: Catalogue) -> Iterator[Trial]:
    """Try the examples of a user's rule, by that rule alone and under the user's own contract."""
    # Schemas of layers stand in files that the examples do not have, and another rule reads them.
    contract = changed(contract, layers=tuple(changed(layer, json_schema=None) for layer in contract.layers))
    for example in policy.examples.good:
        yield try_example(policy.name, "good", example, policy.examples.repository, contract, catalogue, [policy.name])
    for example in policy.examples.bad:
        yield try_example(policy.name, "bad", example, policy.examples.repository, contract, catalogue, [policy.name])

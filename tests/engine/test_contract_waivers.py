"""Waivers of the contract accept what they name, with a reason and for as long as they say; the rest is a finding."""

from __future__ import annotations

import pytest

from gitopslint.engine.run import run
from gitopslint.engine.selection import select
from gitopslint.loaders.contract import ContractError
from gitopslint.loaders.product import Product
from gitopslint.model.finding import Report
from tests.support.runs import CLEAN, MemoryTree, check_files, contract_of, places

CONTRACT = ".gitopslint.yaml"
DEV = "deploy/env/release-dev/shop.yaml"
PROD = "deploy/env/release-prod/shop.yaml"
LATEST = "image:\n  repository: registry.example.com/shop\n  tag: latest\n"
FILES = CLEAN | {DEV: LATEST, PROD: LATEST}
BOTH = [f"{DEV}:3:8 mutable-tag", f"{PROD}:3:8 mutable-tag"]


def checked(waivers: str, *selected: str, today: str | None = None, scope: str = "") -> Report:
    """Check two moving tags under a contract with these waivers."""
    files = FILES | {CONTRACT: f"platform: none\nwaivers:\n{waivers}"}
    contract, catalogue = contract_of(files)
    chosen = select(catalogue, contract, selected or ("mutable-tag", "waivers"))
    return run(Product(MemoryTree(files), contract), catalogue, chosen, today=today, scope=scope)


# What the waiver says, and which of the two findings are left.
WAIVED = {
    "by a file": (f"path: {DEV}", BOTH[1:]),
    "by a folder": ("path: deploy/env/**", []),
    "by an environment": ("environment: prod", BOTH[:1]),
    "by an app": ("app: sh*", []),
    "by a key": ("key: image.tag", []),
    "by a key of any depth": ('key: "**.tag"', []),
    "until a day to come": ("app: shop, until: 2026-03-01", []),
    "all that it says must hold": ("app: shop, environment: dev, key: image.tag, path: '**/release-*/*'", BOTH[1:]),
}


@pytest.mark.parametrize(("where", "left"), WAIVED.values(), ids=WAIVED)
def test_waived(where: str, left: list[str]) -> None:
    """What is waived leaves the findings, and is kept with the reason and the place of the waiver."""
    report = checked(f"- {{rule: mutable-tag, {where}, reason: a demo}}\n", today="2026-03-01")
    assert places(report) == left
    assert {one.reason for one in report.waived} == {"a demo"}
    assert {str(one.span) for one in report.waived} == {f"{CONTRACT}:3:10"}
    assert len(report.waived) + len(left) == len(BOTH)


NOT_WAIVED = {
    "another app": ("rule: mutable-tag, app: cart", "unused-waiver"),
    "another key": ("rule: mutable-tag, key: image.digest", "unused-waiver"),
    "another rule": ("rule: malformed-tag, app: shop", "unused-waiver"),
    "its day has gone by": ("rule: mutable-tag, app: shop, until: 2026-02-28", "expired-waiver"),
}


@pytest.mark.parametrize(("entry", "rule"), NOT_WAIVED.values(), ids=NOT_WAIVED)
def test_not_waived(entry: str, rule: str) -> None:
    """A waiver that does not fit is reported, on its line of the contract, beside what it does not waive."""
    report = checked(f"- {{{entry}, reason: a demo}}\n", "mutable-tag", "malformed-tag", "waivers", today="2026-03-01")
    assert places(report) == [f"{CONTRACT}:3:10 {rule}", *BOTH]


def test_expired_and_gone() -> None:
    """Of a waiver that ended and that nothing needs, the better news is told: it can go."""
    report = checked("- {rule: mutable-tag, app: cart, until: 2020-01-01, reason: a demo}\n", today="2026-03-01")
    assert places(report) == [f"{CONTRACT}:3:10 unused-waiver", *BOTH]


def test_only_what_could_be_decided() -> None:
    """A waiver of a rule that did not run is not called unused."""
    assert places(checked("- {rule: malformed-tag, app: cart, reason: a demo}\n")) == BOTH


def test_not_unused_where_a_rule_is_undecided() -> None:
    """A layer that cannot be read hides what the waiver is for."""
    files = CLEAN | {
        DEV: "image: [\n",
        CONTRACT: "waivers: [{rule: mutable-tag, environment: dev, reason: a demo}]\n",
    }
    assert places(check_files(files, ["mutable-tag", "waivers"])) == []


def test_excerpt() -> None:
    """What is wrong with a waiver is shown with its line."""
    report = checked("- {rule: mutable-tag, app: cart, reason: a demo}\n")
    assert report.sources[CONTRACT].line(3) == "- {rule: mutable-tag, app: cart, reason: a demo}"


BROKEN = {
    "no reason": ("{rule: mutable-tag, app: shop}", "waivers[0] needs 'reason'"),
    "an empty reason": ("{rule: mutable-tag, app: shop, reason: ' '}", "a waiver needs a reason"),
    "no place": ("{rule: mutable-tag, reason: a demo}", "say where"),
    "an unknown rule": ("{rule: mutabel-tag, app: shop, reason: a demo}", "did you mean 'mutable-tag'"),
    "a rule about waivers": ("{rule: unused-waiver, app: shop, reason: a demo}", "cannot be waived"),
    "no day": ("{rule: mutable-tag, app: shop, reason: a demo, until: soon}", "'soon' is no day"),
    "a day that is not": ("{rule: mutable-tag, app: shop, reason: a, until: 2026-02-29}", "'2026-02-29' is no day"),
    "a broken glob": ("{rule: mutable-tag, path: 'a[b', reason: a demo}", "is not closed"),
    "an unknown key": ("{rule: mutable-tag, env: dev, reason: a demo}", "'env' is no key"),
}


@pytest.mark.parametrize(("entry", "message"), BROKEN.values(), ids=BROKEN)
def test_broken(entry: str, message: str) -> None:
    """A waiver that cannot be meant is refused with its place, as everything in the contract."""
    with pytest.raises(ContractError, match=r"^\.gitopslint\.yaml:2:") as caught:
        checked_text(f"waivers:\n- {entry}\n")
    assert message in str(caught.value)


def test_allowance_with_no_day() -> None:
    """The last day of an allowance is one of the calendar."""
    with pytest.raises(ContractError, match="no day"):
        checked_text("secrets: {allow: [{path: x, reason: y, until: 1.1.2027}]}\n")


def checked_text(contract: str) -> Report:
    """Check the files under a contract."""
    return check_files(FILES | {CONTRACT: contract})


DAYS = {
    "a leap day": ("2028-02-29", True),
    "the last of a long month": ("2026-12-31", True),
    "a century": ("1900-02-29", False),
    "a fourth century": ("2000-02-29", True),
    "no month": ("2026-00-10", False),
    "a short year": ("26-01-01", False),
}


@pytest.mark.parametrize(("text", "fine"), DAYS.values(), ids=DAYS)
def test_days(text: str, fine: bool) -> None:
    """Days are those of the calendar."""
    contract = f"waivers: [{{rule: mutable-tag, app: cart, reason: a demo, until: '{text}'}}]\n"
    if fine:
        checked_text(contract)
    else:
        with pytest.raises(ContractError, match="no day"):
            checked_text(contract)


@pytest.mark.parametrize(
    ("until", "rules"), [("2026-03-02", []), ("2026-03-01", []), ("2026-02-28", ["expired-waiver", "secret-in-values"])]
)
def test_allowance_until(until: str, rules: list[str]) -> None:
    """What is allowed until a day is a finding from the next one on."""
    allow = f"[{{path: test/**, until: {until}, reason: a test}}]"
    files = CLEAN | {
        CONTRACT: f"secrets: {{allow: {allow}}}\n",
        "test/db.json": '{"db": {"password": "summer2024"}}\n',
    }
    assert [one.rule for one in check_files(files).findings] == rules


@pytest.mark.parametrize(("selected", "rules"), [("secrets", ["unused-waiver"]), ("mutable-tag", [])])
def test_allowance_without_a_search(selected: str, rules: list[str]) -> None:
    """That nothing is allowed by an entry is told by a run that looks for secrets, and by no other one."""
    files = CLEAN | {CONTRACT: "secrets: {allow: [{path: nowhere/**, reason: a test}]}\n"}
    assert [one.rule for one in check_files(files, [selected, "waivers"]).findings] == rules

"""Reports of several repositories as one: whose is what can be told, and nothing is lost."""

from __future__ import annotations

from gitopslint.engine.federation import federated
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.board import Board, Deployment, Track
from gitopslint.model.finding import (
    Comparison,
    Edit,
    Fault,
    Finding,
    Fix,
    Related,
    Report,
    Undecided,
    Unread,
    Waived,
)
from gitopslint.model.record import changed
from gitopslint.model.source import Source
from gitopslint.model.span import Span, file_start
from gitopslint.model.timeline import Image

RULE = load_catalogue()["mutable-tag"]
OWN = changed(RULE, summary="Another rule of the same name.")
SPAN = Span("a.yaml", 1, 1, 1, 2)


def report(prefix: str = "", **more: object) -> Report:
    fix = Fix("Mend it.", (Edit(SPAN, ""),))
    finding = Finding("mutable-tag", "error", "m", SPAN, "f", (Related(SPAN, "also"),), app="shop", fix=fix)
    track = Track("shop", None, (Deployment("dev", Image("image", "shop", "1"), files=("a.yaml",)),), ())
    whole = Report(
        {"mutable-tag": RULE},
        ("mutable-tag",),
        (finding,),
        (Undecided(("mutable-tag",), "why", "how", (SPAN, file_start(""))),),
        (Waived(finding, "reason", SPAN),),
        (Fault("mutable-tag", "shop", "ValueError"),),
        (Unread("b.yaml", "no text"),),
        {"a.yaml": Source(("x",))},
        prefix,
        ".gitopslint.yaml",
        2,
        1,
        "platform",
        fixed=1,
        board=Board(("dev",), (track,)),
    )
    return whole._replace(**more)  # type: ignore[arg-type]


def test_everything_has_the_name_of_its_repository() -> None:
    """Paths begin with it, behind it the way to what was checked there; apps as well."""
    both = federated({"two": report(), "one": report("deploy/")})
    assert [one.span.path for one in both.findings] == ["one/deploy/a.yaml", "two/a.yaml"]
    assert [one.related[0].span.path for one in both.findings] == ["one/deploy/a.yaml", "two/a.yaml"]
    assert [one.fix.edits[0].span.path for one in both.findings if one.fix] == ["one/deploy/a.yaml", "two/a.yaml"]
    assert [one.app for one in both.findings] == ["one/shop", "two/shop"]
    assert [[span.path for span in one.spans] for one in both.undecided] == [
        ["one/deploy/a.yaml", ""],
        ["two/a.yaml", ""],
    ]
    assert [(one.span.path, one.finding.span.path) for one in both.waived] == [
        ("one/deploy/a.yaml",) * 2,
        ("two/a.yaml",) * 2,
    ]
    assert [one.subject for one in both.faults] == ["one: shop", "two: shop"]
    assert [one.path for one in both.unread] == ["one/deploy/b.yaml", "two/b.yaml"]
    assert list(both.sources) == ["one/deploy/a.yaml", "two/a.yaml"]
    assert both.contract == "one/.gitopslint.yaml, two/.gitopslint.yaml"
    assert (both.files, both.apps, both.fixed, both.other) == (4, 2, 2, "platform")


def test_without_a_contract_or_one_other_repository() -> None:
    """The default contract is told, and which other repository it is where there is only one."""
    both = federated({"one": report(contract=None), "two": report(other="infra")})
    assert both.contract == "the default contract in one, two/.gitopslint.yaml"
    assert both.other == "the other repository"


def test_rules_of_the_same_name() -> None:
    """Where two repositories mean different rules by a name, both get the name of theirs."""
    assert list(federated({"one": report(), "two": report()}).catalogue) == ["mutable-tag"]
    both = federated({"one": report(), "two": report(catalogue={"mutable-tag": OWN})})
    assert both.catalogue == {"one/mutable-tag": RULE, "two/mutable-tag": OWN}
    assert both.rules == ("one/mutable-tag", "two/mutable-tag")
    assert [one.rule for one in both.findings] == ["one/mutable-tag", "two/mutable-tag"]
    assert [one.rule for one in both.faults] == ["one/mutable-tag", "two/mutable-tag"]


def test_one_board() -> None:
    """All apps, and the environments in the order of the repositories; none where nobody has one."""
    other = report().board
    assert other is not None
    board = federated({"one": report(), "two": report(board=other._replace(environments=("dev", "prod")))}).board
    assert board is not None
    assert board.environments == ("dev", "prod")
    assert [(one.app, one.deployments[0].files) for one in board.tracks] == [
        ("one/shop", ("one/a.yaml",)),
        ("two/shop", ("two/a.yaml",)),
    ]
    assert federated({"one": report(board=None), "two": report(board=None)}).board is None
    alone = federated({"one": report(board=None), "two": report()}).board
    assert alone is not None
    assert [one.app for one in alone.tracks] == ["two/shop"]


def test_one_comparison() -> None:
    """What any repository knew is known; without a base anywhere, nothing is."""
    assert federated({"one": report(), "two": report()}).comparison is None
    one, two = Comparison("main", frozenset({"f"}), 1), Comparison("v1", frozenset({"g"}), 2)
    both = federated({"two": report(comparison=two), "one": report(comparison=one), "three": report()}).comparison
    assert both == Comparison("one main, two v1", frozenset({"f", "g"}), 3)

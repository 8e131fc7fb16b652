"""A run as a whole: nothing passes for checked that was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gitopslint.engine.run import run
from gitopslint.engine.selection import select
from gitopslint.loaders.history import NO_HISTORY, Unavailable
from gitopslint.loaders.product import Product
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.tree import ReadError
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Undecided
from gitopslint.model.share import Share
from tests.support.runs import CLEAN, MemoryTree, check_files, contract_of, places

DEV, PROD = "deploy/env/release-dev/shop.yaml", "deploy/env/release-prod/shop.yaml"
LATEST = "image: {repository: registry.example.com/shop, tag: latest}\n"


def test_broken_layer_leaves_the_image_undecided() -> None:
    """Where a layer is not readable, its error is reported and every rule about the image says undecided."""
    report = check_files(CLEAN | {"deploy/env/dev/shop.yaml": "env: [\n", DEV: LATEST})
    assert places(report) == ["deploy/env/dev/shop.yaml:1:7 invalid-yaml"]
    (one,) = report.undecided
    assert "shop in dev" in one.reason
    assert {"mutable-tag", "missing-tag", "retyped-tag"} <= set(one.rules)
    assert "mutable-tag" not in {f.rule for f in report.findings}


def test_other_environment_is_still_judged() -> None:
    """A broken layer of one environment hides nothing in another."""
    report = check_files(CLEAN | {"deploy/env/dev/shop.yaml": "env: [\n", PROD: LATEST})
    assert f"{PROD}:1:53 mutable-tag" in places(report)


def test_unknown_environment_is_undecided() -> None:
    """Files where layers of another environment would stand are named, with what to do."""
    report = check_files(CLEAN | {"deploy/env/stage/shop.yaml": "a: 1\n", "deploy/env/release-stage/shop.yaml": LATEST})
    (one,) = report.undecided
    assert "'stage'" in one.reason
    assert "environments" in one.remedy
    assert report.findings == ()


def test_limits_are_undecided() -> None:
    """A layer beyond our limits is no finding and no silence."""
    deep = "a: " + "[" * 200 + "]" * 200 + "\n"
    report = check_files(CLEAN | {"deploy/env/dev/shop.yaml": deep})
    assert report.findings == ()
    assert any("invalid-yaml" in one.rules and "nested deeper" in one.reason for one in report.undecided)
    assert report.verdict == "undecided"


def test_an_unreadable_layer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer that cannot be read is unread, its stack undecided, and the run does not pass."""
    original = MemoryTree.read_many

    def read_many(self: MemoryTree, paths: Any) -> Iterator[tuple[str, bytes | ReadError]]:
        for path, data in original(self, paths):
            yield path, ReadError("Permission denied") if path == DEV else data

    monkeypatch.setattr(MemoryTree, "read_many", read_many)
    report = check_files(CLEAN)
    assert [(one.path, one.reason) for one in report.unread] == [(DEV, "Permission denied")]
    assert report.verdict == "undecided"
    assert any("mutable-tag" in one.rules for one in report.undecided)
    assert report.findings == ()  # it is there, so it is not missing


def test_doubts_of_one_kind_are_one() -> None:
    """Many places of one doubt are one entry with all of them."""
    job = "kind: Job\nimage: [\n"
    report = check_files(CLEAN | {f"deploy/jobs/{n}.yaml": job for n in range(3)})
    (one,) = report.undecided
    assert isinstance(one, Undecided)
    assert [span.path for span in one.spans] == [f"deploy/jobs/{n}.yaml" for n in range(3)]


def test_scope_reports_one_folder_and_reads_all() -> None:
    """A path below the root limits what is reported, not what is known."""
    files = CLEAN | {DEV: LATEST, PROD: LATEST.replace("shop,", "other,")}
    assert places(check_files(files, scope="deploy/env/release-dev")) == [f"{DEV}:1:53 mutable-tag"]
    found = places(check_files(files, scope=PROD))
    assert f"{PROD}:1:21 mismatched-repository" in found
    assert not any(DEV in place for place in found)


def test_level_of_the_contract() -> None:
    """The contract sets levels and turns rules off; a case that is milder stays milder."""
    job = "apiVersion: batch/v1\nkind: Job\nspec: {containers: [{image: a:latest}]}\n"
    files = CLEAN | {DEV: LATEST, "deploy/jobs/x.yaml": job}
    levels = [
        [
            f.level
            for f in check_files(files | {".gitopslint.yaml": f"rules: {{mutable-tag: {{level: {level}}}}}"}).findings
        ]
        for level in ("error", "note", "off")
    ]
    assert levels == [["error", "warning"], ["note", "note"], []]


def test_excluded_files_are_not_read() -> None:
    """`exclude` takes files away from every rule, in the syntax of .gitignore, exceptions included."""
    job = "apiVersion: batch/v1\nkind: Job\nspec: {containers: [{image: a:latest}]}\n"
    files = CLEAN | {"vendor/a.yaml": job, "vendor/ours/b.yaml": job}
    contract = "exclude: ['vendor/*', '!vendor/ours/']\n"
    assert [str(f.span) for f in check_files(files | {".gitopslint.yaml": contract}).findings] == [
        "vendor/ours/b.yaml:3:31"
    ]


def test_twins_have_fingerprints_of_their_own() -> None:
    """Two findings of one rule at one key path are told apart, and stay apart when one of them moves."""
    text = "env: {A: '{{ .Values.a }}'}\n"
    files = CLEAN | {"deploy/env/dev/shop.yaml": text, "deploy/env/prod/shop.yaml": text}
    before = check_files(files).findings
    assert len({finding.fingerprint for finding in before}) == len(before) == 2
    moved = check_files(files | {"deploy/env/dev/shop.yaml": "\n\n" + text}).findings
    assert [f.fingerprint for f in moved] == [f.fingerprint for f in before]


def test_shares_find_what_one_run_finds() -> None:
    """Machines that divide the apps find together what a machine finds alone, and each of them finds its own."""
    layers = {f"deploy/env/release-dev/app-{number}.yaml": LATEST for number in range(8)}
    contract, catalogue = Contract(platform="none"), load_catalogue()

    def found(share: Share) -> list[str]:
        product = Product(MemoryTree(layers), contract)
        return places(run(product, catalogue, select(catalogue, contract, ["mutable-tag"]), share=share))

    first, second = found(Share(1, 2)), found(Share(2, 2))
    assert sorted(first + second) == found(Share())
    assert len(found(Share())) == 8
    assert first
    assert second


@pytest.mark.parametrize(("rule", "times"), [("mutable-tag", 0), ("skipped-environment", 1)])
def test_the_history_is_opened_where_a_rule_asks_for_it(rule: str, times: int) -> None:
    """A run of other rules does not wait for git."""
    opened: list[Unavailable] = []

    def open_history() -> Unavailable:
        opened.append(NO_HISTORY)
        return NO_HISTORY

    contract, catalogue = contract_of(CLEAN | {".gitopslint.yaml": "platform: none\n"})
    product = Product(MemoryTree(CLEAN), contract, open_history=open_history)
    run(product, catalogue, select(catalogue, contract, [rule]))
    product.close()
    assert len(opened) == times

"""The policies that ship: data that the loader would take from a user, and nothing that other users must fear."""

from __future__ import annotations

from typing import Any

import pytest

from gitopslint.loaders.rules import load_catalogue, read_rule_file, rule_files
from gitopslint.loaders.validation import validated
from gitopslint.loaders.yaml import parse
from gitopslint.model.document import plain
from gitopslint.model.policy import FAMILY, Policy
from tests.support.project import ROOT
from tests.support.runs import CLEAN, check_files, places

FILES = [path for path in rule_files() if read_rule_file(path)["family"] == FAMILY]
CATALOGUE = load_catalogue()


def test_there_are_some() -> None:
    """The default contract has the policies of its layout."""
    assert [path.stem for path in FILES] == [
        "bundled-database",
        "committed-media",
        "foreign-secret-ref",
        "shared-bucket",
        "shared-host",
        "wrong-environment-name",
        "wrong-public-url",
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_written_as_a_user_would(path: Any) -> None:
    """Each file is one that a user could have written, and the compiled catalogue demands the same."""
    root = parse(path.name, path.read_bytes()).root
    mistakes: list[str] = []
    policy = validated(Policy, root, plain(root), "the rule", mistakes)
    assert mistakes == []
    assert policy is not None
    compiled = CATALOGUE[path.stem]
    assert compiled.demand == policy.rule().demand
    assert compiled.level == "warning"
    assert not compiled.own


@pytest.mark.parametrize("folder", ["examples/clean", "examples/web-core"])
def test_silent_on_what_is_right(folder: str) -> None:
    """Repositories that follow the policies hear nothing of them."""
    files = {
        path.relative_to(ROOT / folder).as_posix(): path.read_bytes()
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    report = check_files(files, [FAMILY])
    assert places(report) == []
    assert report.undecided == ()


def test_silent_on_what_is_not_there() -> None:
    """A repository that has none of these keys, and no Application, hears nothing of them."""
    report = check_files(CLEAN, [FAMILY])
    assert places(report) == []
    assert report.undecided == ()


def test_turned_off_as_the_fix_says() -> None:
    """`policies: []` leaves none of them, and one that is named stays."""
    files = CLEAN | {"deploy/env/dev/shop.yaml": "env: {SYNESTRA_ENV: prod}\npostgres: {enabled: true}\n"}
    assert len(check_files(files).findings) == 2
    assert check_files(files | {".gitopslint.yaml": "policies: []\n"}).findings == ()
    (kept,) = check_files(files | {".gitopslint.yaml": "policies: [bundled-database]\n"}).findings
    assert kept.rule == "bundled-database"

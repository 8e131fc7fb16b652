"""A changed lockfile counts for the apps for which other things are installed, and for no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gitopslint.loaders.build_inputs import BuildInputs
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.affected import Cause
from gitopslint.model.contract import Contract
from tests.support.lockfiles import FORMATS, NAMES, locked
from tests.support.repo import Repo
from tests.support.turbo import affected_packages

APPS = ("shop", "cart")
CHANGES = {
    "a direct dependency": ({"leftpad": "0.0.2"}, {"shop"}),
    "one of a dependency of a package": ({"number": "6.0.1"}, {"cart"}),
    "both": ({"leftpad": "0.0.2", "number": "6.0.1"}, {"shop", "cart"}),
    "nothing that is installed": ({"comment": True}, set[str]()),
}


def causes(before: dict[str, str], after: dict[str, str], path: str) -> dict[str, Cause]:
    """Return why a lockfile counts, by app."""
    then, now = (BuildInputs(MemoryTree(files), Layout(Contract(), files), APPS) for files in (before, after))
    old, new = (files[path].encode() if path in files else None for files in (before, after))
    found = {app: now.lock_cause(app, path, old, new, then) for app in APPS}
    return {app: cause for app, cause in found.items() if cause is not None}


@pytest.mark.parametrize("manager", FORMATS)
@pytest.mark.parametrize(("other", "expected"), CHANGES.values(), ids=CHANGES)
def test_narrowed(manager: str, other: dict[str, Any], expected: set[str]) -> None:
    """Each format is followed from the app over packages of the workspace to what those need in turn."""
    found = causes(locked(manager), locked(manager, **other), NAMES[manager])
    assert set(found) == expected
    assert {cause.kind for cause in found.values()} <= {"lockfile"}


@pytest.mark.parametrize("manager", FORMATS)
def test_as_turbo(manager: str, tmp_path: Path) -> None:
    """The real turbo narrows the same lockfiles to the same apps."""
    repo = Repo(tmp_path)
    repo.commit("Begin", {**locked(manager), "turbo.json": '{"tasks": {"build": {}}}'})
    after = locked(manager, number="6.0.1")
    repo.write(NAMES[manager], after[NAMES[manager]])
    assert affected_packages(tmp_path).intersection(APPS) == set(causes(locked(manager), after, NAMES[manager]))


@pytest.mark.parametrize("manager", FORMATS)
def test_reason(manager: str) -> None:
    """It says which package changes, and how."""
    found = causes(locked(manager), locked(manager, number="6.0.1"), NAMES[manager])
    assert "is-number 6.0.0 → 6.0.1" in found["cart"].detail


UNREAD = {
    "broken YAML": ("pnpm-lock.yaml", "lockfileVersion: ['", "pnpm-lock.yaml cannot be narrowed"),
    "an old format": ("pnpm-lock.yaml", "lockfileVersion: 5.4\n", "lockfileVersion '5.4' is not known"),
    "broken JSON": ("package-lock.json", "{", "line 1, column 3"),
    "npm 6": ("package-lock.json", '{"lockfileVersion": 1, "dependencies": {}}', "lockfileVersion 1 is not known"),
    "a format of npm that is not known yet": (
        "package-lock.json",
        '{"lockfileVersion": 4, "packages": {}}',
        "lockfileVersion 4 is not known",
    ),
    "no lockfile of yarn": ("yarn.lock", "<<<<<<< HEAD\n", "line 1 is none of yarn's format"),
    "bun": ("bun.lock", "{}", "this format is not read"),
}


@pytest.mark.parametrize(("path", "text", "said"), UNREAD.values(), ids=UNREAD)
def test_unread(path: str, text: str, said: str) -> None:
    """A lockfile that cannot be read counts for every app that is a package, and says why."""
    before = locked("npm@10.8.0") | {path: text}
    found = causes(before, before | {path: text + " "}, path)
    assert {app: cause.kind for app, cause in found.items()} == dict.fromkeys(APPS, "undecided")
    assert said in found["shop"].detail


def test_of_root() -> None:
    """What is installed for the root package, a compiler for example, is there for every build."""
    before, after = locked("pnpm@9.12.0"), locked("pnpm@9.12.0", number="6.0.1")
    for files in (before, after):
        files["pnpm-lock.yaml"] = files["pnpm-lock.yaml"].replace(
            "  .: {}", "  .: {devDependencies: {is-odd: {specifier: ^3.0.0, version: 3.0.1}}}"
        )
    assert set(causes(before, after, "pnpm-lock.yaml")) == {"shop", "cart"}


def test_settings() -> None:
    """A setting of the lockfile can change any resolution, so it counts for all."""
    before, after = locked("pnpm@9.12.0"), locked("pnpm@9.12.0")
    after["pnpm-lock.yaml"] = after["pnpm-lock.yaml"].replace("autoInstallPeers: true", "autoInstallPeers: false")
    assert {cause.detail for cause in causes(before, after, "pnpm-lock.yaml").values()} == {"its settings"}


def test_come_and_gone() -> None:
    """Without a lockfile before or after there is nothing to narrow by."""
    before = locked("yarn@1.22.22")
    after = {path: text for path, text in before.items() if path != "yarn.lock"}
    assert {one.detail for one in causes(before, after, "yarn.lock").values()} == {"it was removed"}
    assert {one.detail for one in causes(after, before, "yarn.lock").values()} == {"it was added"}


def test_addresses_are_not_shown() -> None:
    """A version that is an address may hold a password."""
    before = locked("pnpm@9.12.0")
    secret = "https://user:hunter2hunter2@registry.example.com/number.tgz"
    after = before | {"pnpm-lock.yaml": before["pnpm-lock.yaml"].replace("is-number: 6.0.0", f"is-number: {secret}")}
    detail = causes(before, after, "pnpm-lock.yaml")["cart"].detail
    assert "hunter2" not in detail
    assert "is-number" in detail

"""Which package depends on which, with the real turbo as the witness."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from gitopslint.loaders.build_inputs import BuildInputs
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.tree import MemoryTree
from gitopslint.loaders.workspaces import read_workspace
from gitopslint.model.contract import AppSettings, Contract
from tests.support.repo import Repo
from tests.support.turbo import affected_packages, pruned
from tests.support.workspaces import MANAGERS, workspace

APPS = ("app0", "app1", "app2")
FILES = (
    *(f"packages/{name}/index.ts" for name in ("ui", "core", "forms", "config", "deep/inner")),
    "apps/app0/page.ts",
    "shared/tokens.css",
    "shared/README.md",
    "turbo.json",
)


def inputs(files: dict[str, str], contract: Contract | None = None) -> BuildInputs:
    """Return the build inputs of a workspace that a test holds in its hands."""
    return BuildInputs(MemoryTree(files), Layout(contract or Contract(), files), (*APPS, "shop"))


@pytest.mark.parametrize("seed", range(10))
def test_affected_as_turbo(seed: int, tmp_path: Path) -> None:
    """A changed file affects the apps that turbo would build: links, ranges, protocols, cycles, globalDependencies."""
    chance = random.Random(seed)
    files = workspace(chance, MANAGERS[seed % len(MANAGERS)], peers=False)
    names = {app: json.loads(files[f"apps/{app}/package.json"])["name"] for app in APPS}
    repo = Repo(tmp_path)
    repo.commit("Begin", files)
    ours = inputs(files)
    for path in chance.sample(FILES, 2):
        repo.write(path, files.get(path, "") + "\n")
        found = affected_packages(tmp_path)
        assert set(ours.causes(path)) - {"shop"} == {app for app in APPS if names[app] in found}, path
        repo.git("reset", "--quiet", "--hard")
        repo.git("clean", "--quiet", "-d", "--force")


@pytest.mark.parametrize("seed", range(100, 105))
def test_needed_as_turbo(seed: int, tmp_path: Path) -> None:
    """An app needs the packages that `turbo prune` keeps for it, peers among them."""
    files = workspace(random.Random(seed), MANAGERS[seed % len(MANAGERS)])
    repo = Repo(tmp_path)
    repo.commit("Begin", files)
    found = inputs(files).workspace
    assert found is not None
    assert set(found.needed_by(["apps/app1"])) == pruned(tmp_path, [found.packages["apps/app1"].name])


ROOT = '{"name": "root", "workspaces": ["apps/*", "packages/*"]}'
SHOP = '{"name": "shop", "dependencies": {"@acme/forms": "*"}}'
BASE = {
    "package.json": ROOT,
    "apps/shop/package.json": SHOP,
    "packages/forms/package.json": '{"name": "@acme/forms", "dependencies": {"@acme/ui": "*"}}',
    "packages/ui/package.json": '{"name": "@acme/ui"}',
    "packages/mail/package.json": '{"name": "@acme/mail", "version": "2.0.0"}',
    "turbo.json": '{"globalDependencies": ["tokens/**"], // the design\n"tasks": {},}',
}
CAUSES = {
    "its own file": ({}, "apps/shop/page.ts", "source"),
    "a package": ({}, "packages/forms/index.ts", "package via @acme/forms"),
    "a package of a package": ({}, "packages/ui/index.ts", "package via @acme/forms → @acme/ui"),
    "a package of nobody": ({}, "packages/mail/index.ts", None),
    "the root manifest": ({}, "package.json", "shared"),
    "turbo's own file": ({}, "turbo.json", "shared"),
    "a global dependency, in JSON with comments": ({}, "tokens/a.css", "shared"),
    "a loose file": ({}, "README.md", None),
    "documentation": ({}, "docs/index.md", None),
    "a layer": ({}, "deploy/env/dev/shop.yaml", None),
    "a package that the root needs": (
        {"package.json": ROOT[:-1] + ', "devDependencies": {"@acme/mail": "*"}}'},
        "packages/mail/index.ts",
        "shared",
    ),
    "a range that the version does not satisfy": (
        {"apps/shop/package.json": '{"name": "shop", "dependencies": {"@acme/mail": "^1.0.0"}}'},
        "packages/mail/index.ts",
        None,
    ),
    "an app found by the name of its package": (
        {"apps/shop/package.json": None, "packages/web/package.json": SHOP.replace('"shop"', '"@acme/shop"')},
        "packages/ui/index.ts",
        "package via @acme/forms → @acme/ui",
    ),
    "an app without a package": ({"apps/shop/package.json": None}, "packages/ui/index.ts", None),
    "the root manifest, for an app without a package": ({"apps/shop/package.json": None}, "package.json", None),
    "no workspace at all": ({"package.json": None}, "packages/ui/index.ts", None),
    "a package that cannot be read": ({"packages/mail/package.json": "{"}, "packages/mail/index.ts", "undecided"),
    "an app that cannot be read": ({"apps/shop/package.json": "{"}, "packages/mail/index.ts", "undecided"),
    "a root that cannot be read": ({"package.json": "{"}, "packages/mail/index.ts", "undecided"),
    "turbo.json that cannot be read": ({"turbo.json": "{"}, "README.md", "undecided"),
    "pnpm, without a list of packages": (
        {"pnpm-workspace.yaml": "onlyBuiltDependencies: [esbuild]\n"},
        "packages/ui/index.ts",
        "package via @acme/forms → @acme/ui",
    ),
    "pnpm, with a list that cannot be read": ({"pnpm-workspace.yaml": "packages: ["}, "packages/mail/index.ts", None),
    "a loose file, with a turbo.json that is read": ({"turbo.json": "{}"}, "tokens/a.css", None),
}


@pytest.mark.parametrize(("changes", "path", "expected"), CAUSES.values(), ids=CAUSES)
def test_cause(changes: dict[str, str | None], path: str, expected: str | None) -> None:
    """A file counts for an app for one reason, and what nobody can tell counts as well."""
    files = {name: text for name, text in (BASE | changes).items() if text is not None}
    found = inputs(files)
    cause = found.causes(path).get("shop")
    assert cause == found.cause("shop", path)
    via = f" via {' → '.join(cause.via)}" if cause is not None and cause.via else ""
    assert (cause and f"{cause.kind}{via}") == expected


def test_contract() -> None:
    """The contract says what all share and what nobody is built from, for apps of any language."""
    contract = Contract(shared_sources=("build/**",), ignored_sources=("docs/**", "**/*.md"))
    found = inputs({}, contract)
    assert [bool(found.cause("shop", path)) for path in ("build/base.mk", "apps/shop/a.go", "apps/shop/a.md")] == [
        True,
        True,
        False,
    ]


def test_no_version() -> None:
    """A package without a version is taken for the one that is meant: turbo leaves it out, and a build could be missed."""
    files = BASE | {"apps/shop/package.json": '{"name": "shop", "dependencies": {"@acme/ui": "^1.0.0"}}'}
    assert inputs(files).cause("shop", "packages/ui/index.ts")


def test_latest() -> None:
    """A tag instead of a range is linked."""
    files = BASE | {"apps/shop/package.json": '{"name": "shop", "dependencies": {"@acme/mail": "latest"}}'}
    assert inputs(files).cause("shop", "packages/mail/index.ts")


def test_an_app_that_serves_the_documentation() -> None:
    """Sources that lead right into what is ignored are meant; a pattern that only covers it is not."""
    settings = {"shop": AppSettings(sources=("docs/site/**",)), "app0": AppSettings(sources=("**",))}
    found = inputs({}, Contract(apps=settings))
    assert set(found.causes("docs/site/index.md")) == {"shop"}
    assert set(found.causes("docs/index.md")) == set()


LISTS = {
    "npm": {"package.json": '{"workspaces": ["packages/*"]}'},
    "pnpm": {"package.json": "{}", "pnpm-workspace.yaml": "packages: [packages/*]\n"},
}


@pytest.mark.parametrize("files", LISTS.values(), ids=LISTS)
def test_a_folder_that_the_list_leaves_out(files: dict[str, str]) -> None:
    """Only folders that the list names are packages, and a list that is read leaves nothing open."""
    found = read_workspace(MemoryTree({**files, "packages/ui/package.json": "{}", "tools/gen/package.json": "{}"}))
    assert found is not None
    assert (list(found.packages), found.unknown) == (["", "packages/ui"], None)


# The version of pnpm, its settings, and whether a range without `workspace:` leads to the package beside.
LINKING = {
    "an older version": (8, "", True),
    "an older version that is told not to": (8, "link-workspace-packages=false\n", False),
    "a newer version": (9, "", False),
    "a newer version that is told to": (9, "link-workspace-packages = true\n", True),
    "a newer version with other settings": (9, "save-exact=true\n", False),
}


@pytest.mark.parametrize(("version", "settings", "linked"), LINKING.values(), ids=LINKING)
def test_ranges_of_pnpm(version: int, settings: str, linked: bool) -> None:
    """Whether an app is built from the package beside it or from the registry is what pnpm would do."""
    files = {
        "package.json": f'{{"packageManager": "pnpm@{version}.0.0"}}',
        "pnpm-workspace.yaml": "packages: ['*']\n",
        "app/package.json": '{"name": "app", "dependencies": {"ui": "*"}}',
        "ui/package.json": '{"name": "ui"}',
    }
    found = read_workspace(MemoryTree(files | ({".npmrc": settings} if settings else {})))
    assert found is not None
    assert ("ui" in found.needed_by(["app"])) is linked


def test_what_all_share_counts_for_all() -> None:
    """A file that the contract calls shared is a reason to build every app, wherever their own files are."""
    found = inputs({}, Contract(shared_sources=("build/**",)))
    assert set(found.causes("build/base.mk")) == {*APPS, "shop"}

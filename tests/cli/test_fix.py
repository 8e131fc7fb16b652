"""`gitopslint check --fix`: what it repairs, what it leaves, and that nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.loaders.rewriting import rewritten
from gitopslint.model.finding import Edit
from gitopslint.model.span import Span
from tests.support.product import clean_product
from tests.support.repo import Repo
from tests.support.runs import CLEAN, write_files

DEV, ENV = "deploy/env/release-dev/shop.yaml", "deploy/env/dev/shop.yaml"
CONTRACT = "platform: none\npolicies: []\ncommits: elsewhere\n"
HEAD = "image:\n  repository: registry.example.com/shop\n"
TAG = "4f9d2c7b81ae-r3"

# What is written over the clean repository, and what the files are afterwards: by --fix, and by --unsafe-fixes.
CASES: Mapping[str, tuple[dict[str, str], dict[str, str], dict[str, str]]] = {
    "a retyped tag": (
        {DEV: f"{HEAD}  tag: 9505540  # CI\n"},
        {DEV: f'{HEAD}  tag: "9505540"  # CI\n'},
        {},
    ),
    "a retyped tag that is wrong for another reason, too": (
        {DEV: f"{HEAD}  tag: 1.10\n"},
        {DEV: f'{HEAD}  tag: "1.10"\n'},
        {},
    ),
    "in a flow mapping of Windows": (
        {DEV: "\ufeffimage: {repository: registry.example.com/shop, tag: 12345e67}\r\n"},
        {DEV: '\ufeffimage: {repository: registry.example.com/shop, tag: "12345e67"}\r\n'},
        {},
    ),
    "by an anchor, that another value uses": (
        {DEV: f"{HEAD}  tag: &v 9505540\nenv:\n  APP_NAME: *v\n"},
        {},
        {DEV: f'{HEAD}  tag: &v "9505540"\nenv:\n  APP_NAME: *v\n'},
    ),
    "the same value in both layers": (
        {DEV: f"{HEAD}  tag: {TAG}\nenv:\n  APP_NAME: shop\n", ENV: "a: 1\nenv:\n  APP_NAME: shop\n  APP_ENV: dev\n"},
        {DEV: f"{HEAD}  tag: {TAG}\n"},
        {},
    ),
    "the image in both layers": (
        {ENV: f"image:\n  pullPolicy: Always\n  tag: {TAG}\nenv:\n  APP_ENV: dev\n"},
        {ENV: "image:\n  pullPolicy: Always\nenv:\n  APP_ENV: dev\n"},
        {},
    ),
    "the image in both layers, with a comment": (
        {ENV: f"image:\n  pullPolicy: Always\n  tag: {TAG}  # why\n"},
        {},
        {ENV: "image:\n  pullPolicy: Always\n"},
    ),
    "two values that differ": (
        {ENV: "image:\n  pullPolicy: Always\n  tag: 4f9d2c7b81ae-r4\n"},
        {},
        {},
    ),
    "the only key of its mapping": (
        {ENV: f"a: 1\nimage:\n  tag: {TAG}\n  repository: registry.example.com/shop\nb: 2\n"},
        {ENV: "a: 1\nb: 2\n"},
        {},
    ),
    "the only key of its mapping, with a comment": (
        {ENV: f"a: 1\nimage:\n  # why\n  tag: {TAG}\n"},
        {},
        {ENV: "a: 1\n"},
    ),
    "the only key of its file": ({ENV: f"image:\n  tag: {TAG}\n"}, {}, {}),
    "a key twice, with one value": (
        {ENV: "a: 1\nb: 2\na: 1\n"},
        {ENV: "b: 2\na: 1\n"},
        {},
    ),
    "a key twice, with an anchor": ({ENV: "a: &x 1\nb: *x\na: 1\n"}, {}, {}),
    "a key twice, with two values": ({ENV: "a: 1\nb: 2\na: 3\n"}, {}, {ENV: "b: 2\na: 3\n"}),
    "two fixes in one file": (
        {DEV: f"{HEAD}  tag: 0x10\nenv:\n  APP_NAME: a\n  APP_NAME: a\n"},
        {DEV: f'{HEAD}  tag: "0x10"\nenv:\n  APP_NAME: a\n'},
        {},
    ),
    "one fix that comes to light by another": (
        {DEV: f"{HEAD}  tag: 0x10\n  tag: 0x10\n"},
        {DEV: f'{HEAD}  tag: "0x10"\n'},
        {},
    ),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    write_files(tmp_path, {**CLEAN, ".gitopslint.yaml": CONTRACT})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


@pytest.mark.parametrize(("files", "safe", "unsafe"), CASES.values(), ids=CASES)
def test_files(files: dict[str, str], safe: dict[str, str], unsafe: dict[str, str], here: Path) -> None:
    """Each fix changes what it says and nothing else; what is not safe needs to be asked for."""
    write_files(here, files)
    before = contents(here)
    main(["check", "--fix"])
    assert contents(here) == before | safe
    main(["check", "--unsafe-fixes"])
    assert contents(here) == before | safe | unsafe


def test_report(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What can be repaired has a mark, and afterwards the report counts it."""
    write_files(here, {DEV: f"{HEAD}  tag: 9505540\n", ENV: "a: 1\na: 2\n"})
    assert main(["check"]) == 1
    out = capfd.readouterr().out
    assert f"{DEV}:3:8: error[retyped-tag] [*] the unquoted tag" in out
    assert out.endswith("\n[*] 1 fixable with `--fix`, 1 more with `--unsafe-fixes`\n")
    assert main(["check", "--fix"]) == 1
    out = capfd.readouterr().out
    assert "retyped-tag" not in out
    assert "\n1 fixed, 1 error" in out
    assert out.endswith("\n1 fixable with `--unsafe-fixes`\n")
    assert main(["check", "--unsafe-fixes"]) == 0
    assert "1 fixed, 1 undecided" in capfd.readouterr().out


def test_diff(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The difference is shown and nothing is written; 1 says that there is one."""
    write_files(here, {DEV: f"{HEAD}  tag: 9505540"})
    before = contents(here)
    assert main(["check", "--diff"]) == 1
    assert capfd.readouterr().out == (
        f"--- a/{DEV}\n+++ b/{DEV}\n@@ -1,3 +1,3 @@\n image:\n   repository: registry.example.com/shop\n"
        '-  tag: 9505540\n\\ No newline at end of file\n+  tag: "9505540"\n\\ No newline at end of file\n'
    )
    assert contents(here) == before
    main(["check", "--fix"])
    capfd.readouterr()
    assert main(["check", "--diff"]) == 0
    assert capfd.readouterr().out == ""


def test_no_secret_in_a_diff(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A secret next to what is repaired is not shown, nor is one that a fix takes away."""
    secret = "hunter2" + "summer2024"
    write_files(here, {ENV: f"env:\n  DB_PASSWORD: {secret}\n  X: 1\n  DB_PASSWORD: {secret}\n"})
    assert main(["check", "--diff"]) == 1
    out = capfd.readouterr().out
    assert "-  DB_PASSWORD: *****" in out
    assert secret not in out


def test_scope_and_selection(here: Path) -> None:
    """Only what is reported is repaired: in the file or folder, and by the rules, that were asked for."""
    write_files(here, {DEV: f"{HEAD}  tag: 9505540\n", ENV: "a: 1\na: 1\n"})
    before = contents(here)
    main(["check", "deploy/env/dev", "--fix", "--ignore", "duplicate-key"])
    assert contents(here) == before
    main(["check", "deploy/env/dev", "--fix"])
    assert contents(here) == before | {ENV: "a: 1\n"}


def test_waived(here: Path) -> None:
    """What somebody accepts with a reason stays as it is."""
    write_files(
        here, {DEV: f"{HEAD}  tag: 9505540  # gitopslint: ignore[retyped-tag] the chart prints it as a number\n"}
    )
    before = contents(here)
    main(["check", "--fix"])
    assert contents(here) == before


def test_staged(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The index is not written, so what is staged cannot be repaired."""
    Repo(here).git("add", "--all")
    for flag in ("--fix", "--unsafe-fixes", "--diff"):
        assert main(["check", "--staged", flag]) == 2
        assert "--staged checks the index" in capfd.readouterr().err


def test_in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """With a history and a base the same is done, and what is left is compared with the base."""
    repo = clean_product(tmp_path, {**CLEAN, ".gitopslint.yaml": "platform: none\npolicies: []\n"})
    tag = repo.git("log", "-1", "--format=%h", "--abbrev=12", "HEAD~2") + "-r3"
    repo.write(ENV, f"image:\n  pullPolicy: Always\n  tag: {tag}\n")
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--new-only", "--base", "HEAD"]) == 1
    assert main(["check", "--fix", "--new-only", "--base", "HEAD"]) == 0
    assert "2 fixed; since" in capfd.readouterr().out
    assert (tmp_path / ENV).read_text() == "image:\n  pullPolicy: Always\n"


def test_no_report_beside_a_difference(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A report that would not be written is refused."""
    assert main(["check", "--diff", "--report", "sarif=out"]) == 2
    assert "--diff shows the difference in the place of a report" in capfd.readouterr().err


def test_links(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A layer behind a link inside the repository is repaired where it is; nothing outside is ever touched."""
    write_files(here, {"real.yaml": f"{HEAD}  tag: 9505540\n"})
    (here / DEV).unlink()
    (here / DEV).symlink_to("../../../real.yaml")
    main(["check", "--fix"])
    assert (here / DEV).is_symlink()
    assert (here / "real.yaml").read_text() == f'{HEAD}  tag: "9505540"\n'
    outside = tmp_path_factory.mktemp("outside") / "shop.yaml"
    outside.write_text(f"{HEAD}  tag: 9505540\n")
    (here / DEV).unlink()
    (here / DEV).symlink_to(outside)
    assert main(["check", "--fix"]) == 2
    assert outside.read_text() == f"{HEAD}  tag: 9505540\n"


def test_short_ref(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the platform a short commit id is written out, where the product knows the commit; so is its line end."""
    product = clean_product(tmp_path / "product")
    commit = product.git("rev-parse", "HEAD~2")
    ref = "docker/web-shop/WEB_CORE_REF"
    for written, fixed in (
        (f"{commit[:9]}\n", f"{commit}\n"),
        (commit[:9], commit),
        (f"{commit[:9]}\r\n", f"{commit}\n"),
    ):
        write_files(tmp_path / "platform", {ref: written, "docker/web-shop/VERSION": f"{commit[:12]}\n"})
        monkeypatch.chdir(tmp_path / "platform")
        main(["check", "--product", "../product", "--fix"])
        assert (tmp_path / "platform" / ref).read_bytes().decode() == fixed
    (tmp_path / "platform" / ref).write_text("1234567\n")
    main(["check", "--product", "../product", "--fix"])
    assert (tmp_path / "platform" / ref).read_text() == "1234567\n"


def test_sarif(here: Path) -> None:
    """What SARIF offers is, edit by edit, what --fix does; what is not safe is not offered."""
    write_files(here, {DEV: f"{HEAD}  tag: 9505540\n", ENV: "a: 1\nb: '🛍'\na: 1\nb: 2\n"})
    main(["check", "--report", "sarif=out.sarif"])
    (run,) = json.loads((here / "out.sarif").read_text())["runs"]
    offered = {path: (here / path).read_bytes() for path in (DEV, ENV)}
    for result in run["results"]:
        for change in (one for fix in result.get("fixes", []) for one in fix["artifactChanges"]):
            path = change["artifactLocation"]["uri"]
            edits = []
            for one in change["replacements"]:
                at = one["deletedRegion"]
                span = Span(path, at["startLine"], at["startColumn"], at["endLine"], at["endColumn"])
                edits.append(Edit(span, one["insertedContent"]["text"]))
            offered[path] = rewritten(offered[path], edits)
    main(["check", "--fix"])
    assert offered == {path: (here / path).read_bytes() for path in (DEV, ENV)}
    assert offered[ENV] == "b: '🛍'\na: 1\nb: 2\n".encode()

"""`gitopslint lsp`, spoken to by an editor over standard input and output."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from lsprotocol import types

from gitopslint.cli import main
from gitopslint.cli.editor.queue import Queue
from tests.support.editor import Editor, applied, changed_folders, editor
from tests.support.product import clean_product
from tests.support.repo import Repo
from tests.support.runs import CLEAN

RELEASE = "deploy/env/release-prod/shop.yaml"
GOOD = str(CLEAN[RELEASE])
LATEST = GOOD.replace("4f9d2c7b81ae-r3", "latest")
CONTRACT = ".gitopslint.yaml"

Talk = Callable[[Editor, Path], Awaitable[None]]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A product that came about by the contract."""
    return clean_product(tmp_path / "shop")


def talk(repo: Repo, words: Talk, *encodings: str, document_changes: bool = True) -> None:
    """Open a repository in an editor, say something, and close it."""

    async def session() -> None:
        async with editor([repo.path], encodings=encodings, document_changes=document_changes) as one:
            await words(one, repo.path)

    asyncio.run(session())


def test_a_day_at_the_desk(repo: Repo) -> None:
    """What is typed counts before it is saved; what is repaired goes away, also in files that are not open."""
    file, dev = repo.path / RELEASE, repo.path / "deploy/env/release-dev/shop.yaml"
    good = file.read_text("utf-8")
    bad = good.replace(good.split("tag: ")[1].strip(), "latest")
    dev.write_text(bad, "utf-8")

    async def words(one: Editor, _: Path) -> None:
        await one.until(lambda: "mutable-tag" in one.rules(dev))  # nobody opened it
        one.open(file)
        one.type(file, bad)
        await one.until(lambda: "mutable-tag" in one.rules(file))
        found = one.the(file, "mutable-tag")
        assert found.range == types.Range(types.Position(3, 7), types.Position(3, 13))
        assert found.severity == types.DiagnosticSeverity.Error
        assert found.source == "gitopslint"
        assert found.code_description is not None
        assert found.code_description.href.endswith("/docs/rules/mutable-tag.md")
        one.type(file, "image: {tag: [\n")
        await one.until(lambda: "invalid-yaml" in one.rules(file))
        one.type(file, bad)
        await one.until(lambda: "mutable-tag" in one.rules(file))
        one.close(file)  # thrown away: the disk counts again
        await one.until(lambda: "mutable-tag" not in one.rules(file))
        one.open(dev)
        one.save(dev, good)
        one.type(dev, good)
        await one.until(lambda: one.rules(dev) == [])

    talk(repo, words)


def test_ignored_files(repo: Repo) -> None:
    """What git ignores is not checked because it is open."""
    repo.commit("Ignore", {".gitignore": "/.env\n"})
    settings = repo.write(".env", "DB_PASSWORD=Tr0ub4dor-71\n")

    async def words(one: Editor, root: Path) -> None:
        one.open(settings)
        one.open(root / RELEASE, LATEST)
        await one.until(lambda: "mutable-tag" in one.rules(root / RELEASE))
        assert one.rules(settings) == []

    talk(repo, words)


def test_related_places(repo: Repo) -> None:
    """A finding that has to do with another file leads there."""
    values, other = "deploy/env/prod/shop.yaml", "deploy/env/release-prod/shop.yaml"
    text = (repo.path / values).read_text("utf-8") + "image:\n  pullPolicy: Always\n"
    release = (repo.path / other).read_text("utf-8") + "  pullPolicy: Never\n"
    (repo.path / other).write_text(release, "utf-8")

    async def words(one: Editor, root: Path) -> None:
        one.open(root / values, text)
        await one.until(lambda: "overlapping-layers" in one.rules(root / values) + one.rules(root / other))
        file = root / (other if "overlapping-layers" in one.rules(root / other) else values)
        related = one.the(file, "overlapping-layers").related_information
        assert related
        assert {Path(place.location.uri).name for place in related} == {"shop.yaml"}

    talk(repo, words)


def test_actions(repo: Repo) -> None:
    """A tag that YAML retypes can be quoted, and every finding waived; the waiver counts when it gives a reason."""
    file = repo.path / RELEASE
    retyped = GOOD.replace("4f9d2c7b81ae-r3", "4821e36")

    async def words(one: Editor, _: Path) -> None:
        one.open(file, retyped)
        await one.until(lambda: "retyped-tag" in one.rules(file))
        at = one.the(file, "retyped-tag").range
        offered = {action.title: action for action in await one.actions(file, at)}
        fix = next(action for title, action in offered.items() if action.is_preferred)
        quoted = applied(retyped, fix)
        assert quoted == GOOD.replace("4f9d2c7b81ae-r3", '"4821e36"')
        assert fix.edit is not None
        assert fix.edit.document_changes
        waive = offered["Waive retyped-tag here: write the reason behind it"]
        waived = applied(retyped, waive)
        assert waived.splitlines()[3] == "  # gitopslint: ignore[retyped-tag] "
        assert await one.actions(file, at, [types.CodeActionKind.Refactor]) == []
        one.type(file, quoted)
        await one.until(lambda: "retyped-tag" not in one.rules(file))
        one.type(file, waived)
        await one.until(lambda: {"unexplained-waiver", "retyped-tag"} <= set(one.rules(file)))
        one.type(file, waived.replace("] ", "] a trial"))
        await one.until(lambda: not {"unexplained-waiver", "retyped-tag"} & set(one.rules(file)))
        one.type(file, quoted.replace("  tag", "  # gitopslint: ignore[retyped-tag] a trial\n  tag"))
        await one.until(lambda: "unused-waiver" in one.rules(file))
        assert list(one.the(file, "unused-waiver").tags or ()) == [types.DiagnosticTag.Unnecessary]

    talk(repo, words)


def test_old_editor(repo: Repo) -> None:
    """An editor that knows no versions of files gets plain changes."""
    file = repo.path / RELEASE

    async def words(one: Editor, _: Path) -> None:
        one.open(file, LATEST)
        await one.until(lambda: "mutable-tag" in one.rules(file))
        (waive,) = [
            action
            for action in await one.actions(file, one.the(file, "mutable-tag").range)
            if "mutable-tag" in action.title
        ]
        assert waive.edit is not None
        assert waive.edit.document_changes is None
        assert waive.edit.changes is not None
        assert list(waive.edit.changes) == [file.as_uri()]

    talk(repo, words, document_changes=False)


def test_hover(repo: Repo) -> None:
    """Over a value: what wins in each environment, with places; over a finding: why, and the way out."""
    chart = "deploy/charts/web-app/values.yaml"
    secret = "env:\n  APP_ENV: prod\n  DB_PASSWORD: Tr0ub4dor-71\nenvFrom:\n  secretRef: shop-prod-env\n"

    async def words(one: Editor, root: Path) -> None:
        one.open(root / RELEASE, LATEST)
        await one.until(lambda: "mutable-tag" in one.rules(root / RELEASE))
        page = await one.hover(root / RELEASE, 3, 9)
        assert page.startswith(
            f"**image.tag**\n\n- shop in prod: `'latest'`, from this file\n  - overrides `'REPLACE_ME'` at {chart}:3\n"
        )
        assert "**mutable-tag** (error)" in page
        assert "Why: " in page
        assert "Fix: " in page
        one.open(root / chart)
        page = await one.hover(root / chart, 2, 4)
        assert f"- shop in prod: `'latest'`, from {RELEASE}:4" in page
        assert "- shop in dev: " in page
        assert await one.hover(root / chart, 0, 1) == ""  # a mapping
        prod = root / "deploy/env/prod/shop.yaml"
        one.open(prod, secret)
        await one.until(lambda: "secret-in-values" in one.rules(prod))
        page = await one.hover(prod, 2, 18)
        assert "redacted" in page
        assert "Tr0ub4dor" not in page + str(one.shown)

    talk(repo, words)


def test_contract(repo: Repo) -> None:
    """A mistake in the contract stands where it is made, and the findings come back when it is gone."""
    contract, file = repo.path / CONTRACT, repo.path / RELEASE
    contract.write_text("version: 1\n", "utf-8")
    file.write_text(LATEST, "utf-8")

    async def words(one: Editor, _: Path) -> None:
        await one.until(lambda: "mutable-tag" in one.rules(file))
        one.open(contract)
        one.type(contract, "version: 1\nenvironmets: [dev, prod]\n")
        await one.until(lambda: bool(one.shown.get(contract.as_uri())))
        (found,) = one.shown[contract.as_uri()]
        assert found.range.start == types.Position(1, 0)
        assert "did you mean 'environments'?" in found.message
        await one.until(lambda: one.rules(file) == [])
        one.type(contract, "version: 1\nrules: {mutable-tag: {level: warning}}\n")
        await one.until(lambda: "mutable-tag" in one.rules(file))
        assert one.the(file, "mutable-tag").severity == types.DiagnosticSeverity.Warning
        await one.until(lambda: one.shown[contract.as_uri()] == [])

    talk(repo, words)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_encodings(encoding: str, repo: Repo) -> None:
    """Columns are counted as the editor counts them."""
    file = repo.path / RELEASE
    text = '{"ß": "😀", image: {repository: registry.example.com/shop, tag: latest}}\n'

    async def words(one: Editor, _: Path) -> None:
        assert one.capabilities.position_encoding == encoding
        one.open(file, text)
        await one.until(lambda: "mutable-tag" in one.rules(file))
        at = one.the(file, "mutable-tag").range
        before = text[: text.index("latest")]
        units = {"utf-8": len(before.encode()), "utf-16": len(before.encode("utf-16-le")) // 2, "utf-32": len(before)}
        assert at.start == types.Position(0, units[encoding])
        assert at.end == types.Position(0, units[encoding] + 6)
        assert "mutable-tag" in await one.hover(file, 0, units[encoding] + 6)
        assert await one.actions(file, at)

    talk(repo, words, encoding)


def test_folders_and_strangers(repo: Repo, tmp_path: Path) -> None:
    """A folder that leaves takes its diagnostics with it; what has no contract is left alone."""
    other = clean_product(tmp_path / "other")
    bad = other.path / RELEASE
    bad.write_text(LATEST, "utf-8")
    stranger = tmp_path / "notes/todo.yaml"
    stranger.parent.mkdir()
    stranger.write_text("a: [\n", "utf-8")

    async def words(one: Editor, _: Path) -> None:
        one.client.workspace_did_change_workspace_folders(changed_folders([other.path], []))
        await one.until(lambda: "mutable-tag" in one.rules(bad))
        one.client.workspace_did_change_workspace_folders(changed_folders([], [other.path]))
        await one.until(lambda: one.shown[bad.as_uri()] == [])
        one.open(stranger)
        await one.until(lambda: any("nothing to check" in text for text in one.logged))
        assert not one.shown.get(stranger.as_uri())
        assert await one.hover(stranger, 0, 0) == ""

    talk(repo, words)


def test_the_other_repository(repo: Repo, tmp_path: Path) -> None:
    """What is saved in the platform counts for the product whose contract names it."""
    repo.write(CONTRACT, "version: 1\nplatform: {path: ../platform}\n")
    tag = (repo.path / RELEASE).read_text("utf-8").split("tag: ")[1].strip()
    platform = Repo(tmp_path / "platform")
    build = {"docker/web-shop/VERSION": "0000000-r1\n", "docker/web-shop/WEB_CORE_REF": f"{repo.head()}\n"}
    platform.commit("Begin", build)
    version = platform.path / "docker/web-shop/VERSION"

    async def words(one: Editor, root: Path) -> None:
        await one.until(lambda: "unbuilt-release" in one.rules(root / RELEASE))
        one.open(version)
        one.save(version, f"{tag}\n")
        await one.until(lambda: "unbuilt-release" not in one.rules(root / RELEASE))

    talk(repo, words)


def test_contracts_below_a_folder(tmp_path: Path) -> None:
    """A folder with several repositories' contracts below it has all of them looked at."""
    top = Repo(tmp_path / "top")
    files = {f"{name}/{path}": str(text) for name in ("a", "b") for path, text in CLEAN.items()}
    top.commit("Begin", files | {f"{name}/{CONTRACT}": "version: 1\n" for name in ("a", "b")})
    for name in ("a", "b"):
        (top.path / name / RELEASE).write_text(LATEST, "utf-8")

    async def words(one: Editor, root: Path) -> None:
        await one.until(lambda: all("mutable-tag" in one.rules(root / name / RELEASE) for name in ("a", "b")))

    talk(top, words)


def test_a_file_below_two_contracts(repo: Repo) -> None:
    """What two contracts have to say about one file is shown together."""
    inner = "examples/inner"
    files = {f"{inner}/{path}": str(text) for path, text in CLEAN.items()} | {f"{inner}/{CONTRACT}": "version: 1\n"}
    repo.commit("Example", files | {CONTRACT: "version: 1\n"})
    file = repo.path / inner / RELEASE
    text = LATEST + "# AKIA" + "Q3EXAMPL" + "ZZ7KQWER\n"
    file.write_text(text.replace("registry.example.com", "user:Tr0ub4dor71@registry.example.com"), "utf-8")

    async def words(one: Editor, _: Path) -> None:
        await one.until(lambda: {"mutable-tag", "plaintext-secret"} <= set(one.rules(file)))
        await one.until(lambda: (repo.path / RELEASE).as_uri() in one.shown)
        assert one.rules(file).count("plaintext-secret") == 2  # both contracts find both of them

    talk(repo, words)


def test_baseline(repo: Repo) -> None:
    """What the baseline of the contract holds is a hint, and the next finding is one; a missing baseline is told."""
    repo.commit("Bad", {RELEASE: LATEST, CONTRACT: "baseline: known.json\n"})
    file, dev = repo.path / RELEASE, repo.path / RELEASE.replace("prod", "dev")
    assert main(["baseline", str(repo.path), "--output-file", str(repo.path / "known.json")]) == 0

    async def words(one: Editor, _: Path) -> None:
        await one.until(lambda: file.as_uri() in one.shown)
        known = one.the(file, "mutable-tag")
        assert known.severity == types.DiagnosticSeverity.Hint
        assert known.message.startswith("(known) shop in prod runs")
        one.open(dev)
        one.type(dev, LATEST)
        await one.until(lambda: "mutable-tag" in one.rules(dev))
        (repo.path / "known.json").unlink()
        one.save(file, LATEST)
        await one.until(lambda: "there is no file known.json" in str(one.logged))

    talk(repo, words)


def test_a_fault_of_ours(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The editor goes on after a crash, and is told where it was, not what was read."""
    broken = repo.path.parent / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import gitopslint.reporters.lsp.hover as hover\n"
        "def crash(*_): raise ValueError('Tr0ub4dor')\n"
        "hover.values_page = crash\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(broken))

    async def words(one: Editor, root: Path) -> None:
        one.open(root / RELEASE)
        await one.until(lambda: (root / RELEASE).as_uri() in one.shown)
        assert await one.hover(root / RELEASE, 3, 9) == ""
        await one.until(lambda: bool(one.logged))
        assert one.logged[-1].startswith("gitopslint: fault of gitopslint itself: ValueError")
        assert "Tr0ub4dor" not in str(one.logged)

    talk(repo, words)


def test_queue() -> None:
    """Many wishes are one look, never two at a time at one root, and what comes meanwhile is not forgotten."""
    seen: list[str] = []

    async def session() -> None:
        async def work(root: Path) -> None:
            seen.append(f"{root} begins")
            await asyncio.sleep(0.05)
            seen.append(f"{root} ends")

        queue = Queue(work)
        for _ in range(5):
            queue.ask(Path("a"), 0.01)
        await asyncio.sleep(0.03)
        queue.ask(Path("a"), 0.01)
        queue.ask(Path("b"), 0.01)
        queue.forget(Path("b"))
        await asyncio.sleep(0.3)

    asyncio.run(session())
    assert seen == ["a begins", "a ends"] * 2


def test_without_the_library(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the extra there is one line that says what to install."""
    for name in [*sys.modules]:
        if name.startswith("gitopslint.cli.editor"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    assert main(["lsp"]) == 2
    assert capsys.readouterr().err == ("gitopslint: the language server needs pygls: pip install 'gitopslint[lsp]'\n")


def test_nothing_but_the_protocol(repo: Repo) -> None:
    """An editor that goes away without a word ends the server, which wrote nothing of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "gitopslint", "lsp", "--stdio"],
        cwd=repo.path,
        input=b"",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == b""

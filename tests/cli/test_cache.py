"""What is kept between runs changes nothing but the time that they take, and gives nothing away."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from gitopslint.cli import main
from gitopslint.cli.formats import FORMATS
from gitopslint.engine.cache import Cache
from gitopslint.engine.examination import Examiner
from gitopslint.loaders import others, stat_data
from gitopslint.loaders.argocd import wire
from gitopslint.loaders.history import HistoryError
from gitopslint.loaders.product import Product
from gitopslint.loaders.unit import Task
from gitopslint.model.document import Document
from tests.support.fleet import APPS, EDITS, POLICY, SHORT_SECRET, TOKEN, edit, fleet
from tests.support.pairs import RealPair

RELEASE = "deploy/env/release-dev/cinema.yaml"


def reports(
    capsys: pytest.CaptureFixture[str], folder: Path, repo: Path, *words: str
) -> tuple[int, str, dict[str, bytes]]:
    """Check a repository and return the exit code, what was said, and the report in every format."""
    folder.mkdir(exist_ok=True)
    given = [word for name in FORMATS for word in ("--report", f"{name}={folder / name}")]
    code = main(["check", str(repo), *words, *given])
    out = capsys.readouterr()
    return code, out.out + out.err, {name: (folder / name).read_bytes() for name in FORMATS}


@pytest.mark.parametrize("seed", range(3))
def test_a_cached_run_is_a_fresh_run(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever changes between two runs, with the cache the report is the one without it, byte for byte."""
    chance = random.Random(seed)
    repo = fleet(tmp_path / "repo", POLICY)
    base = ["--base", repo.head()] if seed % 2 else []
    done = []
    for _ in range(4):
        done += [edit(repo, chance) for _ in range(chance.randrange(1, 3))]
        fresh = reports(capsys, tmp_path / "fresh", repo.path, *base, "--no-cache")
        jobs = ["--jobs", "2"] if chance.random() < 0.3 else []
        kept = reports(capsys, tmp_path / "kept", repo.path, *base, *jobs, "--cache-dir", str(tmp_path / "cache"))
        again = reports(capsys, tmp_path / "again", repo.path, *base, "--cache-dir", str(tmp_path / "cache"))
        assert kept == fresh, done
        assert again == fresh, done


def test_what_holds_is_not_done_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is checked where nothing changed, and one app where one release changed.

    A new landing concerns the apps that it releases, and those whose newest build it leaves behind.
    """
    repo = fleet(tmp_path / "repo")
    cache = ["--cache-dir", str(tmp_path / "cache")]
    worked: list[str] = []
    keep = Cache._kept

    def kept(self: Cache, task: Task, *given: Any, **named: Any) -> Any:
        worked.append(task.name)
        return keep(self, task, *given, **named)

    monkeypatch.setattr(Cache, "_kept", kept)
    reports(capsys, tmp_path, repo.path, *cache)
    assert len(worked) > 5
    worked.clear()
    reports(capsys, tmp_path, repo.path, *cache)
    assert worked == []
    repo.write(RELEASE, (repo.path / RELEASE).read_text("utf-8").replace("cinema\n", "cinema-2\n"))
    reports(capsys, tmp_path, repo.path, *cache)
    assert worked == ["app cinema"]
    worked.clear()
    repo.commit("Release")
    reports(capsys, tmp_path, repo.path, *cache)
    assert worked == ["app cinema"]
    worked.clear()
    repo.commit("Code", {"notes/todo.txt": "something\n"})
    repo.commit("Code", {"docs/more.md": "much\n"})
    reports(capsys, tmp_path, repo.path, *cache)
    worked.clear()
    repo.commit("Code", {"notes/todo.txt": "another thing\n"})
    reports(capsys, tmp_path, repo.path, *cache)
    assert worked == ["files .gitopslint.yaml"]
    worked.clear()
    repo.commit("Code", {"apps/bakery/main.ts": "export {};\n"})
    reports(capsys, tmp_path, repo.path, *cache)
    worked.clear()
    repo.commit("Code", {"apps/bakery/main.ts": "export default 1;\n"})
    stale = reports(capsys, tmp_path / "stale", repo.path, *cache)
    assert sorted(worked) == ["app bakery", "files .gitopslint.yaml"]
    assert b"stale-release" in stale[2]["json"]
    assert stale == reports(capsys, tmp_path / "fresh", repo.path, "--no-cache")
    worked.clear()
    reports(capsys, tmp_path, repo.path, *cache, "--ignore", "stale-release")
    worked.clear()
    repo.write(RELEASE, (repo.path / RELEASE).read_text("utf-8").replace("cinema-2\n", "cinema-3\n"))
    repo.commit("Release")
    reports(capsys, tmp_path, repo.path, *cache, "--ignore", "stale-release")
    assert worked == ["app cinema"]


def test_no_secret_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the folder holds a secret of the repository, however short."""
    monkeypatch.setattr(stat_data, "_TICK", 0)
    repo = fleet(tmp_path / "repo", POLICY)
    code, _, written = reports(capsys, tmp_path, repo.path, "--cache-dir", str(tmp_path / "cache"))
    assert code == 1
    assert b"unique-password" in written["json"]
    paths = list((tmp_path / "cache").iterdir())
    assert {path.name.partition("-")[0] for path in paths} >= {"line", "run", "said", "tasks"}
    kept = [path.read_bytes() for path in paths]
    for secret in (TOKEN, SHORT_SECRET, SHORT_SECRET[:6], TOKEN[4:20]):
        assert not any(secret.encode() in data for data in kept)
        assert not any(secret.encode() in data for data in written.values())


@pytest.mark.parametrize("damage", ["cut off", "other bytes", "empty", "of the future", "a folder"])
def test_a_broken_file_is_ignored(damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not whole counts as not there, and is written anew."""
    repo = fleet(tmp_path / "repo")
    words = ["--cache-dir", str(tmp_path / "cache")]
    fresh = reports(capsys, tmp_path / "fresh", repo.path, *words)
    for path in (tmp_path / "cache").glob("*.cache"):
        data = path.read_bytes()
        if damage == "a folder":
            path.unlink()
            path.mkdir()
            continue
        broken = {
            "cut off": data[:-9],
            "other bytes": data.replace(b"deploy", b"employ"),
            "empty": b"",
            "of the future": data.replace(b"cache 1", b"cache 2"),
        }
        path.write_bytes(broken[damage])
    assert reports(capsys, tmp_path / "kept", repo.path, *words) == fresh
    assert reports(capsys, tmp_path / "again", repo.path, *words) == fresh


def test_a_repository_brings_no_results_along(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder in the repository may hold results, but not such that a commit put there."""
    repo = fleet(tmp_path / "repo")
    inside = repo.path / ".cache" / "gitopslint"
    first = reports(capsys, tmp_path / "one", repo.path, "--cache-dir", str(inside))
    assert reports(capsys, tmp_path / "two", repo.path, "--cache-dir", str(inside)) == first
    assert repo.git("status", "--porcelain") == ""
    repo.git("add", "--force", ".cache")
    code = main(["check", str(repo.path), "--cache-dir", str(inside)])
    assert code == 2
    assert "git tracks files in the cache folder" in capsys.readouterr().err


def test_others_cannot_write_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that others can write in is refused where it was named, and left alone where the environment did."""
    repo = fleet(tmp_path / "repo")
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o777)
    assert main(["check", str(repo.path), "--cache-dir", str(folder)]) == 2
    assert "chmod go-w" in capsys.readouterr().err


def test_the_environment_names_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CI systems keep folders of the project; without being asked, a small repository keeps nothing."""
    repo = fleet(tmp_path / "repo")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    main(["check", str(repo.path)])
    assert not (tmp_path / "xdg").exists()
    monkeypatch.setenv("GITOPSLINT_CACHE_DIR", str(tmp_path / "named"))
    main(["check", str(repo.path), "--no-cache"])
    assert not (tmp_path / "named").exists()
    main(["check", str(repo.path)])
    assert list((tmp_path / "named").glob("*.cache"))
    monkeypatch.delenv("GITOPSLINT_CACHE_DIR")
    monkeypatch.setattr("gitopslint.cli.workspace.WORTH_KEEPING", 10)
    main(["check", str(repo.path)])
    assert list((tmp_path / "xdg" / "gitopslint").glob("*.cache"))
    capsys.readouterr()


def test_the_base_is_not_checked_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --new-only the check of the base is kept as well, and says what it says without."""
    repo = fleet(tmp_path / "repo", POLICY)
    cache = ["--cache-dir", str(tmp_path / "cache")]
    worked: list[str] = []
    keep = Cache._kept

    def kept(self: Cache, task: Task, *given: Any, **named: Any) -> Any:
        worked.append(task.name)
        return keep(self, task, *given, **named)

    monkeypatch.setattr(Cache, "_kept", kept)
    chance = random.Random(4)
    base, words = repo.head(), ("--new-only", "--base")
    for number in range(2):
        fresh = reports(capsys, tmp_path / "fresh", repo.path, *words, base, "--no-cache")
        assert reports(capsys, tmp_path / "kept", repo.path, *words, base, *cache) == fresh
        assert number == 0 or len([name for name in worked if name.startswith("app")]) < 5
        worked.clear()
        assert reports(capsys, tmp_path / "again", repo.path, *words, base, *cache) == fresh
        assert worked == []
        EDITS["release"](repo, chance)
    repo.commit("Release")
    moved = [*words, repo.head()]
    assert reports(capsys, tmp_path / "kept", repo.path, *moved, *cache) == reports(
        capsys, tmp_path / "fresh", repo.path, *moved, "--no-cache"
    )


def test_history_that_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`history` says the same from what is kept, also when a landing came or was rewritten; check shares it."""
    repo = fleet(tmp_path / "repo")
    words = ["history", "--repository", str(repo.path), "--format", "json"]
    cache = ["--cache-dir", str(tmp_path / "cache")]
    main(["check", str(repo.path), *cache])
    (line,) = (tmp_path / "cache").glob("line-*")
    before = line.read_bytes()
    capsys.readouterr()
    for change in ("nothing", "a landing", "another past"):
        if change == "a landing":
            repo.commit("Release", {RELEASE: (repo.path / RELEASE).read_text("utf-8").replace("tag: ", "tag: v")})
        elif change == "another past":
            repo.git("commit", "--quiet", "--amend", "--message=Other words")
        assert main([*words, *cache]) == 0
        kept = capsys.readouterr().out
        assert main([*words, "--no-cache"]) == 0
        assert kept == capsys.readouterr().out, change
        assert (line.read_bytes() == before) == (change == "nothing")


def test_only_its_own_applications_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a layer of one app changed, no Application of another one is; where an Application did, all are."""
    repo = fleet(tmp_path / "repo")
    cache = ["--cache-dir", str(tmp_path / "cache")]
    read: list[str] = []

    def noted(documents: Iterable[Document], *given: Any, **named: Any) -> Any:
        wanted = list(documents)
        read.extend(one.path for one in wanted)
        return wire(wanted, *given, **named)

    monkeypatch.setattr(others, "wire", noted)
    reports(capsys, tmp_path, repo.path, *cache)
    assert len(read) == 2 * len(APPS)
    for edit_one, files in ((EDITS["release"], 2), (EDITS["application"], 2 * len(APPS))):
        read.clear()
        edit_one(repo, random.Random(3))
        kept = reports(capsys, tmp_path / "kept", repo.path, *cache)
        assert len(read) == files
        assert kept == reports(capsys, tmp_path / "fresh", repo.path, "--no-cache")


def test_the_platform(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in the platform is kept as a whole: what changes in either repository is seen, files and history."""
    pair = RealPair(tmp_path, "shop")
    words = ["--product", str(pair.product.path)]
    cache = ["--cache-dir", str(tmp_path / "cache")]
    looked: list[int] = []
    examine = Examiner.examine

    def noted(self: Examiner, unit: Any) -> Any:
        looked.append(1)
        return examine(self, unit)

    monkeypatch.setattr(Examiner, "examine", noted)
    first = pair.platform.head()

    def nothing() -> None:
        pass

    def build() -> None:
        pair.platform.commit("Build", {"docker/web-shop/WEB_CORE_REF": "main\n"})

    def release() -> None:
        pair.product.write("deploy/env/dev/shop.yaml", "env: {}\nenvFrom: {secretRef: other}\n")

    def rewrite() -> None:
        pair.platform.git("reset", "--soft", first)
        pair.platform.git("commit", "--quiet", "--message=Other words")

    said = set()
    for change in (nothing, build, release, rewrite):
        change()
        fresh = reports(capsys, tmp_path / "fresh", pair.platform.path, *words, "--no-cache")
        assert reports(capsys, tmp_path / "kept", pair.platform.path, *words, *cache) == fresh
        looked.clear()
        assert reports(capsys, tmp_path / "again", pair.platform.path, *words, *cache) == fresh
        assert looked == []
        said.add(fresh[2]["text"])
    assert len(said) > 2


def test_rules_that_ask_for_no_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Results of runs that never look at the past are kept as well."""
    repo = fleet(tmp_path / "repo")
    words = ["--select", "mutable-tag"]
    fresh = reports(capsys, tmp_path / "fresh", repo.path, *words, "--no-cache")
    for name in ("kept", "again"):
        assert reports(capsys, tmp_path / name, repo.path, *words, "--cache-dir", str(tmp_path / "cache")) == fresh


def test_history_that_cannot_be_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody can tell whether the main line has moved on from the build of an app, the app is checked anew."""
    repo = fleet(tmp_path / "repo")
    cache = ["--cache-dir", str(tmp_path / "cache")]
    repo.commit("Code", {"apps/bakery/main.ts": "export {};\n"})
    reports(capsys, tmp_path / "first", repo.path, *cache)
    repo.commit("Code", {"apps/bakery/main.ts": "export default 1;\n"})
    fresh = reports(capsys, tmp_path / "fresh", repo.path, "--no-cache")
    asked: list[str] = []

    def freshness(_: Product, app: str, _commit: str) -> None:
        asked.append(app)
        raise HistoryError("an object is missing", "fetch all of it")

    monkeypatch.setattr(Product, "freshness", freshness)
    assert reports(capsys, tmp_path / "kept", repo.path, *cache) == fresh
    assert "bakery" in asked


def test_what_an_app_loads_beside_its_layers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A change of such a file is seen, also after a run in which the app was not checked again."""
    repo = fleet(tmp_path / "repo")
    cache = ["--cache-dir", str(tmp_path / "cache")]
    application = "deploy/argocd/apps/prod/bakery.yaml"
    text = (repo.path / application).read_text("utf-8").replace("../../env/prod/bakery.yaml", "../../limits.txt")
    repo.commit("Load limits", {application: text, "deploy/limits.txt": "image: {tag: 1.2.3}\n"})
    said = []
    for path, old, new in (
        ("README.md", "Fleet", "The fleet"),
        (RELEASE, "cinema\n", "cinema-2\n"),
        ("deploy/limits.txt", "1.2.3", "latest"),
    ):
        repo.write(path, (repo.path / path).read_text("utf-8").replace(old, new))
        fresh = reports(capsys, tmp_path / "fresh", repo.path, "--no-cache")
        assert reports(capsys, tmp_path / "kept", repo.path, *cache) == fresh
        said.append(fresh[2]["text"])
    assert said[1] != said[2]

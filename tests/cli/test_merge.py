"""Shares of a run, made anywhere, become the report of the whole run; those of several repositories become one."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from gitopslint.cli import main, merge
from gitopslint.cli.formats import FORMATS
from gitopslint.model.share import Share
from tests.support.fleet import POLICY, SHORT_SECRET, TOKEN, fleet
from tests.support.repo import Repo


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with violations in apps, between apps, and in files of no app."""
    return fleet(tmp_path_factory.mktemp("fleet") / "repo", POLICY)


@pytest.fixture(scope="module")
def shares(repo: Repo, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The reports of its three shares."""
    return divided(repo, tmp_path_factory.mktemp("shares"), 3)


def divided(repo: Repo, folder: Path, of: int) -> list[str]:
    """Check a repository share by share."""
    files = [str(folder / f"{number}.json") for number in range(1, of + 1)]
    for number, file in enumerate(files, 1):
        shard = ["--shard", f"{number}/{of}", "--output-format", "json", "--output-file", file]
        assert main(["check", str(repo.path), "--exit-zero", *shard]) == 0
    return files


def written(folder: Path, *words: str) -> tuple[int, dict[str, bytes]]:
    """Run a command and return its exit code, and the report in every format."""
    folder.mkdir(exist_ok=True)
    code = main([*words, *(word for name in FORMATS for word in ("--report", f"{name}={folder / name}"))])
    return code, {name: (folder / name).read_bytes() for name in FORMATS}


@pytest.mark.parametrize("of", [1, 2, 7])
def test_joined_shares_are_the_whole(of: int, repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In every format, byte for byte, and with the same exit code; whatever the order in which they are given."""
    whole = written(tmp_path / "whole", "check", str(repo.path))
    files = divided(repo, tmp_path, of)
    assert written(tmp_path / "merged", "merge", *reversed(files)) == whole
    assert whole[0] == 1
    assert b"which belongs to" in whole[1]["text"]
    capsys.readouterr()


def test_work_is_divided(shares: list[str]) -> None:
    """Every share has something to do, and none does the work of another."""
    parts = [json.loads(Path(file).read_bytes()) for file in shares]
    assert [part["share"] for part in parts] == ["1/3", "2/3", "3/3"]
    assert sum(part["summary"]["apps"] for part in parts) == 5
    assert all(part["summary"]["apps"] < 5 for part in parts)


def test_shares_hold_no_secret(shares: list[str]) -> None:
    """Values that apps are compared by may be secrets, and stand in no report."""
    for file in shares:
        text = Path(file).read_text("utf-8")
        assert TOKEN not in text
        assert SHORT_SECRET not in text


def test_shares_stay() -> None:
    """Where an app belongs depends on its name alone, and every name belongs to exactly one share."""
    names = [f"app-{number}" for number in range(1000)]
    for of in (1, 2, 5):
        sizes = [sum(Share(number, of).holds(name) for name in names) for number in range(1, of + 1)]
        assert sum(sizes) == 1000
        assert min(sizes) > 1000 / of * 0.7


def _without(files: list[str], _: Path) -> list[str]:
    return files[1:]


def _twice(files: list[str], _: Path) -> list[str]:
    return [*files, files[0]]


def _changed(change: str, value: Any) -> Any:
    def mixed(files: list[str], folder: Path) -> list[str]:
        report = json.loads(Path(files[0]).read_bytes())
        about = report["part"][0]
        about[{"version": 0, "state": 1, "options": 4}[change]] = value
        (folder / "changed.json").write_text(json.dumps(report))
        return [str(folder / "changed.json"), *files[1:]]

    return mixed


def _written(text: str) -> Any:
    def broken(files: list[str], folder: Path) -> list[str]:
        (folder / "broken.json").write_text(text)
        return [*files, str(folder / "broken.json")]

    return broken


WRONG = {
    "one is missing": (_without, "share 1/3 is missing"),
    "one is there twice": (_twice, "share 1/3 is given more than once"),
    "another version": (_changed("version", "0.0.1"), "written by gitopslint 0.0.1"),
    "another commit": (_changed("state", "x"), "different commits, contracts or uncommitted changes"),
    "other options": (_changed("options", "elsewhere"), "different options (scope)"),
    "no JSON": (_written("{"), "is no JSON"),
    "nested too deep": (_written("[" * 100_000), "is no JSON"),
    "other JSON": (_written("[]"), "is no report of gitopslint"),
    "another tool": (_written('{"tool": {"name": "other"}}'), "is no report of gitopslint"),
    "without a part": (_written('{"tool": {"name": "gitopslint"}}'), "cannot be joined"),
    "a broken part": (_written('{"tool": {"name": "gitopslint"}, "part": [[1], 2]}'), "is broken"),
    "not there": (lambda files, _: [*files, "nowhere.json"], "nowhere.json cannot be read"),
    "some with a name": (lambda files, _: ["a=" + files[0], *files[1:]], "some have none"),
}


@pytest.mark.parametrize(("wrong", "message"), WRONG.values(), ids=WRONG)
def test_what_is_not_whole_is_refused(
    wrong: Any, message: str, shares: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Parts that do not make a whole end with 2 and one clear message, and never look like a clean run."""
    assert main(["merge", *wrong(shares, tmp_path)]) == 2
    out = capsys.readouterr()
    assert message in out.err
    assert out.out == ""
    assert len(out.err.splitlines()) == 1


def test_parts_of_another_number_of_shares(
    shares: list[str], repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shares of three do not go with shares of two."""
    assert main(["merge", *divided(repo, tmp_path, 2), *shares[1:]]) == 2
    assert "one is of 2 shares, another of 3" in capsys.readouterr().err


def test_flags_of_the_end(shares: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What a run is failed for is said where it ends."""
    assert main(["merge", *shares, "--exit-zero"]) == 0
    assert main(["merge", *shares, "--fail-on", "note"]) == 1
    capsys.readouterr()


def test_several_repositories(shares: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reports of several repositories become one, in which everything bears the name of its repository."""
    other = fleet(tmp_path / "other")
    file = tmp_path / "other.json"
    main(["check", str(other.path), "--output-format", "json", "--output-file", str(file)])
    code, found = written(tmp_path / "merged", "merge", *(f"one={share}" for share in shares), f"two={file}")
    assert code == 1
    text = found["text"].decode()
    assert "one/deploy/env/dev/bakery.yaml:6:16: " in text
    assert "\ntwo/deploy/env/dev/bakery.yaml:6:16: " in text
    assert "(10 apps, 74 files against one/.gitopslint.yaml, two/.gitopslint.yaml)" in text
    assert "one/bakery" in found["json"].decode()
    runs = json.loads(found["sarif"])["runs"]
    assert [run["automationDetails"]["id"] for run in runs] == ["gitopslint/one/", "gitopslint/two/"]
    assert {entry["location"]["path"][:4] for entry in json.loads(found["gitlab"])} <= {"depl", "src/"}
    assert json.loads(found["json"])["part"] is None
    capsys.readouterr()


CANNOT = {
    "no such share": (["--shard", "4/3"], "'4/3' is not I/N"),
    "no share at all": (["--shard", "0/3"], "'0/3' is not I/N"),
    "words": (["--shard", "one"], "'one' is not I/N"),
    "compared with its base": (["--shard", "1/2", "--new-only", "--staged"], "does not go with --shard"),
    "no jobs": (["--jobs", "0"], "'0' is neither a number"),
}


@pytest.mark.parametrize(("words", "message"), CANNOT.values(), ids=CANNOT)
def test_what_cannot_be_divided(words: list[str], message: str, repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong shares and numbers are usage errors."""
    assert main(["check", str(repo.path), *words]) == 2
    assert message in capsys.readouterr().err


def test_no_shares_without_git(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a commit nobody knows which reports belong together."""
    (tmp_path / "deploy/env/dev").mkdir(parents=True)
    (tmp_path / "deploy/env/dev/shop.yaml").write_text("a: 1\n")
    assert main(["check", str(tmp_path), "--shard", "1/2"]) == 2
    assert "--shard needs a git repository" in capsys.readouterr().err


def test_a_merge_that_takes_too_long(
    shares: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is stopped as every command is: with 2 and the way out, and no report that looks like one of the whole."""

    def slow(*_: object) -> None:
        time.sleep(60)

    monkeypatch.setattr(merge, "whole", slow)
    assert main(["merge", *shares, "--timeout", "0.2"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "stopped after 0.2 seconds" in said.err
    assert "allow more with `--timeout`" in said.err

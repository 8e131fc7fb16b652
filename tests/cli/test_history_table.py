"""`gitopslint history`, and which change counts as one landing: flags and the variables of pipelines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.loaders.git_history import GitHistory
from tests.support.repo import Repo
from tests.support.story import Branch, Code, Landing, Step, Storyteller

A, B = "{1}-r1", "{2}-r1"
STEPS: Sequence[Step] = [Code(), {"dev": A}, {"prod": A}, Code(), {"dev": B, "prod": B}, {"prod": A}]


@pytest.fixture
def teller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storyteller:
    """A product that has been released, promoted, released to both at once, and rolled back."""
    monkeypatch.chdir(tmp_path)
    teller = Storyteller(tmp_path)
    teller.tell(STEPS)
    return teller


def test_table(teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> None:
    """One line for each landing that changed an image, and what was counted."""
    assert main(["history", "shop"]) == 0
    commits = teller.repo.git("log", "--format=%h", "--abbrev=8", "--reverse", "--", "deploy").split()
    a, b = teller.tag(A), teller.tag(B)
    assert capfd.readouterr().out == (
        "shop\n"
        "  when              landing   who         dev                prod               "
        "what                                      soak\n"
        f"  2023-11-14 22:14  {commits[0]}  Ada Author  {a} *  -                  dev: first release\n"
        f"  2023-11-14 22:15  {commits[1]}  Ada Author  {a}    {a} *  prod: promotion                           1 min\n"
        f"  2023-11-14 22:17  {commits[2]}  Ada Author  {b} *  {b} *  dev: release, prod: simultaneous (error)\n"
        f"  2023-11-14 22:18  {commits[3]}  Ada Author  {b}    {a} *  prod: rollback (note)\n"
        "\n"
        "4 landings: 1 first release, 1 promotion, 1 release, 1 rollback, 1 simultaneous\n"
    )


def test_json(teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> None:
    """For programs: the same, with whole ids, seconds, and the level of what broke a rule."""
    teller.write(Landing({"prod": B}))
    assert main(["history", "--format", "json"]) == 0
    told = json.loads(capfd.readouterr().out)
    (app,) = told["apps"]
    assert (told["version"], app["app"], app["environments"]) == (1, "shop", ["dev", "prod"])
    first, second, third, fourth, pending = app["landings"]
    assert first["commit"] == teller.repo.git("rev-parse", "HEAD~4")
    assert (first["author"], first["subject"], first["merge"]) == ("Ada Author", f"Set dev {A}", False)
    assert first["images"]["prod"] == {"state": "absent"}
    assert second["moves"] == [{"environment": "prod", "class": "promotion", "soak_seconds": 60}]
    assert third["moves"][1] == {
        "environment": "prod",
        "class": "simultaneous",
        "level": "error",
        "from": teller.tag(A),
    }
    assert fourth["moves"][0]["level"] == "note"
    assert (pending["commit"], pending["moves"][0]["class"]) == (None, "promotion")
    assert told["counts"] == {"first release": 1, "promotion": 2, "release": 1, "rollback": 1, "simultaneous": 1}


AUDITS = {
    "not asked to fail": ([], STEPS, 0),
    "an error of the past": (["--fail-on", "error"], STEPS, 1),
    "a note of the past": (["--fail-on", "note"], [Code(), {"dev": A}, {"dev": "x"}, {"dev": A}], 1),
    "a note is no error": (["--fail-on", "error"], [Code(), {"dev": A}, {"dev": "x"}, {"dev": A}], 0),
    "clean": (["--fail-on", "note"], [Code(), {"dev": A}, {"prod": A}], 0),
    "a layer that was broken once": (["--fail-on", "error"], [Code(), {"dev": A}, {"dev": "!"}, {"dev": A}], 1),
}


@pytest.mark.parametrize(("flags", "steps", "code"), AUDITS.values(), ids=AUDITS)
def test_audit(
    flags: list[str], steps: Sequence[Step], code: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """`--fail-on` looks at all landings, however long ago."""
    Storyteller(tmp_path).tell(steps)
    assert main(["history", "--repository", str(tmp_path), *flags]) == code
    assert "shop\n" in capfd.readouterr().out


def test_an_audit_that_cannot_look_fails(
    teller: Storyteller, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A shallow clone, or none, has not passed."""
    shallow, plain = (tmp_path.parent / f"{tmp_path.name}-{name}" for name in ("shallow", "plain"))
    teller.repo.git("clone", "--quiet", "--depth=1", f"file://{tmp_path}", str(shallow))
    (plain / "deploy/env/release-dev").mkdir(parents=True)
    (plain / "deploy/env/release-dev/shop.yaml").write_text("image: {tag: x}\n")
    for folder, said in ((shallow, "undecided"), (plain, "undecided: there is no git history here")):
        assert main(["history", "--repository", str(folder)]) == 0
        assert said in capfd.readouterr().out
        assert main(["history", "--repository", str(folder), "--fail-on", "error"]) == 1
        capfd.readouterr()


@pytest.mark.parametrize("form", ["text", "json"])
def test_processes_share_the_work(form: str, teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> None:
    """However many there are, the report is the same, and the audit comes to the same end."""
    for number, app in enumerate(("api", "blog", "cart")):
        teller.tell([Landing({"dev": f"v1.{number}.0"}, app=app), Landing({"prod": f"v1.{number}.0"}, app=app)])
    words = ["history", "--format", form, "--fail-on", "error"]
    reports = []
    for jobs in ("1", "2", "3", "9"):
        assert main([*words, "--jobs", jobs]) == 1
        reports.append(capfd.readouterr().out)
    assert "v1.2.0" in reports[0]
    assert set(reports) == {reports[0]}


def test_what_is_on_disk_is_not_asked_of_git(
    teller: Storyteller, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A layer that is as it landed last was read already; one that was edited tells nothing about what landed."""
    asked: list[str] = []
    contents = GitHistory.contents

    def recorded(self: GitHistory, blobs: Sequence[str]) -> list[bytes | None]:
        asked.extend(blobs)
        return contents(self, blobs)

    monkeypatch.setattr(GitHistory, "contents", recorded)
    teller.tell([{"dev": "v9.0.0"}])
    layer = "deploy/env/release-dev/shop.yaml"
    newest = teller.repo.git("rev-parse", f"HEAD:{layer}")
    assert main(["history"]) == 0
    before = capfd.readouterr().out
    assert asked
    assert newest not in asked
    with (teller.repo.path / layer).open("a") as file:
        file.write("# later\n")
    assert main(["history"]) == 0
    assert capfd.readouterr().out == before
    assert newest in asked


WRONG = {
    "an unknown app": (["history", "shpo"], "there is no app 'shpo': did you mean 'shop'?"),
    "an unknown base": (["history", "--base", "nope"], "--base: there is no commit 'nope' in this clone"),
    "an unknown level": (["history", "--fail-on", "fatal"], "invalid choice: 'fatal'"),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_wrong_usage(words: list[str], message: str, teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> None:
    """Wrong words end with 2 and one line."""
    assert main(words) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("gitopslint: ")
    assert message in err
    assert len(err.splitlines()) == 1


def test_hostile_words(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Control characters of tags, authors and subjects never reach a terminal."""
    repo = Repo(tmp_path)
    repo.write("deploy/env/release-dev/shop.yaml", 'image: {repository: r.io/a, tag: "x\\e[31m\\u202e"}\n')
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "-m", "\x1b[2J", GIT_AUTHOR_NAME="\x1b[31mEve")
    for words in (["history"], ["check"]):
        main([*words, *(["--repository", str(tmp_path)] if words == ["history"] else [str(tmp_path)])])
        assert not {"\x1b", "\u202e"} & set(capfd.readouterr().out)


Variables = Callable[[Repo], dict[str, str]]

# What a pipeline for the request sets, and whether the request then counts as one landing.
PIPELINES: dict[str, tuple[Variables, bool]] = {
    "none": (lambda repo: {}, False),
    "GitLab": (
        lambda repo: {
            "CI_PROJECT_DIR": str(repo.path),
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": repo.git("merge-base", "main", "HEAD"),
            "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "",
        },
        True,
    ),
    "GitHub": (lambda repo: {"GITHUB_WORKSPACE": str(repo.path), "GITHUB_BASE_REF": "main"}, True),
    "GitLab, of another clone": (
        lambda repo: {
            "CI_PROJECT_DIR": str(repo.path.parent / "other"),
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": repo.git("merge-base", "main", "HEAD"),
        },
        False,
    ),
    "GitHub, on a push": (lambda repo: {"GITHUB_WORKSPACE": str(repo.path), "GITHUB_BASE_REF": ""}, False),
}


@pytest.mark.parametrize(("variables", "one"), PIPELINES.values(), ids=PIPELINES)
def test_pipeline(
    variables: Variables,
    one: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """In a merge-request pipeline the whole request is one landing, and the run says so."""
    teller = Storyteller(tmp_path)
    teller.tell([Code(), Branch([{"dev": A}, {"prod": A}], merged=False)])
    teller.repo.git("checkout", "--quiet", "--detach", "branch-1")
    for name, value in variables(teller.repo).items():
        monkeypatch.setenv(name, value)
    assert main(["check", str(tmp_path), "--select", "promotion"]) == (1 if one else 0)
    shown = capfd.readouterr()
    assert ("simultaneous-promotion" in shown.out) is one
    assert ("counts as one landing" in shown.err) is one


def test_pipeline_for_merged_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where HEAD is the merge already, what landed on the target meanwhile is no part of the request."""
    teller = Storyteller(tmp_path)
    teller.tell([Code(), {"dev": "x"}])
    fork = teller.repo.head()
    teller.repo.git("switch", "--quiet", "--create", "request")
    teller.tell([{"prod": A}])
    teller.repo.git("switch", "--quiet", "main")
    teller.tell([{"dev": A}])
    target = teller.repo.head()
    teller.repo.git("merge", "--quiet", "--no-ff", "-m", "Merged result", "request")
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    monkeypatch.setenv("CI_MERGE_REQUEST_DIFF_BASE_SHA", fork)
    monkeypatch.setenv("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", target)
    assert main(["check", str(tmp_path), "--select", "promotion", "--ignore", "mixed-release"]) == 0


@pytest.mark.parametrize("base", ["flag", "variable"])
def test_base_that_is_not_in_the_clone(
    base: str, teller: Storyteller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A shallow clone may lack the base: an error of a flag, and undecided where the pipeline says it."""
    url = f"file://{tmp_path}"
    root = teller.repo.git("rev-list", "--max-parents=0", "HEAD")
    clone = tmp_path.parent / f"{tmp_path.name}-clone"
    teller.repo.git("clone", "--quiet", "--depth=1", url, str(clone))
    if base == "flag":
        assert main(["check", str(clone), "--base", root]) == 2
        assert "git fetch" in capfd.readouterr().err
        return
    monkeypatch.setenv("CI_PROJECT_DIR", str(clone))
    monkeypatch.setenv("CI_MERGE_REQUEST_DIFF_BASE_SHA", root)
    assert main(["check", str(clone), "--select", "promotion"]) == 0
    out = capfd.readouterr().out
    assert "the base of the merge request (CI_MERGE_REQUEST_DIFF_BASE_SHA) is not in this clone" in out
    assert "GIT_DEPTH: 0" in out

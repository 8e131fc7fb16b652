"""`check --new-only`: a merge request answers for what it brings, and for nothing that was there before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.engine.comparison import compared
from gitopslint.model.finding import Comparison, Finding, Report
from gitopslint.model.span import Span
from tests.support.repo import Repo
from tests.support.runs import CLEAN, MemoryTree

DEV = "deploy/env/release-dev/shop.yaml"
PROD = "deploy/env/release-prod/shop.yaml"
ENV = "deploy/env/dev/shop.yaml"
ENV_TEXT = str(CLEAN[ENV])
HEAD = "image:\n  repository: registry.example.com/shop\n"
LATEST = HEAD + "  tag: latest\n"
CONTRACT = "platform: none\n"
MUTABLE = ["--select", "mutable-tag,unused-waiver,plaintext-secret,rollback,overlapping-layers"]
TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY1zA2"
OTHER_TOKEN = "ghp_" + "zY1xW0vU8tS6rQ4pN2mL1kJ9hG7fE5dB3aC4"

# What the base held, what the change writes, the exit code, how many findings are new, known and resolved.
CHANGES: dict[str, tuple[Mapping[str, str], Mapping[str, str], int, tuple[int, int, int]]] = {
    "nothing wrong": ({}, {"README.md": "x"}, 0, (0, 0, 0)),
    "an old finding, elsewhere": ({DEV: LATEST}, {"README.md": "x"}, 0, (0, 1, 0)),
    "an old finding that moved down": ({DEV: LATEST}, {DEV: "# More\n\n" + LATEST}, 0, (0, 1, 0)),
    "an old finding in other line ends": ({DEV: LATEST}, {DEV: LATEST.replace("\n", "\r\n")}, 0, (0, 1, 0)),
    "an old finding with a word behind it": ({DEV: LATEST}, {DEV: HEAD + "  tag: latest  # why\n"}, 0, (0, 1, 0)),
    "a new one": ({}, {DEV: LATEST}, 1, (1, 0, 0)),
    "a new one beside an old one": ({DEV: LATEST}, {PROD: LATEST}, 1, (1, 1, 0)),
    "one bad value for another": ({DEV: LATEST}, {DEV: HEAD + "  tag: stable\n"}, 1, (1, 0, 0)),
    "mended": ({DEV: LATEST}, {DEV: str(CLEAN[DEV])}, 0, (0, 0, 1)),
    "one mended, one new": ({DEV: LATEST}, {DEV: str(CLEAN[DEV]), PROD: LATEST}, 1, (1, 0, 1)),
    "a file that was not readable before": ({DEV: "image: [\n"}, {DEV: LATEST}, 1, (1, 0, 0)),
    "a waiver taken away": (
        {DEV: HEAD + "  tag: latest  # gitopslint: ignore[mutable-tag] demo\n"},
        {DEV: LATEST},
        1,
        (1, 0, 0),
    ),
    "more serious by the contract": (
        {DEV: LATEST, ".gitopslint.yaml": CONTRACT + "rules: {mutable-tag: {level: note}}\n"},
        {".gitopslint.yaml": CONTRACT},
        1,
        (1, 0, 0),
    ),
    "another secret under the same key": (
        {ENV: ENV_TEXT + f"secret: {{token: {TOKEN}}}\n"},
        {ENV: ENV_TEXT + f"secret: {{token: {OTHER_TOKEN}}}\n"},
        1,
        (1, 0, 0),
    ),
    "the same secret": (
        {ENV: ENV_TEXT + f"secret: {{token: {TOKEN}}}\n"},
        {ENV: "# More\n" + ENV_TEXT + f"secret: {{token: {TOKEN}}}\n"},
        0,
        (0, 1, 0),
    ),
}


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository without a commit as the working directory, in no pipeline."""
    for name in ("CI_PROJECT_DIR", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Repo(tmp_path)


def begin(repo: Repo, files: Mapping[str, str]) -> str:
    """Commit the clean repository with some other files."""
    clean = {path: text for path, text in CLEAN.items() if text is not None}
    return repo.commit("Base", {**clean, ".gitopslint.yaml": CONTRACT, **files})


@pytest.mark.parametrize(("before", "after", "code", "counts"), CHANGES.values(), ids=CHANGES)
def test_changes(
    before: Mapping[str, str],
    after: Mapping[str, str],
    code: int,
    counts: tuple[int, int, int],
    repo: Repo,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The exit code looks at what is new; the report holds everything, and says which is which."""
    base = begin(repo, before)
    repo.git("switch", "--quiet", "--create", "change")
    repo.commit("Change", after)
    assert main(["check", "--new-only", "--base", "main", "--output-format", "json", *MUTABLE]) == code
    out, err = capfd.readouterr()
    told = json.loads(out)
    new, known, resolved = counts
    assert told["comparison"] == {"base": base[:8], "new": new, "known": known, "resolved": resolved}
    assert sorted(one["state"] for one in told["findings"]) == ["known"] * known + ["new"] * new
    assert TOKEN not in out + err
    assert OTHER_TOKEN not in out + err


def test_twins(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """Of two alike, the one that stays is known, although it is counted anew when the first one goes."""
    job = "apiVersion: batch/v1\nkind: Job\nspec:\n  template:\n    spec:\n      containers:\n"
    both = [f"      - {{name: {name}, image: 'registry.example.com/{name}:latest'}}\n" for name in ("a", "b")]
    begin(repo, {"jobs/job.yaml": job + "".join(both)})
    repo.write("jobs/job.yaml", job + both[1])
    assert main(["check", "--new-only", "--base", "HEAD", *MUTABLE]) == 0
    assert "0 new, 1 known, 1 resolved" in capfd.readouterr().out


def test_a_rule_that_was_off(repo: Repo) -> None:
    """The base is held against its own contract: who turns a rule on answers for what it finds."""
    begin(repo, {DEV: LATEST, ".gitopslint.yaml": CONTRACT + "rules: {mutable-tag: {level: 'off'}}\n"})
    repo.write(".gitopslint.yaml", CONTRACT)
    assert main(["check", "--new-only", "--base", "HEAD", "--select", "image"]) == 1


def test_text_and_sarif(repo: Repo, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Known findings are marked for people, and for programs that read SARIF."""
    base = begin(repo, {DEV: LATEST})
    repo.write(PROD, LATEST)
    assert main(["check", "--new-only", "--base", "HEAD", "--report", "sarif=out.sarif", *MUTABLE]) == 1
    out = capfd.readouterr().out
    assert f"{DEV}:3:8: error[mutable-tag] (known) shop in dev" in out
    assert f"{PROD}:3:8: error[mutable-tag] shop in prod" in out
    # What is known takes one line: the reasons stand with what is new, which a person has to act on.
    known, new = out.split("\n\n")[:2]
    assert "\n" not in known
    assert [line.partition(":")[0] for line in new.splitlines()[-2:]] == ["   = why", "   = fix"]
    assert f"; since {base[:8]} 1 new, 1 known, 0 resolved (" in out
    results = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]
    assert [one["baselineState"] for one in results] == ["unchanged", "new"]


def test_staged(repo: Repo) -> None:
    """In a hook, the base is HEAD: what is staged answers for itself, and what is not staged is not looked at."""
    begin(repo, {DEV: LATEST})
    repo.write(PROD, LATEST)
    assert main(["check", "--new-only", "--staged", *MUTABLE]) == 0
    repo.git("add", PROD)
    assert main(["check", "--new-only", "--staged", *MUTABLE]) == 1


def test_the_first_commit(repo: Repo) -> None:
    """Where nothing was ever committed, everything is new."""
    repo.stage({path: str(text) for path, text in CLEAN.items()} | {DEV: LATEST, ".gitopslint.yaml": CONTRACT})
    assert main(["check", "--new-only", "--staged", *MUTABLE]) == 1


def test_the_base_moved_on(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """Compared is with where the branch began: what others mended since then is not this change's doing."""
    begin(repo, {DEV: LATEST})
    repo.git("switch", "--quiet", "--create", "change")
    repo.commit("Change", {"README.md": "x"})
    repo.git("switch", "--quiet", "main")
    repo.commit("Mend", {DEV: str(CLEAN[DEV])})
    repo.git("switch", "--quiet", "change")
    assert main(["check", "--new-only", "--base", "main", *MUTABLE]) == 0
    assert "0 new, 1 known" in capfd.readouterr().out


def test_a_pipeline(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a merge-request pipeline the base is known by itself."""
    base = begin(repo, {DEV: LATEST})
    repo.commit("Change", {"README.md": "x"})
    monkeypatch.setenv("CI_PROJECT_DIR", str(repo.path))
    monkeypatch.setenv("CI_MERGE_REQUEST_DIFF_BASE_SHA", base)
    assert main(["check", "--new-only", *MUTABLE]) == 0
    repo.commit("Change", {PROD: LATEST})
    assert main(["check", "--new-only", *MUTABLE]) == 1


def test_an_old_breach_of_promotion(repo: Repo) -> None:
    """History is judged as it was at the base: what prod skipped long ago is known, what it skips now is new."""
    select = ["--select", "skipped-environment"]
    begin(repo, {})
    repo.commit("Skip", {PROD: HEAD + "  tag: main-r7\n"})
    repo.git("switch", "--quiet", "--create", "change")
    repo.commit("Change", {"README.md": "x"})
    assert main(["check", "--base", "main", *select]) == 1
    assert main(["check", "--new-only", "--base", "main", *select]) == 0
    repo.commit("Skip again", {PROD: HEAD + "  tag: main-r8\n"})
    assert main(["check", "--new-only", "--base", "main", *select]) == 1


def test_a_base_with_a_broken_contract(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """Then nothing is known of it, so nothing passes for known, and the run says why."""
    base = begin(repo, {DEV: LATEST, ".gitopslint.yaml": "environments: 3\n"})
    repo.write(".gitopslint.yaml", CONTRACT)
    assert main(["check", "--new-only", "--base", "HEAD", *MUTABLE]) == 1
    err = capfd.readouterr().err
    assert f"the base {base[:8]} cannot be checked, so every finding counts as new: .gitopslint.yaml:1:" in err


def test_a_rule_of_the_repository_that_is_new(repo: Repo) -> None:
    """A rule that the base had not cannot have been broken there."""
    begin(repo, {})
    rule = "{name: app-env, summary: Wrong., require: {path: env.APP_ENV, equals: x}, examples: {}}"
    repo.write(".gitopslint.yaml", CONTRACT + f"policies:\n- {rule}\n")
    code = main(["check", "--new-only", "--base", "HEAD", "--select", "app-env", "--fail-on", "warning"])
    assert code == 1


REFUSED = {
    "no base": (["check", "--new-only"], "--new-only needs to know the base: name it with `--base REF`"),
    "a base that is not there": (["check", "--new-only", "--base", "nope"], "there is no commit 'nope'"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(words: list[str], said: str, repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """Without a base there is nothing to compare with: that is no pass."""
    begin(repo, {})
    assert main(words) == 2
    assert said in capfd.readouterr().err


def test_unrelated_histories(repo: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    """A branch that has nothing in common with its base has no base."""
    begin(repo, {})
    repo.git("switch", "--quiet", "--orphan", "alone")
    begin(repo, {DEV: LATEST})
    assert main(["check", "--new-only", "--base", "main", *MUTABLE]) == 2
    assert "have no common commit in this clone" in capfd.readouterr().err


def test_a_place_that_ends_behind_the_last_line() -> None:
    """All that is left of the file is what the finding is about, so another value there makes it a new one."""
    report = Report({}, ("r",), (Finding("r", "error", "m", Span("a.txt", 1, 1, 2, 1), "f"),))
    then, now = (MemoryTree({"a.txt": f"tag: {tag}"}) for tag in ("stable", "latest"))
    assert compared(report, now, report, now, "main").comparison == Comparison("main", frozenset({"f"}), 0)
    assert compared(report, now, report, then, "main").comparison == Comparison("main", frozenset(), 0)

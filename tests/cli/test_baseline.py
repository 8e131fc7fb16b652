"""The baseline: a repository adopts gitopslint as it is, and answers from then on for what is new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitopslint.cli import main
from gitopslint.loaders.baseline import read_baseline
from gitopslint.model.baseline import Baseline, KnownFinding
from tests.support.repo import Repo
from tests.support.runs import CLEAN, write_files

NAME = ".gitopslint-baseline.json"
CONTRACT = ".gitopslint.yaml"
DEV = "deploy/env/release-dev/shop.yaml"
PROD = "deploy/env/release-prod/shop.yaml"
ENV = "deploy/env/dev/shop.yaml"
HEAD = "image:\n  repository: registry.example.com/shop\n"
LATEST = HEAD + "  tag: latest\n"
SECRET = f"{CLEAN[ENV]!s}db:\n  password: summer2024\n"
SELECT = ["--select", "mutable-tag,secrets,waivers,layers"]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a moving tag and a secret, in no repository, on a fixed day."""
    write_files(tmp_path, {**CLEAN, DEV: LATEST, ENV: SECRET, CONTRACT: f"platform: none\nbaseline: {NAME}\n"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gitopslint.cli.clock.now", lambda: 1_772_323_200)  # 2026-03-01
    return tmp_path


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    """Check the working directory; return the exit code and the report."""
    capsys.readouterr()
    code = main(["check", *SELECT, "--output-format", "json", *words])
    return code, json.loads(capsys.readouterr().out)


def entries(root: Path) -> list[dict[str, str]]:
    """Return the entries of the baseline, which are one to a line."""
    lines = (root / NAME).read_text("utf-8").splitlines()
    assert (lines[0], lines[-1]) == ('{"version": 1, "findings": [', "]}")
    return [json.loads(line.rstrip(",")) for line in lines[1:-1]]


def states(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Return rule and state of every finding."""
    return [(one["rule"], one["state"]) for one in report["findings"]]


def test_adoption(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there is known and does not fail; what comes later does."""
    assert main(["baseline", *SELECT]) == 0
    assert "2 known findings (2 new, 0 gone)" in capsys.readouterr().err
    assert [(one["rule"], one["path"], one["key"]) for one in entries(root)] == [
        ("secret-in-values", ENV, "db.password"),
        ("mutable-tag", DEV, "image.tag"),
    ]
    assert "summer2024" not in (root / NAME).read_text("utf-8")
    code, report = checked(capsys)
    assert (code, states(report)) == (0, [("secret-in-values", "known"), ("mutable-tag", "known")])
    assert report["comparison"] == {"base": NAME, "new": 0, "known": 2, "resolved": 0}
    (root / PROD).write_text(LATEST)
    code, report = checked(capsys)
    assert (code, states(report)[-1]) == (1, ("mutable-tag", "new"))


def test_the_same_findings_give_the_same_bytes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second run changes nothing, wherever lines have moved."""
    assert main(["baseline"]) == 0
    before = (root / NAME).read_bytes()
    (root / DEV).write_text("# More\n\n" + LATEST)
    assert main(["baseline"]) == 0
    assert (root / NAME).read_bytes() == before
    assert "is up to date" in capsys.readouterr().err


def test_update(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is gone is a note until it is taken out; what people wrote stays."""
    assert main(["baseline", *SELECT, "--reason", "old chart", "--until", "2027-01-31"]) == 0
    (root / DEV).write_text(str(CLEAN[DEV]))
    code, report = checked(capsys)
    assert (code, [one["rule"] for one in report["findings"]]) == (0, ["stale-baseline", "secret-in-values"])
    assert (report["findings"][0]["path"], report["findings"][0]["line"]) == (NAME, 3)
    assert report["comparison"]["resolved"] == 1
    (root / PROD).write_text(LATEST)
    assert main(["baseline", *SELECT]) == 0
    assert "(1 new, 1 gone)" in capsys.readouterr().err
    assert [(one["path"], one.get("reason"), one.get("until")) for one in entries(root)] == [
        (ENV, "old chart", "2027-01-31"),
        (PROD, None, None),
    ]


def test_expired(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After its last day a finding fails again, and the entry says so; writing the file anew does not extend it."""
    assert main(["baseline", *SELECT, "--until", "2026-02-28"]) == 0
    assert "2 entries have ended" in capsys.readouterr().err
    code, report = checked(capsys)
    assert code == 1
    assert states(report) == [
        ("expired-baseline", "new"),
        ("expired-baseline", "new"),
        ("secret-in-values", "new"),
        ("mutable-tag", "new"),
    ]


GONE_FOR_SURE = {
    "its rule did not run": (["--select", "retyped-tag,waivers"], {DEV: CLEAN[DEV]}, False),
    "its file was not in scope": (["deploy/env/dev"], {DEV: CLEAN[DEV]}, False),
    "its rule could not decide": ([], {DEV: "image: [\n"}, False),
    "something elsewhere keeps its rule from deciding": (
        ["deploy/env/release-dev"],
        {DEV: CLEAN[DEV], "deploy/charts/web-app/values.yaml": "image: [\n"},
        False,
    ),
    "its file is gone": ([], {DEV: None, ENV: CLEAN[ENV]}, True),
    "it is waived": ([], {DEV: HEAD + "  tag: latest  # gitopslint: ignore[mutable-tag] a demo\n"}, True),
}


@pytest.mark.parametrize(("words", "files", "stale"), GONE_FOR_SURE.values(), ids=GONE_FOR_SURE)
def test_gone_for_sure(
    root: Path, capsys: pytest.CaptureFixture[str], words: list[str], files: dict[str, str | None], stale: bool
) -> None:
    """An entry is called stale, and taken out, only when its rule looked at its file and could decide."""
    assert main(["baseline", "--select", "mutable-tag"]) == 0
    for path, text in files.items():
        (root / path).unlink()
        write_files(root, {path: text})
    chosen = words if words[:1] == ["--select"] else ["--select", "mutable-tag,waivers", *words]
    capsys.readouterr()
    main(["check", "--output-format", "json", *chosen])
    report = json.loads(capsys.readouterr().out)
    assert ("stale-baseline" in [one["rule"] for one in report["findings"]]) is stale
    main(["baseline", *chosen])
    assert (DEV in [one["path"] for one in entries(root)]) is not stale


def test_flag_wins(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--baseline` names another file, which `-o` wrote; `-` prints one."""
    write_files(root, {CONTRACT: "platform: none\n"})
    assert main(["baseline", *SELECT, "-o", "known/today.json"]) == 2
    (root / "known").mkdir()
    assert main(["baseline", *SELECT, "-o", "known/today.json"]) == 0
    assert "say `baseline: known/today.json` in the contract" in capsys.readouterr().err
    assert checked(capsys)[0] == 1
    assert checked(capsys, "--baseline", "known/today.json")[0] == 0
    capsys.readouterr()
    assert main(["baseline", *SELECT, "-o", "-"]) == 0
    assert capsys.readouterr().out == (root / "known/today.json").read_text("utf-8")


REFUSED = {
    "not there": (None, f"there is no file {NAME}"),
    "no JSON": ('{"version": 1,\n<<<<<<< HEAD\n', f"{NAME}:2:1: the baseline is no JSON"),
    "a list": ("[]", f"{NAME}:1:1: a baseline is a mapping"),
    "no version": ('{"findings": []}', f"{NAME}:1:1: the baseline needs 'version'"),
    "a later version": ('{"version": 2, "findings": []}', f"{NAME}:1:13: version must be 1"),
    "an unknown key": ('{"version": 1, "finding": []}', "did you mean 'findings'?"),
    "an unknown key of an entry": (
        '{"version": 1, "findings": [\n{"fingerprint": "' + "a" * 64 + '", "rule": "x", "path": "y", "untill": "z"}]}',
        f"{NAME}:2:111: 'untill' is no key of 'findings[0]'; did you mean 'until'?",
    ),
    "no fingerprint": ('{"version": 1, "findings": [{"rule": "x", "path": "y"}]}', "needs 'fingerprint'"),
    "a short fingerprint": (
        '{"version": 1, "findings": [\n{"fingerprint": "abc", "rule": "x", "path": "y"}]}',
        f"{NAME}:2:1: findings[0]: a fingerprint has 64 hexadecimal digits",
    ),
    "a number": ('{"version": 1, "findings": [{"fingerprint": 1, "rule": "x", "path": "y"}]}', "must be a text"),
    "no day": (
        '{"version": 1, "findings": [{"fingerprint": "' + "a" * 64 + '", "rule": "x", "path": "y", "until": "soon"}]}',
        "'soon' is no day",
    ),
    "the same twice": (
        '{"version": 1, "findings": ['
        + ", ".join(['{"fingerprint": "' + "a" * 64 + '", "rule": "x", "path": "y"}'] * 2)
        + "]}",
        "is there twice",
    ),
    "no text": ("\udcff", "is no UTF-8"),
    "nested": ("[" * 100_000, "nested too deeply"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(root: Path, capsys: pytest.CaptureFixture[str], text: str | None, message: str) -> None:
    """A baseline that cannot be used ends the run with its place and nothing on standard output."""
    if text is not None:
        (root / NAME).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert main(["check", *SELECT]) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert told.out == ""
    if text is not None:
        assert main(["baseline"]) == 2
        assert (root / NAME).read_bytes() == text.encode("utf-8", "surrogateescape")


def test_outside(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Findings about entries need a place in the repository."""
    assert main(["check", "--baseline", str(root.parent / "x.json")]) == 2
    assert "keep it in the repository" in capsys.readouterr().err


def test_a_rule_that_is_no_more(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An entry of a rule that gitopslint does not have can go."""
    assert main(["baseline", *SELECT]) == 0
    text = (root / NAME).read_text("utf-8")
    (root / NAME).write_text(text.replace('"mutable-tag"', '"moving-tag"'))
    write_files(root, {DEV: str(CLEAN[DEV])})
    _, report = checked(capsys)
    assert "the moving-tag in" in report["findings"][0]["message"]


def test_sarif(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SARIF says which results were there before."""
    assert main(["baseline", *SELECT]) == 0
    write_files(root, {PROD: LATEST})
    capsys.readouterr()
    main(["check", *SELECT, "--output-format", "sarif"])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert [one["baselineState"] for one in results] == ["unchanged", "unchanged", "new"]


def test_with_new_only(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A change answers neither for what its base had nor for what the baseline knows, and the base has its own."""
    for name in ("CI_PROJECT_DIR", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    assert main(["baseline", "--select", "mutable-tag"]) == 0
    repo = Repo(root)
    base = repo.commit("Base")
    words = ["--new-only", "--base", base]
    write_files(root, {"README.md": "x"})
    code, report = checked(capsys, *words)
    assert (code, states(report)) == (0, [("secret-in-values", "known"), ("mutable-tag", "known")])
    assert report["comparison"]["base"] == f"{base[:8]} and {NAME}"
    write_files(root, {DEV: str(CLEAN[DEV])})
    code, report = checked(capsys, *words, "--fail-on", "note")
    assert (code, states(report)[0]) == (1, ("stale-baseline", "new"))
    repo.commit("Mended without the baseline")
    code, report = checked(capsys, "--new-only", "--base", "HEAD", "--fail-on", "note")
    assert (code, states(report)[0]) == (0, ("stale-baseline", "known"))


def test_staged(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A hook holds the index against the baseline of the index."""
    assert main(["baseline", *SELECT]) == 0
    repo = Repo(root)
    repo.git("add", "deploy", CONTRACT)
    assert main(["check", *SELECT, "--staged"]) == 2
    assert "git add it" in capsys.readouterr().err
    repo.git("add", NAME)
    assert main(["check", *SELECT, "--staged"]) == 0


def test_several_entries_may_go(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are one finding, which stands on the first of them and counts the others."""
    assert main(["baseline", *SELECT]) == 0
    write_files(root, {DEV: CLEAN[DEV], ENV: CLEAN[ENV]})
    _, report = checked(capsys)
    (finding,) = report["findings"]
    assert finding["message"] == (
        f"the secret-in-values in {ENV} and 1 more entry can go from the baseline: run `gitopslint baseline`"
    )
    assert finding["line"] == 2


def test_null_says_nothing() -> None:
    """An entry whose last day and reason are null is one without them."""
    entry = {"fingerprint": "a" * 64, "rule": "mutable-tag", "path": DEV, "until": None, "reason": None}
    data = json.dumps({"version": 1, "findings": [entry]}).encode()
    assert read_baseline(NAME, data) == Baseline(1, (KnownFinding("a" * 64, "mutable-tag", DEV),))

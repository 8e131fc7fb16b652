"""`gitopslint check` as its users meet it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitopslint import __version__
from gitopslint.cli import main
from tests.support.product import clean_product
from tests.support.repo import Repo
from tests.support.runs import CLEAN, write_files

LAYER = "deploy/env/release-dev/shop.yaml"
LATEST = "image:\n  repository: registry.example.com/shop\n  tag: latest\n"
UNTRACED = "image:\n  repository: registry.example.com/shop\n  tag: main-r27\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clean product repository as the working directory, and no variable that colours output."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CI"):
        monkeypatch.delenv(name, raising=False)
    clean_product(tmp_path, {**CLEAN, ".gitopslint.yaml": "platform: none\n"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_clean(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A clean repository passes, and the report says what it was held against."""
    assert main(["check"]) == 0
    out, err = capfd.readouterr()
    assert out == "no findings (1 app, 6 files against .gitopslint.yaml)\n"
    assert err == ""


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Files without a history are checked as files; what only the history tells is undecided, in one place."""
    write_files(tmp_path, {**CLEAN, ".gitopslint.yaml": "platform: none\n"})
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 0
    out = capfd.readouterr().out
    assert out.count("undecided[") == 1
    assert "there is no git history here" in out
    assert "decide: check a clone of the repository" in out


def test_text_report(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A finding is shown with its place, its line, a caret under the value, why and fix."""
    (here / LAYER).write_text(LATEST)
    assert main(["check", "."]) == 1
    out = capfd.readouterr().out
    assert out.startswith(
        f"{LAYER}:3:8: error[mutable-tag] shop in dev runs the tag 'latest', a name that the next build takes over\n"
        "3 |   tag: latest\n"
        "  |        ^^^^^^\n"
        "   = why: "
    )
    assert out.endswith("1 error (1 app, 6 files against .gitopslint.yaml)\n")


EXITS = {
    "an error": (LATEST, [], 1),
    "an error, asked not to fail": (LATEST, ["--exit-zero"], 0),
    "a warning": (UNTRACED, [], 0),
    "a warning that fails": (UNTRACED, ["--fail-on", "warning"], 1),
    "a warning is no note": (UNTRACED, ["--fail-on", "note"], 1),
    "ignored": (LATEST, ["--ignore", "mutable-tag"], 0),
    "an ignored family": (LATEST, ["--ignore=image"], 0),
    "not selected": (LATEST, ["--select", "missing-tag,layers"], 0),
    "selected": (LATEST, ["--select", "missing-tag", "--select", "mutable-tag"], 1),
    "undecided": ("image: [\n", ["--select", "mutable-tag"], 0),
    "undecided that fails": ("image: [\n", ["--select", "mutable-tag", "--undecided", "error"], 1),
    "undecided left out": ("image: [\n", ["--select", "mutable-tag", "--undecided", "ignore"], 0),
}


@pytest.mark.parametrize(("layer", "flags", "code"), EXITS.values(), ids=EXITS)
def test_exit_codes(here: Path, layer: str, flags: list[str], code: int, capfd: pytest.CaptureFixture[str]) -> None:
    """What fails a run is a matter of level and flags."""
    (here / LAYER).write_text(layer)
    assert main(["check", *flags]) == code
    assert ("undecided" in capfd.readouterr().out) == (layer == "image: [\n" and "ignore" not in flags)


WRONG = {
    "an unknown option": (["check", "--stagd"], "there is no option '--stagd': did you mean '--staged'?"),
    "an unknown option with a value": (
        ["check", "--slect=x"],
        "there is no option '--slect': did you mean '--select'?",
    ),
    "one path too many": (["check", "a", "b"], "one argument too many: 'b'"),
    "a path that is not there": (["check", "nowhere"], "nowhere does not exist"),
    "an unknown format": (["check", "--output-format", "xml"], "invalid choice: 'xml' (choose from"),
    "a report without a file": (["check", "--report", "sarif"], "'sarif' is not FORMAT=FILE with one of text, json"),
    "a report of an unknown format": (["check", "--report", "xml=a"], "'xml=a' is not FORMAT=FILE"),
    "an unknown rule": (["check", "--select", "mutable"], "there is no rule 'mutable': did you mean 'mutable-tag'?"),
    "no rule at all": (
        ["check", "--select", "mutable-tag", "--ignore", "mutable-tag"],
        "--select and --ignore leave no rule to check",
    ),
    "an empty name": (["check", "--ignore", "a,,b"], "'a,,b' holds an empty name"),
    "an unknown level": (["check", "--fail-on", "fatal"], "invalid choice: 'fatal'"),
    "a base that is not there": (["check", "--base", "mian"], "--base: there is no commit 'mian' in this clone"),
    "a base that is an option": (["check", "--base=--output=x"], "there is no commit '--output=x' in this clone"),
    "an unknown command": (["chekc"], "there is no command 'chekc': did you mean 'check'?"),
    "no command": ([], "name a command: check, merge"),
    "an unknown rule to explain": (["explain", "mutable"], "there is no rule 'mutable': did you mean 'mutable-tag'?"),
    "nothing to explain": (["explain"], "the following arguments are required: RULE"),
    "a folder that cannot take a report": (["check", "--output-file", "no/such/f"], "cannot be written: No such file"),
    "init without a folder": (["init", "nowhere"], "nowhere is not a folder"),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_wrong_usage(here: Path, words: list[str], message: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Wrong words end with exit code 2 and one line on standard error that names the mistake and a way out."""
    assert main(words) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert message in err
    assert len(err.splitlines()) == 1
    assert err.startswith("gitopslint: ")


def test_a_bare_repository(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A repository without files on disk is told what it is."""
    Repo(tmp_path / "repo").git("clone", "--quiet", "--bare", ".", "../bare")
    assert main(["check", str(tmp_path / "bare")]) == 2
    assert "is a bare repository, without files: `git clone` it" in capfd.readouterr().err


def test_above_several_contracts(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where contracts lie in folders below, these are what can be checked."""
    for team in ("a", "b"):
        Repo(tmp_path).write(f"teams/{team}/.gitopslint.yaml", "version: 1\n")
    assert main(["check", str(tmp_path)]) == 2
    assert "has no .gitopslint.yaml, but teams/a/ and teams/b/ have: name one" in capfd.readouterr().err


def test_nothing_to_check(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An empty repository is no clean one: exit code 2, and how to write a contract."""
    assert main(["check", str(tmp_path)]) == 2
    err = capfd.readouterr().err
    assert "nothing to check" in err
    assert "gitopslint init" in err


def test_a_contract_that_matches_nothing(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Nor is a contract whose layers are nowhere: a moved folder must not turn the gate green."""
    Path(".gitopslint.yaml").write_text("layers: [{role: env, path: 'gone/{env}/{app}.yaml'}]\n")
    assert main(["check"]) == 2
    assert "no file in" in capfd.readouterr().err


def test_a_broken_contract(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A mistake in the contract ends the run with its place."""
    Path(".gitopslint.yaml").write_text("version: 1\nenvironmnts: [dev]\n")
    assert main(["check"]) == 2
    expected = ".gitopslint.yaml:2:1: 'environmnts' is no key of the contract; did you mean 'environments'?"
    assert capfd.readouterr().err == f"gitopslint: {expected}\n"


def test_the_contract_is_found_upward(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """From a folder inside the repository, the contract above it holds and only that folder is reported."""
    (here / LAYER).write_text(LATEST)
    Path(".gitopslint.yaml").write_text("version: 1\n")
    assert main(["check", "deploy/env/prod"]) == 0
    assert main(["check", "deploy/env/release-dev"]) == 1
    assert main(["check", LAYER]) == 1
    assert f"{LAYER}:3:8" in capfd.readouterr().out


def test_several_reports_of_one_run(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`--report` writes any number of formats beside the one on standard output, each of them whole."""
    (here / LAYER).write_text(LATEST)
    flags = ["--report", "sarif=out.sarif", "--report", "gitlab=quality.json", "--report=json=out=1.json"]
    assert main(["check", *flags, "--output-format", "json"]) == 1
    printed = capfd.readouterr().out
    assert json.loads(Path("out.sarif").read_text())["version"] == "2.1.0"
    assert json.loads(Path("quality.json").read_text())[0]["check_name"] == "mutable-tag"
    assert Path("out=1.json").read_text() == printed
    assert sorted(path.name for path in here.iterdir() if not path.name.startswith(".git")) == [
        "deploy",
        "out.sarif",
        "out=1.json",
        "quality.json",
    ]


def test_output_file(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`--output-file` leaves standard output empty, replaces an older report, and never holds colours."""
    Path("report.txt").write_text("old\n")
    assert main(["check", "--color=always", "--output-file", "report.txt"]) == 0
    assert capfd.readouterr().out == ""
    assert Path("report.txt").read_text().startswith("no findings")


COLOURS = {
    "not a terminal": ({}, [], False),
    "forced by the flag": ({}, ["--color", "always"], True),
    "forced by the variable": ({"FORCE_COLOR": "1"}, [], True),
    "NO_COLOR wins over FORCE_COLOR": ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
    "an empty NO_COLOR does not count": ({"FORCE_COLOR": "1", "NO_COLOR": ""}, [], True),
    "the flag wins over the variable": ({"FORCE_COLOR": "1"}, ["--color=never"], False),
}


@pytest.mark.parametrize(("variables", "flags", "coloured"), COLOURS.values(), ids=COLOURS)
def test_colours(
    here: Path,
    variables: dict[str, str],
    flags: list[str],
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Colours follow the flag, then the variables, then the terminal."""
    (here / LAYER).write_text(LATEST)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    main(["check", *flags])
    assert ("\x1b[" in capfd.readouterr().out) == coloured


@pytest.mark.parametrize("format_", ["text", "json", "sarif", "gitlab"])
def test_the_same_input_gives_the_same_bytes(
    here: Path, format_: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Two runs, from two places, print the same bytes; no absolute path is among them."""
    (here / LAYER).write_text(LATEST)
    main(["check", "--output-format", format_])
    first = capfdbinary.readouterr().out
    main(["check", str(here), "--output-format", format_])
    assert capfdbinary.readouterr().out == first
    assert os.fsencode(here) not in first


def test_version(capfd: pytest.CaptureFixture[str]) -> None:
    """Both spellings print the version."""
    assert main(["--version"]) == main(["-V"]) == 0
    assert capfd.readouterr().out == f"gitopslint {__version__}\n" * 2


def test_help_names_every_option(capfd: pytest.CaptureFixture[str]) -> None:
    """The help of `check` explains each option."""
    assert main(["check", "--help"]) == 0
    out = capfd.readouterr().out
    for option in ("--staged", "--select", "--ignore", "--fail-on", "--undecided", "--report", "--exit-zero"):
        assert option in out


def test_a_fault_of_ours_shows_no_traceback(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An unforeseen error ends with exit code 3 and one line, never with a traceback or text of the repository."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("s3cr3t")

    monkeypatch.setattr("gitopslint.cli.workspace.disk_tree", broken)
    assert main(["check"]) == 3
    err = capfd.readouterr().err
    assert "RuntimeError" in err
    assert "s3cr3t" not in err
    assert "Traceback" not in err


def test_an_unreadable_layer(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A layer that cannot be read is named in the report and on standard error, and ends with exit code 2."""
    (here / LAYER).unlink()
    (here / LAYER).symlink_to("/etc/hostname")
    assert main(["check"]) == 2
    out, err = capfd.readouterr()
    assert f"{LAYER}: unread" in out
    assert f"{LAYER} cannot be read: it is a symbolic link that leaves the repository" in err


def test_names_and_tags_cannot_steer_the_terminal(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Control characters of the repository are shown, not sent."""
    (here / LAYER).write_text('image:\n  repository: registry.example.com/shop\n  tag: "a\\x1b[31m\\u202Eb"\n')
    assert main(["check"]) == 1
    out = capfd.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


def run_process(*words: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    command = [sys.executable, "-m", "gitopslint", *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)


def test_as_a_process_with_a_bare_environment(here: Path) -> None:
    """In a locale without UTF-8 the report still is UTF-8."""
    (here / LAYER).write_text("image: {repository: registry.example.com/shop, tag: 'версия'}\n", "utf-8")
    done = run_process("check", cwd=here)
    assert done.returncode == 1
    assert "'версия'" in done.stdout.decode("utf-8")
    assert done.stderr == b""


def test_a_reader_that_leaves(here: Path) -> None:
    """`| head` ends the run quietly."""
    for number in range(300):
        write_files(here, {f"deploy/env/release-dev/app{number}.yaml": LATEST})
    command = f"{sys.executable} -m gitopslint check | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=here, capture_output=True, check=True)
    assert done.stderr == b""
    assert len(done.stdout.splitlines()) == 1

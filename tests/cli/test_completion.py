"""Completion in the shells themselves: words from the real parser, names from the repository at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.cli.commands import COMMANDS
from gitopslint.cli.vocabulary import vocabulary
from tests.support.runs import CLEAN, write_files
from tests.support.shells import completed

HOSTILE = "$(touch owned)"
FILES = {
    **CLEAN,
    ".gitopslint.yaml": "environments: [dev, prod]\nplatform: none\n",
    "deploy/env/dev/cart.yaml": "{}\n",
    f"deploy/env/dev/{HOSTILE}.yaml": "{}\n",
    "deploy/env/dev/`touch owned`.yaml": "{}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small repository, in which file names try to run a program."""
    folder = tmp_path / "root"
    write_files(folder, FILES)
    return folder


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the script for a shell."""
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


OFFERED = {
    "gitopslint expl": ["explain"],
    "gitopslint values ": ["cart", "shop"],
    "gitopslint values shop ": ["dev", "prod"],
    "gitopslint values --format json shop p": ["prod"],
    "gitopslint explain retyp": ["retyped-tag"],
    "gitopslint check --select mutable-tag,retyp": ["mutable-tag,retyped-tag"],
    "gitopslint check --new": ["--new-only"],
    "gitopslint check --fail-on w": ["warning"],
    "gitopslint check --staged --output-format js": ["json"],
    "gitopslint check dep": ["deploy"],
    "gitopslint check --platform dep": ["deploy"],
    "gitopslint nothing ": [],
    "gitopslint check --base ": [],
}


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_offered(shell: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is offered fits the place, and no name of the repository is ever run."""
    found = completed(shell, script(shell, capsys), list(OFFERED), root, root.parent / "beside")
    assert {line: [one.rstrip("/") for one in words] for line, words in found.items()} == OFFERED
    assert not (root / "owned").exists()


def test_offered_by_bash_after_an_equals_sign(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To bash the sign is a word of its own."""
    typed = ["gitopslint check --fail-on =", "gitopslint check --fail-on = n"]
    found = completed("bash", script("bash", capsys), typed, root, root.parent / "beside")
    assert list(found.values()) == [["error", "warning", "note"], ["note"]]


def test_completed_by_zsh(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where one thing fits, zsh writes it out."""
    wanted = {
        "gitopslint expl": "gitopslint explain ",
        "gitopslint values sh": "gitopslint values shop ",
        "gitopslint values shop p": "gitopslint values shop prod ",
        "gitopslint explain retyp": "gitopslint explain retyped-tag ",
        "gitopslint check --select mutable-tag,retyp": "gitopslint check --select mutable-tag,retyped-tag ",
        "gitopslint check --fail-on=w": "gitopslint check --fail-on=warning ",
        "gitopslint check --staged --new": "gitopslint check --staged --new-only ",
        "gitopslint check dep": "gitopslint check deploy/",
    }
    found = completed("zsh", script("zsh", capsys), list(wanted), root, root.parent / "beside")
    assert {line: words[0] for line, words in found.items()} == wanted
    assert not (root / "owned").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_word_is_there(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A new command or option is completed without anybody thinking of it."""
    text = script(shell, capsys)
    verbs = list(vocabulary())
    assert [verb.name for verb in verbs] == list(COMMANDS)
    flags = {flag.lstrip("-") for verb in verbs for one in verb.options for flag in one.flags}
    assert [word for word in (*COMMANDS, *flags) if word not in text] == []


NAMES = {"apps": ["cart", "shop"], "environments": ["dev", "prod"]}


@pytest.mark.parametrize(("what", "names"), NAMES.items())
def test_names(
    what: str, names: list[str], root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names are one to a line; those that a shell could take for more are left out."""
    monkeypatch.chdir(root)
    assert main(["completion", what]) == 0
    assert capsys.readouterr().out.splitlines() == names


def test_rules_of_the_repository(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rules are those in force here."""
    policy = "policies: [{name: no-debug, summary: Debugging is on., require: {path: a, equals: 1}}]\n"
    write_files(root, {".gitopslint.yaml": policy})
    monkeypatch.chdir(root)
    assert main(["completion", "rules"]) == 0
    names = capsys.readouterr().out.splitlines()
    assert {"mutable-tag", "no-debug"} <= set(names)
    assert "shared-host" not in names


def test_a_broken_contract_is_silent(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever presses a key does not want to read why there is nothing."""
    write_files(root, {".gitopslint.yaml": "environment: [dev\n"})
    monkeypatch.chdir(root)
    assert main(["completion", "apps"]) == 0
    assert capsys.readouterr() == ("", "")

"""What holds for every report format, on real repositories."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitopslint.checks.check import Outcome, check
from gitopslint.cli import main
from gitopslint.cli.formats import FORMATS
from gitopslint.model.layer import Release
from tests.support.story import Code, Landing, Storyteller

SECRET = "ghp_" + "aB3dE5fG7h" * 4  # of no real account
CONTRACT = "version: 1\nplatform: none\n"


@pytest.fixture
def teller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storyteller:
    """A repository with one app, in which the test stands."""
    teller = Storyteller(tmp_path / "repository")
    teller.repo.commit("Contract", {".gitopslint.yaml": CONTRACT})
    monkeypatch.chdir(teller.repo.path)
    return teller


def reports(folder: Path, *words: str) -> tuple[int, dict[str, str]]:
    """Write all reports in one run; return the exit code and the text of each."""
    asked = [word for name in FORMATS for word in ("--report", f"{name}={folder / name}")]
    code = main(["check", *words, *asked])
    return code, {name: (folder / name).read_text("utf-8") for name in FORMATS}


def test_every_format_at_once(teller: Storyteller, tmp_path: Path) -> None:
    """One run writes all of them, and another one the same bytes."""
    teller.tell([Code(), {"dev": "{1}-r1"}, {"prod": "latest"}])
    code, first = reports(tmp_path)
    assert code == 1
    assert all("mutable-tag" in text for text in first.values())
    assert reports(tmp_path)[1] == first


def test_no_secret_in_any(teller: Storyteller, tmp_path: Path) -> None:
    """A credential in a value, in place of a tag and in a message of a commit is in no report."""
    teller.write(Landing({"dev": SECRET}, {"deploy/env/dev/shop.yaml": f"env: {{A: b, TOKEN: {SECRET}}}\n"}))
    teller.repo.commit(f"Use {SECRET}")
    code, written = reports(tmp_path)
    assert code == 1
    assert [name for name, text in written.items() if SECRET[4:12] in text] == []


def test_no_secret_in_the_history(teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> None:
    """Nor is it in what `gitopslint history` tells, today or when another tag has taken its place."""
    teller.tell([Code(), {"dev": SECRET}, {"dev": "{1}-r1"}])
    for words in (["history"], ["history", "--format", "json"], ["check"]):
        main(words)
        assert SECRET[4:12] not in capfd.readouterr().out


def test_no_format_hides_a_crash(teller: Storyteller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that crashed is in every report, and nothing on the board passes."""

    @check("missing-tag", over=Release)
    def crash(release: Release, _: object) -> Iterator[Outcome]:
        raise KeyError(release.app)

    teller.tell([Code(), {"dev": "{1}-r1"}])
    monkeypatch.setattr("gitopslint.engine.examination.CHECKS", (crash,))
    code, written = reports(tmp_path, "--select", "missing-tag")
    assert code == 3
    assert [name for name, text in written.items() if "crash" not in text and '"fault"' not in text] == ["json"]
    report = json.loads(written["json"])
    assert report["faults"]
    assert {one["verdict"] for app in report["board"]["apps"] for one in app["environments"]} == {"undecided"}


def test_no_format_hides_what_is_undecided(teller: Storyteller, tmp_path: Path) -> None:
    """What a shallow clone cannot tell is in every report, with the way out."""
    teller.tell([Code(), {"dev": "{1}-r1"}, {"prod": "{1}-r1"}])
    shallow = tmp_path / "shallow"
    teller.repo.git("clone", "--quiet", "--depth=1", teller.repo.path.as_uri(), str(shallow))
    code, written = reports(tmp_path, str(shallow), "--select", "skipped-environment")
    assert code == 0
    assert [name for name, text in written.items() if "GIT_DEPTH" not in text] == []


def test_a_part_of_the_repository(teller: Storyteller, tmp_path: Path) -> None:
    """A run on one file reports on that file: its environment is on the board, alone, and judged by no more."""
    teller.tell([Code(), {"dev": "{1}-r1"}, {"prod": "{1}-r1"}])
    _, written = reports(tmp_path, "deploy/env/release-prod/shop.yaml")
    (app,) = json.loads(written["json"])["board"]["apps"]
    assert [one["environment"] for one in app["environments"]] == ["prod"]
    assert {change["environment"] for landing in app["landings"] for change in landing["changes"]} == {"prod"}
    assert ">dev<" not in written["html"]


def test_platform_has_no_board(teller: Storyteller, tmp_path: Path) -> None:
    """The platform releases nothing, so its reports show no board."""
    teller.tell([Code(), {"dev": "{1}-r1"}])
    platform = tmp_path / "platform"
    (platform / "docker/web-shop").mkdir(parents=True)
    (platform / "docker/web-shop/VERSION").write_text("1\n")
    _, written = reports(tmp_path, str(platform), "--product", str(teller.repo.path))
    assert json.loads(written["json"])["board"] is None
    assert "Promotion board" not in written["markdown"]
    assert 'id="board"' not in written["html"]

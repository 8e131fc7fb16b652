"""The promotion board of real git histories."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from gitopslint.cli.workspace import open_workspace
from gitopslint.engine.run import run
from gitopslint.engine.selection import select
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.board import Board, Deployment
from gitopslint.model.finding import Fault, Report, Unread
from gitopslint.model.judgement import judgements
from tests.support.story import Branch, Code, Landing, Step, Storyteller

A, B, C = "{1}-r1", "{1}-r2", "{1}-r3"
DEV, PROD = "deploy/env/release-dev/shop.yaml", "deploy/env/release-prod/shop.yaml"
THREE = "version: 1\nenvironments: [dev, stage, prod]\nplatform: none\n"

# The steps, and how prod stands to dev in the end.
STANDINGS: dict[str, tuple[Sequence[Step], str]] = {
    "promoted": ([Code(), {"dev": A}, {"prod": A}], "same 0"),
    "one behind": ([Code(), {"dev": A}, {"prod": A}, {"dev": B}], "behind 1"),
    "two behind": ([Code(), {"dev": A}, {"prod": A}, {"dev": B}, {"dev": C}], "behind 2"),
    "a release that was set twice counts once": (
        [Code(), {"dev": A}, {"prod": A}, {"dev": B}, {"dev": A}, {"dev": B}],
        "behind 1",
    ),
    "prod went back": ([Code(), {"dev": A}, {"prod": A}, {"dev": B}, {"prod": B}, {"prod": A}], "behind 1"),
    "dev went back": ([Code(), {"dev": A}, {"prod": A}, {"dev": B}, {"prod": B}, {"dev": A}], "ahead 1"),
    "prod first": ([Code(), {"dev": A}, {"prod": A}, {"prod": B}], "ahead 1"),
    "prod first, dev afterwards": ([Code(), {"dev": A}, {"prod": B}, {"dev": B}], "same 0"),
    "neither ran the other's": ([Code(), {"dev": A}, {"prod": B}], "diverged 0"),
    "not in prod yet": ([Code(), {"dev": A}], "unknown 0"),
    "gone from prod": ([Code(), {"dev": A}, {"prod": A}, {"prod": None}], "unknown 0"),
    "a placeholder": ([Code(), {"dev": A}, {"prod": "REPLACE_ME"}], "unknown 0"),
    "a broken layer": ([Code(), {"dev": A}, {"prod": "!"}], "unknown 0"),
    "one digest for each": (
        [Code(), Landing({"dev": A}, digests={"dev": "a"}), Landing({"prod": A}, digests={"prod": "b"})],
        "diverged 0",
    ),
    "imported with the first commit": ([{"dev": "1.1.0", "prod": "1.0.0"}], "unknown 0"),
    "imported, and dev moved on": ([{"dev": "1.0.0", "prod": "1.0.0"}, {"dev": "1.1.0"}], "behind 1"),
    "by a merge": ([Code(), Branch([{"dev": A}]), Branch([{"prod": A}]), {"dev": B}], "behind 1"),
}


def report_on(path: Path, scope: str = "", selected: Sequence[str] = (), *, board: bool = True) -> Report:
    """Check a repository as the command line does."""
    workspace = open_workspace(str(path), load_catalogue())
    try:
        selection = select(workspace.catalogue, workspace.product.contract, selected)
        return run(workspace.product, workspace.catalogue, selection, scope=scope, board=board)
    finally:
        workspace.product.close()


def board_of(path: Path) -> Board:
    """Return the board of a repository."""
    board = report_on(path).board
    assert board is not None
    return board


def deployments(path: Path) -> dict[str, Deployment]:
    """Return what the environments of the only app run."""
    (track,) = board_of(path).tracks
    return {one.environment: one for one in track.deployments}


@pytest.mark.parametrize(("steps", "expected"), STANDINGS.values(), ids=STANDINGS)
def test_standing(steps: Sequence[Step], expected: str, tmp_path: Path) -> None:
    """Where prod stands to dev is told from what both ever ran."""
    Storyteller(tmp_path).tell(steps)
    standing = deployments(tmp_path)["prod"].standing if "prod" in deployments(tmp_path) else None
    assert (f"{standing.relation} {standing.builds}" if standing is not None else "unknown 0") == expected


def test_unknown_says_why(tmp_path: Path) -> None:
    """What is not known has a reason, so that nobody takes it for the same."""
    Storyteller(tmp_path).tell([{"dev": "1.1.0", "prod": "1.0.0"}])
    standing = deployments(tmp_path)["prod"].standing
    assert standing is not None
    assert standing.reason == "the history begins with the landing that brought it, so what ran before is not recorded"


def test_deployment(tmp_path: Path) -> None:
    """An environment knows its image, the commit that the tag stands for, and the landing that brought it."""
    teller = Storyteller(tmp_path)
    repo = teller.tell([Code(), {"dev": A}, {"prod": A}])
    prod = deployments(tmp_path)["prod"]
    code = repo.git("rev-parse", "HEAD~2")
    assert prod.image.tag == f"{code[:12]}-r1"
    assert prod.image.repository == "registry.example.com/shop"
    assert prod.commit == code
    assert prod.landing is not None
    assert (prod.landing.id, prod.kind, prod.level) == (repo.head(), "promotion", None)
    assert PROD in prod.files
    assert DEV not in prod.files


def test_skipped(tmp_path: Path) -> None:
    """A move that breaks a rule carries the level of it."""
    Storyteller(tmp_path).tell([Code(), {"dev": A}, {"prod": B}])
    prod = deployments(tmp_path)["prod"]
    assert (prod.kind, prod.level) == ("skipped environment", "error")


def test_arrivals(tmp_path: Path) -> None:
    """All landings of an app are told, the oldest first, with what each did to which environment."""
    Storyteller(tmp_path).tell([Code(), {"dev": A}, {"prod": A}, {"dev": B, "prod": B}])
    (track,) = board_of(tmp_path).tracks
    assert [[f"{one.environment}: {one.kind}" for one in arrival.changes] for arrival in track.arrivals] == [
        ["dev: first release"],
        ["prod: promotion"],
        ["dev: release", "prod: simultaneous"],
    ]


def test_pending(tmp_path: Path) -> None:
    """What has not landed yet is on the board as such."""
    teller = Storyteller(tmp_path)
    teller.tell([Code(), {"dev": A}])
    teller.write(Landing({"dev": B}))
    dev = deployments(tmp_path)["dev"]
    assert dev.image.tag == teller.tag(B)
    assert dev.landing is not None
    assert (dev.landing.pending, dev.landing.time) == (True, 0), "the time of the run is in no report"


def test_new_digest_is_no_release(tmp_path: Path) -> None:
    """Another digest under the same tag does not hide how the build got there."""
    first, second = Landing({"dev": A}, digests={"dev": "a"}), Landing({"dev": A}, digests={"dev": "b"})
    Storyteller(tmp_path).tell([Code(), first, second])
    dev = deployments(tmp_path)["dev"]
    assert dev.kind == "first release"
    assert dev.image.digest == "sha256:" + "b" * 64


def test_three_environments(tmp_path: Path) -> None:
    """Each environment stands against the one before it."""
    teller = Storyteller(tmp_path)
    teller.repo.commit("Contract", {".gitopslint.yaml": THREE})
    teller.tell([Code(), {"dev": A}, {"stage": A}, {"prod": A}, {"dev": B}, {"stage": B}, {"dev": C}])
    found = deployments(tmp_path)
    stands = [
        (one.standing.against, one.standing.relation, one.standing.builds) for one in found.values() if one.standing
    ]
    assert stands == [("dev", "behind", 1), ("stage", "behind", 1)]


def test_tags_that_differ_by_the_environment(tmp_path: Path) -> None:
    """Where the contract takes them for one build, they are the same here as well."""
    contract = "version: 1\nplatform: none\ntag_equality: without-environment\n"
    teller = Storyteller(tmp_path)
    teller.repo.commit("Contract", {".gitopslint.yaml": contract})
    teller.tell([{"dev": "r27-dev"}, {"prod": "r27-prod"}])
    same = deployments(tmp_path)["prod"].standing
    teller.tell([{"dev": "r28-dev"}])
    behind = deployments(tmp_path)["prod"].standing
    assert same is not None
    assert behind is not None
    assert (same.relation, behind.relation, behind.builds) == ("same", "behind", 1)


def test_several_images(tmp_path: Path) -> None:
    """Each image of an app has a track of its own, named by its key."""
    keys = "images: [{repository: web.repository, tag: web.tag, digest: web.digest}, {repository: job.repository, tag: job.tag, digest: job.digest}]\n"
    teller = Storyteller(tmp_path)
    teller.repo.commit("Contract", {".gitopslint.yaml": "version: 1\nplatform: none\n" + keys})
    teller.repo.commit("Release", {DEV: "web: {repository: a, tag: 1.2.3}\njob: {repository: b, tag: 4.5.6}\n"})
    assert [(str(one), one.deployments[0].image.tag) for one in board_of(tmp_path).tracks] == [
        ("shop (job.tag)", "4.5.6"),
        ("shop (web.tag)", "1.2.3"),
    ]


def test_no_git(tmp_path: Path) -> None:
    """Without a history the board tells what runs today, and that nothing more is known."""
    Storyteller(tmp_path).write(Landing({"dev": "1.2.3", "prod": "1.2.2"}))
    (tmp_path / ".git").rename(tmp_path / "git")
    (track,) = board_of(tmp_path).tracks
    assert [one.image.tag for one in track.deployments] == ["1.2.3", "1.2.2"]
    assert str(track) == "shop"
    assert track.doubt is not None
    assert [one.doubt for one in track.deployments] == [track.doubt] * 2


def test_history_that_nobody_asks_for(tmp_path: Path) -> None:
    """Rules that need no history do not make a run read it for the board."""
    Storyteller(tmp_path).tell([Code(), {"dev": A}])
    board = report_on(tmp_path, selected=["mutable-tag"]).board
    assert board is not None
    assert board.tracks[0].doubt == (
        "the history was not read, because no rule that ran asks for it",
        "run the rules about promotion as well",
    )


def test_only_when_asked_for(tmp_path: Path) -> None:
    """A run whose formats do not show the board does not gather it, and finds the same."""
    Storyteller(tmp_path).tell([Code(), {"dev": A}, {"prod": B}])
    without = report_on(tmp_path, board=False)
    assert without.board is None
    assert without == report_on(tmp_path)._replace(board=None)


def test_credentials_do_not_reach_the_board(tmp_path: Path) -> None:
    """A token in the subject of a commit, in a name or in place of a tag is not shown."""
    token = "ghp_" + "aB3dE5fG7h" * 4
    teller = Storyteller(tmp_path)
    teller.write(Landing({"dev": token}))
    teller.repo.commit(f"Use {token} for now")
    text = repr(board_of(tmp_path))
    assert "for now" in text
    assert token not in text


def test_scope(tmp_path: Path) -> None:
    """A report on a part of the repository has that part on its board, and says that it did not see the rest."""
    teller = Storyteller(tmp_path)
    teller.tell([Code(), {"dev": A}, Landing({"dev": A}, app="blog")])
    report = report_on(tmp_path, DEV)
    assert report.board is not None
    (track,) = report.board.tracks
    assert track.app == "shop"
    assert [one.covered for one in track.deployments] == [True]


# What is changed in a report without findings, and what that makes of shop in dev.
CRASH = Fault("mutable-tag", "blog in prod", "KeyError")
OWN, FOREIGN = Unread(DEV, "Permission denied"), Unread("deploy/env/dev/blog.yaml", "Permission denied")
VERDICTS: dict[str, tuple[tuple[Fault, ...], tuple[Unread, ...], str]] = {
    "nothing": ((), (), "pass"),
    "a crash": ((CRASH,), (), "undecided"),
    "an unread file of it": ((), (OWN,), "undecided"),
    "an unread file of another app": ((), (FOREIGN,), "pass"),
}


@pytest.mark.parametrize(("faults", "unread", "expected"), VERDICTS.values(), ids=VERDICTS)
def test_judgement(faults: tuple[Fault, ...], unread: tuple[Unread, ...], expected: str, tmp_path: Path) -> None:
    """Only what was checked as a whole passes."""
    Storyteller(tmp_path).tell([Code(), {"dev": A}])
    report = report_on(tmp_path, selected=["mutable-tag"])
    assert (report.findings, report.undecided) == ((), ())
    report = report._replace(faults=faults, unread=unread)
    assert judgements(report)["shop", "dev"].verdict == expected


def test_judgement_counts(tmp_path: Path) -> None:
    """Findings count for the environment that they name, doubts for all that is made of their file."""
    Storyteller(tmp_path).tell([Code(), {"dev": "latest"}, {"prod": A}])
    judged = judgements(report_on(tmp_path, selected=["mutable-tag", "unbuilt-release"]))
    assert (judged["shop", "dev"].error, judged["shop", "dev"].verdict) == (1, "violation")
    assert (judged["shop", "prod"].error, judged["shop", "prod"].undecided) == (0, 1)
    assert judged["shop", "prod"].verdict == "undecided"

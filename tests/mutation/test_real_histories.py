"""The rules about history on histories that git has made, among them those that no list of landings can tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.engine.examples import CLEAN_HISTORY
from gitopslint.loaders.history import Told
from tests.mutation.breaks import DEV
from tests.mutation.companions import COMPANIONS
from tests.mutation.landings import HISTORY, at
from tests.mutation.shapes import MORE_HISTORY
from tests.support.repo import Repo

CONTRACT = {".gitopslint.yaml": "platform: none\n"}


class Replayed:
    """A repository in which landings are commits, and the commits in tags are the real ones."""

    def __init__(self, path: Path) -> None:
        self.repo = Repo(path)
        self._real: dict[str, str] = {}

    def land(self, told: Iterable[Told]) -> None:
        """Commit landings, one after the other."""
        for one in told:
            for path, text in one.files.items():
                if text is None:
                    (self.repo.path / path).unlink()
                else:
                    self.repo.write(path, self.spelled(str(text)))
            made = self.repo.commit(one.subject or "Change")
            if one.commit:
                self._real[one.commit] = made

    def spelled(self, text: str) -> str:
        """Replace the digits of told commits, seven or more of each, by those of the real ones."""
        for told, real in self._real.items():
            lengths = range(len(told), 6, -1)
            text = next((text.replace(told[:n], real[:n]) for n in lengths if told[:n] in text), text)
        return text


@pytest.fixture
def replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replayed:
    """The clean product, as git has it."""
    made = Replayed(tmp_path)
    begin, *releases = CLEAN_HISTORY
    made.land([begin._replace(files={**begin.files, **CONTRACT}), *releases])
    monkeypatch.chdir(tmp_path)
    return made


def rules(capfd: pytest.CaptureFixture[str]) -> set[str]:
    """Check the working directory, and return the rules that speak."""
    capfd.readouterr()
    main(["check", "--no-cache", "--output-format", "json"])
    return {one["rule"] for one in json.loads(capfd.readouterr().out)["findings"]}


WAYS = [
    pytest.param(rule, told, id=f"{rule}: {name}")
    for table in (HISTORY, MORE_HISTORY)
    for rule, edits in table.items()
    if rule != "foreign-tag-commit"  # to land a commit after its release, its digits would have to be known before
    for name, told in [*edits.items()][:: max(1, len(edits) - 1)]
]


@pytest.mark.parametrize(("rule", "told"), WAYS)
def test_told_and_real(rule: str, told: list[Told], replayed: Replayed, capfd: pytest.CaptureFixture[str]) -> None:
    """What speaks of landings that are told speaks of the same ones when git has made them."""
    assert rules(capfd) == set()
    replayed.land(told)
    found = rules(capfd)
    assert rule in found
    assert found - {rule} <= COMPANIONS.get(rule, {}).keys()


def _side(repo: Repo, message: str = "Try something") -> str:
    """Commit to a branch beside the main line, and go back."""
    repo.git("checkout", "--quiet", "-b", "side")
    made = repo.commit(message, {"apps/shop/side.ts": message})
    repo.git("checkout", "--quiet", "main")
    return made


def _amended(repo: Repo) -> str:
    made = repo.commit("Code", {"apps/shop/a.ts": "1"})
    repo.git("commit", "--quiet", "--amend", "--message=Better code")
    return made


def _orphan(repo: Repo) -> str:
    repo.git("checkout", "--quiet", "--orphan", "other")
    made = repo.commit("Another beginning", {"apps/shop/a.ts": "1"})
    repo.git("checkout", "--quiet", "--force", "main")
    return made


def _picked(repo: Repo) -> str:
    made = _side(repo)
    repo.git("cherry-pick", "--allow-empty", "-x", made)
    return made


def _squashed(repo: Repo) -> str:
    made = _side(repo)
    repo.git("merge", "--quiet", "--squash", "side")
    repo.git("commit", "--quiet", "--message=Squashed")
    return made


def _reset(repo: Repo) -> str:
    made = repo.commit("Code", {"apps/shop/a.ts": "1"})
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    return made


def _tagged(repo: Repo) -> str:
    made = _reset(repo)
    repo.git("tag", "v1.0.0", made)
    return made


def _stashed(repo: Repo) -> str:
    repo.write("deploy/env/dev/shop.yaml", "a: 1\n")
    made = repo.git("stash", "create")
    repo.git("checkout", "--quiet", "--", "deploy/env/dev/shop.yaml")
    return made


def _remote(repo: Repo) -> str:
    made = _reset(repo)
    repo.git("update-ref", "refs/remotes/origin/feature", made)
    return made


SHAPES: dict[str, Callable[[Repo], str]] = {
    "on a branch": _side,
    "amended": _amended,
    "of another beginning": _orphan,
    "picked": _picked,
    "squashed": _squashed,
    "thrown away": _reset,
    "only a tag leads to it": _tagged,
    "only a remote has it": _remote,
    "stashed": _stashed,
    "merged after its release": _side,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_commit_beside_the_main_line(shape: str, replayed: Replayed, capfd: pytest.CaptureFixture[str]) -> None:
    """The image was built from a commit that had not landed; with the tag of one that had, nothing speaks."""
    repo = replayed.repo
    before = (repo.path / DEV).read_text()
    foreign = SHAPES[shape](repo)
    repo.commit("release(dev)", {DEV: at(f"{foreign[:12]}-r1")})
    if shape == "merged after its release":
        repo.git("merge", "--quiet", "--no-ff", "--message=Merge", "side")
    found = rules(capfd)
    assert "foreign-tag-commit" in found
    assert found <= {"foreign-tag-commit", "stale-release"}  # what is on the main line is newer than that build
    repo.commit("back", {DEV: before})
    assert "foreign-tag-commit" not in rules(capfd)

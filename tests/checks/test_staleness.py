"""`stale-release`: what was merged and is running nowhere, in repositories that real git made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from gitopslint.loaders.git import Repository
from tests.support.lockfiles import locked
from tests.support.story import Branch, Code, Landing, Step, Storyteller
from tests.support.verdicts import judged, undecided

A, B = "{1}-r1", "{2}-r1"
LOCKED = locked("pnpm@9.12.0")
OTHER = locked("pnpm@9.12.0", number="6.0.1")
MORE = {"apps/shop/more.ts": "export {}\n"}

# The steps, the contract, and for each finding its environment, how many landings it counts, and the related places.
CASES: dict[str, tuple[Sequence[Step], str, list[str]]] = {
    "nothing since": ([Code(), {"dev": A}, {"prod": A}], "", []),
    "a file of the app": ([Code(), {"dev": A}, Landing(files=MORE)], "", ["dev 1"]),
    "two landings": (
        [Code(), {"dev": A}, Landing(files=MORE), Landing(files={"apps/shop/x.ts": ""})],
        "",
        ["dev 2"],
    ),
    "landed before the release, and after the build": ([Code(), Landing(files=MORE), {"dev": A}], "", ["dev 1"]),
    "both environments run it": ([Code(), {"dev": A}, {"prod": A}, Landing(files=MORE)], "", ["dev 1 +1"]),
    "the later environment waits": ([Code(), {"dev": A}, {"prod": A}, Code(), {"dev": B}], "", []),
    "rolled back on purpose": ([Code(), {"dev": A}, Code(), {"dev": B}, {"dev": A}], "", []),
    "the later environment runs the newer build": (
        [Code(), {"dev": A}, Code(), {"prod": B}, Landing(files=MORE)],
        "",
        ["prod 1"],
    ),
    "rolled back on purpose, and the same commit is elsewhere under another tag": (
        [Code(), {"dev": A}, Code(), {"dev": B}, {"dev": A}, {"prod": "{1}-r2"}],
        "",
        ["prod 1"],
    ),
    "documentation": ([Code(), {"dev": A}, Landing(files={"docs/a.md": ""})], "", []),
    "another app": ([Code(), {"dev": A}, Landing(files={"apps/blog/a.ts": ""})], "", []),
    "taken back again": (
        [Code(), {"dev": A}, Landing(files=MORE), Landing(files={"apps/shop/more.ts": None})],
        "",
        [],
    ),
    "a merge is one landing": (
        [Code(), {"dev": A}, Branch([Landing(files=MORE), Landing(files={"apps/shop/x.ts": ""})])],
        "",
        ["dev 1"],
    ),
    "built on a branch that was merged": ([Landing(files={"README.md": ""}), Branch([Code()]), {"dev": A}], "", []),
    "built on a branch that went on": (
        [Landing(files={"README.md": ""}), Branch([Code(), Landing(files=MORE)]), {"dev": A}],
        "",
        ["dev 1"],
    ),
    "a tag without a commit": ([Code(), {"dev": "v1.0.0"}, Landing(files=MORE)], "", []),
    "a placeholder": ([Code(), {"dev": "TBD"}, Landing(files=MORE)], "", []),
    "a commit that nobody knows": ([Code(), {"dev": "0123456789ab-r1"}, Landing(files=MORE)], "", []),
    "the code is elsewhere": ([Code(), {"dev": A}, Landing(files=MORE)], "commits: elsewhere", []),
    "what all apps share": (
        [Code(), {"dev": A}, Landing(files={"build/base.mk": ""})],
        "shared_sources: [build/**]",
        ["dev 1"],
    ),
    "a lockfile, for another app": ([Code(LOCKED), {"dev": A}, Landing(files=OTHER)], "", []),
    "a lockfile, for this one": (
        [Code(LOCKED), {"dev": A}, Landing(files=locked("pnpm@9.12.0", leftpad="0.0.2"))],
        "",
        ["dev 1"],
    ),
}


def told(path: Path) -> list[str]:
    """Return each finding of the rule in short."""
    lines = []
    for one in judged(path, "stale-release").findings:
        count = (
            one.message.partition(" landings have")[0].rpartition(" ")[2] if " landings have" in one.message else "1"
        )
        lines.append(f"{one.environment} {count}{f' +{len(one.related)}' if one.related else ''}")
    return lines


@pytest.mark.parametrize(("steps", "contract", "expected"), CASES.values(), ids=CASES)
def test_stale(steps: Sequence[Step], contract: str, expected: list[str], tmp_path: Path) -> None:
    """The newest build of an app is stale when its inputs have changed since its commit, on the main line."""
    teller = Storyteller(tmp_path)
    if contract:
        teller.repo.commit("Contract", {".gitopslint.yaml": f"version: 1\n{contract}\n"})
    teller.tell(steps)
    assert told(tmp_path) == expected


def test_message(tmp_path: Path) -> None:
    """It says since when, how often, what last, and how to learn why."""
    repo = Storyteller(tmp_path).tell([Code(), {"dev": A}, Landing(files=MORE)])
    (finding,) = judged(tmp_path, "stale-release").findings
    head, code = repo.head()[:8], repo.git("rev-parse", "HEAD~2")
    assert finding.level == "note"
    assert f"{head} (2023-11-14, 'Change') has changed what the image is built from since its commit" in finding.message
    assert f"`gitopslint affected --base {code[:12]}`" in finding.message
    assert str(finding.span) == "deploy/env/release-dev/shop.yaml:3:8"


def test_pending_change_does_not_count(tmp_path: Path) -> None:
    """What has not landed can be in no build."""
    repo = Storyteller(tmp_path).tell([Code(), {"dev": A}])
    repo.write("apps/shop/more.ts", "export {}\n")
    repo.git("add", "--all")
    assert told(tmp_path) == []


def test_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many apps with many builds are a few questions of git, and none where the rule is off."""
    asked: list[str] = []
    ask = Repository.ask

    def counted(self: Repository, *question: str, **options: bytes | bool | None) -> bytes:
        asked.append(question[0])
        return ask(self, *question, **options)  # type: ignore[arg-type]

    teller = Storyteller(tmp_path)
    teller.tell([Code(), *(Landing({"dev": A}, app=f"app{number}") for number in range(8)), Landing(files=MORE)])
    monkeypatch.setattr(Repository, "ask", counted)
    judged(tmp_path, "unknown-tag-commit")
    without = asked.count("diff-tree")
    asked.clear()
    judged(tmp_path, "stale-release", "unknown-tag-commit")
    assert asked.count("diff-tree") == without + 1


def test_shallow(tmp_path: Path) -> None:
    """In a clone that was cut off behind the commit nobody knows, and the neighbours say so."""
    Storyteller(tmp_path / "origin").tell([Code(), {"dev": A}, Landing(files=MORE)])
    Storyteller(tmp_path / "other").repo.git(
        "clone", "--quiet", "--depth=1", f"file://{tmp_path / 'origin'}", str(tmp_path / "clone")
    )
    report = judged(tmp_path / "clone", "stale-release", "unknown-tag-commit")
    assert report.findings == ()
    assert "unknown-tag-commit" in [rule for rules in undecided(report).values() for rule in rules]


def test_files(tmp_path: Path) -> None:
    """A product in a folder of its repository asks about the files below it."""
    teller = Storyteller(tmp_path, layer="web/deploy/env/release-{env}/{app}.yaml")
    files: Mapping[str, str] = {"web/apps/shop/a.ts": ""}
    teller.tell([Code(files), {"dev": A}, Landing(files={"apps/shop/b.ts": ""})])
    assert told(tmp_path / "web") == []
    teller.tell([Landing(files={"web/apps/shop/b.ts": ""})])
    assert told(tmp_path / "web") == ["dev 1"]


def test_commits_that_change_nothing(tmp_path: Path) -> None:
    """A commit that only starts a pipeline is a landing, too, and moves no other one out of its place."""
    teller = Storyteller(tmp_path)
    steps: Sequence[Step] = [Code(), Code(), {"dev": B}]
    for step in steps:
        teller.repo.commit("Empty")
        teller.tell([step])
        teller.repo.commit("Empty")
    assert told(tmp_path) == []
    teller.tell([Landing(files=MORE)])
    teller.repo.commit("Empty")
    assert told(tmp_path) == ["dev 1"]


def test_an_environment_whose_build_is_not_followed(tmp_path: Path) -> None:
    """Behind a link an earlier environment may run the newest code, so nothing is said of a later one."""
    teller = Storyteller(tmp_path)
    teller.tell([Code(), {"dev": A}, {"prod": A}, Code()])
    layer = "deploy/env/release-dev/shop.yaml"
    text = (tmp_path / layer).read_text().replace(teller.tag(A), teller.tag(B))
    (tmp_path / layer).unlink()
    teller.repo.link(layer, "../../../images/dev.yaml")
    teller.repo.commit("Link", {"images/dev.yaml": text})
    assert told(tmp_path) == []

"""Findings about today's releases, in repositories that real git made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from gitopslint.loaders.git_history import GitHistory
from gitopslint.loaders.history import HistoryError
from tests.support.story import Branch, Code, Landing, Step, Storyteller
from tests.support.verdicts import found, judged, undecided

A, B, C = "{1}-r1", "{2}-r1", "{3}-r1"
DEV, PROD = "deploy/env/release-dev/shop.yaml", "deploy/env/release-prod/shop.yaml"
SOUND: Sequence[Step] = [Code(), {"dev": A}, {"prod": A}]
MIGRATION = {"apps/shop/migrations/0002.sql": "create table orders (id int);\n"}
MIXED = "dev mixed-release warning"

REGIONS = "environments: [dev, eu, us]\npromoted_from: {us: dev}"

# The steps, the contract, and what is found.
CASES: dict[str, tuple[Sequence[Step], str, list[str]]] = {
    "by the contract": (SOUND, "", []),
    "prod first": ([Code(), {"dev": "x"}, {"prod": A}], "", ["prod skipped-environment error"]),
    "prod first, dev afterwards": ([Code(), {"prod": A}, {"dev": A}], "", ["prod skipped-environment error"]),
    "prod first, and allowed": ([Code(), {"prod": A}, {"dev": A}], "promotion: prod-first", []),
    "both at once": ([Code(), {"dev": A, "prod": A}], "", ["prod simultaneous-promotion error"]),
    "both at once, and allowed": ([Code(), {"dev": A, "prod": A}], "promotion: prod-first", []),
    "both in one merge": ([Code(), Branch([{"dev": A}, {"prod": A}])], "", ["prod simultaneous-promotion error"]),
    "dev has moved on": ([*SOUND, Code(), {"dev": B}, Code(), {"dev": C}, {"prod": B}], "", []),
    "two regions at once": ([Code(), {"dev": A}, {"eu": A, "us": A}], REGIONS, []),
    "one region after the other": ([Code(), {"dev": A}, {"us": A}, {"eu": A}], REGIONS, []),
    "a region before dev": ([Code(), {"dev": "x"}, {"us": A}], REGIONS, ["us skipped-environment error"]),
    "a region that takes nothing from dev": (
        [Code(), {"us": A}, {"dev": A}],
        "environments: [dev, us]\npromoted_from: {us: null}",
        [],
    ),
    "the last of two regions is free": (
        [Code(), {"dev": "x"}, {"eu": A, "us": A}],
        f"{REGIONS}\npromotion: prod-first",
        [],
    ),
    "another app in the place of one, with a tag of its own": (
        [*SOUND, Code(), Landing({"dev": B, "prod": B}, {DEV: None, PROD: None}, app="store")],
        "",
        ["prod simultaneous-promotion error"],
    ),
    "an environment with the contract that names it": (
        [Code(), {"dev": A}, Landing({"prod": A}, {".gitopslint.yaml": "platform: none\n"})],
        "",
        [],
    ),
    "a rollback": ([*SOUND, Code(), {"dev": B}, {"prod": B}, {"prod": A}], "", ["prod rollback note"]),
    "a rollback across a migration": (
        [*SOUND, Code(MIGRATION), {"dev": B}, {"prod": B}, {"prod": A}],
        "",
        ["prod rollback warning"],
    ),
    "a rollback across a changed migration": (
        [
            Code(MIGRATION),
            {"dev": A},
            {"prod": A},
            Code({"apps/shop/migrations/0002.sql": "--\n"}),
            {"dev": B},
            {"dev": A},
        ],
        "",
        ["dev rollback note"],
    ),
    "a rollback across the migration of another app": (
        [*SOUND, Code({"apps/blog/migrations/1.sql": "x"}), {"dev": B}, {"prod": B}, {"prod": A}],
        "",
        ["prod rollback note"],
    ),
    "a rollback between tags without commits, across a migration": (
        [Code(), {"dev": "v1.0.0"}, Code(MIGRATION), {"dev": "v1.1.0"}, {"dev": "v1.0.0"}],
        "",
        ["dev reused-tag warning", "dev rollback warning"],
    ),
    "two rollbacks": (
        [*SOUND, Code(), {"dev": B}, {"prod": B}, {"prod": A}, {"dev": A}],
        "",
        ["dev rollback note", "prod rollback note"],
    ),
    "a rollback to what was skipped is free": (
        [Code(), {"dev": "x"}, {"prod": A}, {"prod": "x"}, {"prod": A}],
        "",
        ["prod rollback note"],
    ),
    "a tag for each environment": (
        [Code(), {"dev": "main-r27-dev"}, {"prod": "main-r27"}],
        "",
        ["prod divergent-promotion error"],
    ),
    "another tag of what dev ran, by its digest": (
        [Code(), Landing({"dev": A}, digests={"dev": "a"}), Landing({"prod": "v1.0.0"}, digests={"prod": "a"})],
        "",
        [],
    ),
    "another tag of what dev gets as well, by its digest": (
        [Code(), Landing({"dev": A, "prod": "v1.0.0"}, digests={"dev": "a", "prod": "a"})],
        "",
        ["prod simultaneous-promotion error"],
    ),
    "another tag of what dev runs later, by its digest": (
        [
            Code(),
            Landing({"dev": A}, digests={"dev": "b"}),
            Landing({"prod": "v1.0.0"}, digests={"prod": "a"}),
            Landing({"dev": "v0.9.0"}, digests={"dev": "a"}),
        ],
        "",
        ["prod skipped-environment error"],
    ),
    "a tag for each environment, and allowed": (
        [Code(), {"dev": "main-r27-dev"}, {"prod": "main-r27-prod"}],
        "tag_equality: without-environment",
        [],
    ),
    "released with its sources": (
        [Code(), Landing({"dev": A}, {"apps/shop/page.ts": "changed"})],
        "",
        ["dev mixed-release warning", "dev release-with-source error"],
    ),
    "released with the sources of another app": (
        [Code(), Landing({"dev": A}, {"apps/blog/page.ts": "changed"})],
        "",
        [MIXED],
    ),
    "sources, a build and its release in one merge": ([Code(), Branch([Code(), {"dev": B}])], "", [MIXED]),
    "a merge with sources behind the build": (
        [Code(), Branch([Code(), {"dev": B}, Landing(files={"apps/shop/late.ts": "x"})])],
        "",
        [MIXED, "dev release-with-source error"],
    ),
    "sources by the contract": (
        [Code(), Landing({"dev": A}, {"web/shop/page.ts": "changed"})],
        "sources: ['web/{app}/**']",
        [MIXED, "dev release-with-source error"],
    ),
    "sources of one app by the contract": (
        [Code(), Landing({"dev": A}, {"web/page.ts": "changed"})],
        "apps: {shop: {sources: ['web/**']}}",
        [MIXED, "dev release-with-source error"],
    ),
    "two apps in one landing": (
        [
            Code(),
            Landing({"dev": A}, {"deploy/env/release-dev/blog.yaml": "image: {repository: r.io/b, tag: v1.0.0}\n"}),
        ],
        "",
        [],
    ),
    "a commit that was never merged": (
        [Code(), Branch([Code()], merged=False), {"dev": B}],
        "",
        ["dev foreign-tag-commit error"],
    ),
    "a branch that was squashed": (
        [Code(), Branch([Code()], squashed=True), {"dev": B}],
        "",
        ["dev foreign-tag-commit error"],
    ),
    "a commit of a merged branch": ([Code(), Branch([Code()]), {"dev": B}], "", []),
    "no commit": ([Code(), {"dev": "0123456789ab-r1"}], "", ["dev unknown-tag-commit error"]),
    "no commit, and built elsewhere": ([Code(), {"dev": "0123456789ab-r1"}], "commits: elsewhere", []),
    "another digest": (
        [Code(), Landing({"dev": A}, digests={"dev": "a"}), Landing({"dev": A}, digests={"dev": "b"})],
        "",
        ["dev reused-tag error"],
    ),
    "another digest in prod": (
        [Code(), Landing({"dev": A}, digests={"dev": "a"}), Landing({"prod": A}, digests={"prod": "b"})],
        "",
        ["dev reused-tag error", "prod reused-tag error"],
    ),
    "a name that comes back": (
        [Code(), {"dev": "main-r1"}, Code(), {"dev": "main-r2"}, {"dev": "main-r1"}],
        "",
        ["dev reused-tag warning", "dev rollback note"],
    ),
    "a name that comes back to the same sources": (
        [Code(), {"dev": "main-r1"}, {"dev": "main-r2"}, {"dev": "main-r1"}],
        "",
        ["dev rollback note"],
    ),
    "deleted and restored": ([*SOUND, {"dev": None, "prod": None}, {"dev": A, "prod": A}], "", []),
    "broken and repaired": ([*SOUND, {"prod": "!"}, {"prod": A}], "", []),
    "three environments": (
        [Code(), {"dev": A}, {"stage": A}, {"prod": A}],
        "environments: [dev, stage, prod]",
        [],
    ),
    "three environments, the middle one skipped": (
        [Code(), {"dev": A}, {"stage": "x", "dev": A}, {"prod": A}],
        "environments: [dev, stage, prod]",
        ["prod skipped-environment error", "stage skipped-environment error"],
    ),
    "three environments, of which the app has two": (
        [Code(), {"dev": A}, {"prod": A}],
        "environments: [dev, stage, prod]",
        [],
    ),
    "an environment that came later": (
        [Code(), {"dev": A}, {"prod": A}, Code(), {"dev": B}, {"stage": B}],
        "environments: [dev, stage, prod]",
        [],
    ),
    "an app in prod only": ([Code(), {"prod": A}], "", []),
}


@pytest.mark.parametrize(("steps", "contract", "expected"), CASES.values(), ids=CASES)
def test_case(steps: Sequence[Step], contract: str, expected: list[str], tmp_path: Path) -> None:
    """What today's releases are reported for, and at which level."""
    story(tmp_path, steps, contract)
    report = judged(tmp_path, ignored=("short-soak",))
    assert found(report) == expected
    assert undecided(report) == {}


def story(path: Path, steps: Sequence[Step], contract: str = "") -> Storyteller:
    """Make a repository that begins with its contract."""
    teller = Storyteller(path)
    teller.repo.commit("Begin", {".gitopslint.yaml": f"{contract}\n"})
    teller.tell(steps)
    return teller


def test_what_a_finding_says(tmp_path: Path) -> None:
    """It stands on today's tag, names landings by id, day and subject, and points at the earlier environment."""
    teller = story(tmp_path, [Code(), {"dev": "x"}, {"prod": A}, Landing(files={"README.md": "More.\n"})])
    (finding,) = judged(tmp_path, "skipped-environment").findings
    before, landing = teller.repo.git("log", "--format=%h", "--abbrev=8", "-2", "--skip=1").split()[::-1]
    assert str(finding.span) == f"{PROD}:3:8"
    assert finding.message == (
        f"shop in prod runs {teller.tag(A)!r} since {landing} (2023-11-14, 'Set prod {A}'): dev had not run it before "
        f"(dev ran 'x' then); release it to dev first, and promote it in a later landing"
    )
    (related,) = finding.related
    assert str(related.span) == f"{DEV}:3:8"
    assert related.note == f"dev ran 'x' then, since {before} (2023-11-14, 'Set dev x')"
    assert finding.key_path == ("image", "tag")


def test_the_near_miss_is_named(tmp_path: Path) -> None:
    """Where a tag shares its first digits only with a commit, both facts are said."""
    teller = story(tmp_path, [Code()])
    commit = teller.tag("{1}")
    typed = commit[:8] + ("0" if commit[8] != "0" else "1") + commit[9:]
    teller.tell([{"dev": f"{typed}-r1"}])
    (finding,) = judged(tmp_path, "unknown-tag-commit").findings
    assert f"no commit of this repository starts with {typed!r}" in finding.message
    assert f"(only the first 8 digits are those of {commit[:8]} (2023-11-14, 'Code 1'))" in finding.message


def test_short_soak(tmp_path: Path) -> None:
    """Time counts only while the earlier environment ran the tag. The landings are a minute apart."""
    steps: list[Step] = [Code(), {"dev": A}, Code(), {"dev": B}, {"dev": A}, {"prod": A}]
    for minimum, expected in (("3m", []), ("4m", ["prod short-soak warning"])):
        story(tmp_path / minimum, steps, f"minimum_soak: {minimum}")
        assert found(judged(tmp_path / minimum, "short-soak")) == expected
    story(tmp_path / "off", steps)
    assert found(judged(tmp_path / "off", "short-soak")) == []


PENDING: dict[str, tuple[Mapping[str, str | None], list[str]]] = {
    "a release to dev": ({"dev": B}, []),
    "prod gets what dev runs": ({"prod": A}, []),
    "prod first": ({"prod": B}, ["prod skipped-environment error"]),
    "both at once": ({"dev": B, "prod": B}, ["prod simultaneous-promotion error"]),
    "no commit": ({"dev": "0123456789ab-r1"}, ["dev unknown-tag-commit error"]),
}


@pytest.mark.parametrize("staged", [False, True], ids=["on disk", "staged"])
@pytest.mark.parametrize(("tags", "expected"), PENDING.values(), ids=PENDING)
def test_pending(tags: Mapping[str, str | None], expected: list[str], staged: bool, tmp_path: Path) -> None:
    """What is not committed yet is the newest landing, judged before it lands: on disk, or in the index for a hook."""
    teller = story(tmp_path, [Code(), {"dev": A}, {"prod": "x"}, Code()])
    teller.write(Landing(tags))
    if staged:
        teller.repo.git("add", "--all")
        teller.write(Landing({"dev": "y", "prod": "z"}))
    report = judged(tmp_path, "promotion", "unknown-tag-commit", staged=staged, ignored=("skipped-environment",))
    skipped = judged(tmp_path, "skipped-environment", staged=staged)
    pending = [one for one in (*report.findings, *skipped.findings) if "the pending change" in one.message]
    assert sorted(f"{one.environment} {one.rule} {one.level}" for one in pending) == expected


def test_pending_with_other_files(tmp_path: Path) -> None:
    """In a hook all that is staged lands with the release."""
    teller = story(tmp_path, [*SOUND, Code()])
    teller.write(Landing({"dev": B}, {"apps/shop/page.ts": "staged"}))
    teller.repo.git("add", "--all")
    assert found(judged(tmp_path, staged=True, ignored=("short-soak",))) == [MIXED, "dev release-with-source error"]


REQUESTS: dict[str, tuple[Sequence[Step], list[str]]] = {
    "a release": ([{"dev": B}], []),
    "both, in two commits": ([{"dev": B}, {"prod": B}], ["prod simultaneous-promotion error"]),
    "a promotion of what dev ran before": ([{"prod": B}], ["prod skipped-environment error"]),
    "forth and back again": ([{"prod": "x"}, {"prod": A}], []),
    "sources and their release": ([Code(), {"dev": "{3}-r1"}], [MIXED]),
    "a release of sources that follow": (
        [{"dev": B}, Landing(files={"apps/shop/late.ts": "x"})],
        [MIXED, "dev release-with-source error"],
    ),
}


@pytest.mark.parametrize(("steps", "expected"), REQUESTS.values(), ids=REQUESTS)
def test_request(steps: Sequence[Step], expected: list[str], tmp_path: Path) -> None:
    """Over its base a merge request is one landing, and judged so before and after its merge."""
    teller = story(tmp_path, [*SOUND, Code()])
    teller.repo.git("switch", "--quiet", "--create", "request")
    teller.tell(steps)
    assert found(judged(tmp_path, base="main", ignored=("short-soak",))) == expected
    teller.repo.git("switch", "--quiet", "main")
    teller.repo.git("merge", "--quiet", "--no-ff", "-m", "Merge request", "request")
    assert found(judged(tmp_path, ignored=("short-soak",))) == expected


def test_request_behind_its_base(tmp_path: Path) -> None:
    """What landed on the base meanwhile is no part of the request; its commits may be released all the same."""
    teller = story(tmp_path, SOUND)
    teller.repo.git("switch", "--quiet", "--create", "request")
    teller.repo.git("switch", "--quiet", "main")
    teller.tell([Code()])
    teller.repo.git("switch", "--quiet", "request")
    teller.tell([{"dev": B}])
    assert found(judged(tmp_path, base="main", ignored=("short-soak",))) == []


def test_request_of_what_landed_meanwhile(tmp_path: Path) -> None:
    """What dev got on the base after the fork is what the request promotes; it is judged as it will be merged."""
    teller = story(tmp_path, [*SOUND, Code()])
    teller.repo.git("switch", "--quiet", "--create", "request")
    teller.repo.git("switch", "--quiet", "main")
    teller.tell([{"dev": B}])
    teller.repo.git("switch", "--quiet", "request")
    teller.tell([{"prod": B}])
    report = judged(tmp_path, base="main", ignored=("short-soak",))
    assert (found(report), undecided(report)) == ([], {})
    teller.repo.git("switch", "--quiet", "main")
    teller.repo.git("merge", "--quiet", "--no-ff", "-m", "Merge request", "request")
    assert found(judged(tmp_path, ignored=("short-soak",))) == []


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_what_is_cut_off_makes_no_rollback(depth: int, tmp_path: Path) -> None:
    """What looks like a way back in the part that is known may be the second time that a rule is broken."""
    story(tmp_path / "origin", [*SOUND, Code(), {"prod": B}, {"prod": A}, {"prod": B}])
    assert found(judged(tmp_path / "origin", "promotion", ignored=("short-soak",))) == [
        "prod skipped-environment error"
    ]
    url = f"file://{tmp_path / 'origin'}"
    Storyteller(tmp_path / "x").repo.git("clone", "--quiet", f"--depth={depth}", url, str(tmp_path / "clone"))
    report = judged(tmp_path / "clone", "promotion", ignored=("short-soak",))
    assert found(report) == []
    assert {"skipped-environment", "rollback"} <= {rule for rules in undecided(report).values() for rule in rules}


def test_what_was_not_read_makes_no_verdict(tmp_path: Path) -> None:
    """A tag that was overwritten, or a rollback, in what a partial clone left on the server is undecided."""
    origin = story(tmp_path / "origin", [Code(), Landing({"dev": A}, digests={"dev": "a"}), {"dev": "x"}])
    origin.tell([Landing({"dev": A}, digests={"dev": "b"})])
    assert found(judged(tmp_path / "origin", "reused-tag", "rollback")) == ["dev reused-tag error", "dev rollback note"]
    origin.repo.git("config", "uploadpack.allowFilter", "true")
    url = f"file://{tmp_path / 'origin'}"
    origin.repo.git("clone", "--quiet", "--filter=blob:none", url, str(tmp_path / "clone"))
    report = judged(tmp_path / "clone", "reused-tag", "rollback")
    assert found(report) == []
    assert {rule for rules in undecided(report).values() for rule in rules} == {"reused-tag", "rollback"}


def test_an_environment_without_its_layer_is_skipped_all_the_same(tmp_path: Path) -> None:
    """Taking the release layer away for one landing opens no way around an environment."""
    steps: list[Step] = [
        Code(),
        {"dev": A},
        {"stage": A},
        {"prod": A},
        Code(),
        {"dev": B},
        {"stage": None},
        {"prod": B},
    ]
    story(tmp_path, [*steps, {"stage": A}], "environments: [dev, stage, prod]")
    assert "prod skipped-environment error" in found(judged(tmp_path, "promotion", ignored=("short-soak",)))


def test_an_image_named_in_other_words_before_is_undecided(tmp_path: Path) -> None:
    """Where a layer takes an image over from a file under other keys, nothing is claimed about how it came."""
    old = "dev: {image: {repository: registry.example.com/shop, tag: v1.0.0}}\nprod: {image: {repository: registry.example.com/shop, tag: v1.0.0}}\n"
    story(
        tmp_path,
        [
            Code(),
            Landing(files={"apps/shop.yaml": old}),
            Landing({"dev": "v1.0.0", "prod": "v1.0.0"}, {"apps/shop.yaml": None}),
        ],
    )
    report = judged(tmp_path, "skipped-environment", "simultaneous-promotion")
    assert found(report) == []
    assert len(report.undecided) == 1


def test_no_credential_of_a_commit_is_told(tmp_path: Path) -> None:
    """What people put into the subject of a commit is not repeated where it looks like a credential."""
    teller = story(tmp_path, [Code(), {"dev": "x"}])
    teller.write(Landing({"prod": A}))
    teller.repo.commit("token ghp_" + "aB3dE5gH7" * 4)
    (finding,) = judged(tmp_path, "skipped-environment").findings
    assert "ghp_" not in finding.message
    assert "'token ***'" in finding.message


def test_shallow(tmp_path: Path) -> None:
    """In a shallow clone nothing is proved and nothing is claimed: one entry that says what to fetch."""
    story(tmp_path / "origin", SOUND)
    url = f"file://{tmp_path / 'origin'}"
    Storyteller(tmp_path / "x").repo.git("clone", "--quiet", "--depth=1", url, str(tmp_path / "clone"))
    report = judged(tmp_path / "clone")
    assert found(report) == []
    (one,) = report.undecided
    assert one.reason == "the history is cut off (a shallow clone)"
    assert "GIT_DEPTH: 0" in one.remedy
    assert set(one.rules) >= {"skipped-environment", "simultaneous-promotion", "unknown-tag-commit", "reused-tag"}


def test_a_shallow_clone_that_holds_the_proof(tmp_path: Path) -> None:
    """Where the landings that count are there, a promotion is proved in a shallow clone, too."""
    story(tmp_path / "origin", [*SOUND, Code(), {"dev": B}, {"prod": B}])
    url = f"file://{tmp_path / 'origin'}"
    Storyteller(tmp_path / "x").repo.git("clone", "--quiet", "--depth=3", url, str(tmp_path / "clone"))
    report = judged(tmp_path / "clone", "skipped-environment", "foreign-tag-commit", "unknown-tag-commit")
    assert (found(report), undecided(report)) == ([], {})


def test_partial(tmp_path: Path) -> None:
    """Where older layers were left on the server, what they say is undecided, and how to get them is said."""
    origin = story(tmp_path / "origin", [Code(), Landing({"dev": A}, digests={"dev": "a"}), {"dev": "x"}, {"prod": A}])
    origin.repo.git("config", "uploadpack.allowFilter", "true")
    url = f"file://{tmp_path / 'origin'}"
    origin.repo.git("clone", "--quiet", "--filter=blob:none", url, str(tmp_path / "clone"))
    report = judged(tmp_path / "clone", "skipped-environment")
    assert found(report) == []
    assert list(undecided(report)) == ["older release layers cannot be read (a partial clone, or symbolic links)"]
    assert "--filter" in report.undecided[0].remedy


def test_an_app_and_its_repository_under_another_name(tmp_path: Path) -> None:
    """Where both get another name, nobody knows whether the images are still the same: no error, and no proof."""
    renamed = Landing({"dev": A, "prod": A}, {DEV: None, PROD: None}, app="store")
    report = judged(story(tmp_path, [*SOUND, renamed]).repo.path, "promotion")
    assert found(report) == []
    assert "a file whose history is not followed" in " ".join(undecided(report))


def test_without_folders(tmp_path: Path) -> None:
    """Where whole folders of the history were left on the server, the way out is the same."""
    origin = story(tmp_path / "origin", SOUND)
    origin.repo.git("config", "uploadpack.allowFilter", "true")
    origin.repo.git("clone", "--quiet", "--filter=tree:0", f"file://{tmp_path / 'origin'}", str(tmp_path / "clone"))
    report = judged(tmp_path / "clone", "skipped-environment")
    assert list(undecided(report)) == ["the clone left folders of its history on the server (a partial clone)"]
    assert "--filter" in report.undecided[0].remedy


def test_the_first_commit_proves_nothing(tmp_path: Path) -> None:
    """A repository that begins with its releases was imported: what ran before is not recorded."""
    Storyteller(tmp_path).tell([{"dev": "v1.0.0", "prod": "v1.0.0"}])
    report = judged(tmp_path)
    assert found(report) == []
    assert [reason.partition(",")[0] for reason in undecided(report)] == [
        "the history begins with the landing that brought it"
    ]


def test_code_in_another_repository(tmp_path: Path) -> None:
    """Where no tag names a commit of this repository, that is one doubt, and not an error for each of them."""
    apps = ("blog", "shop", "till")
    steps = [Landing({"dev": f"{number}abcdef12345"}, app=app) for number, app in enumerate(apps, 1)]
    story(tmp_path, steps)
    report = judged(tmp_path, "unknown-tag-commit")
    assert found(report) == []
    (one,) = report.undecided
    assert one.reason.startswith("no tag here names a commit of this repository")
    assert len(one.spans) == len(apps)


def test_digits_may_be_a_number(tmp_path: Path) -> None:
    """A build number that could be a commit is neither an error nor silence."""
    story(tmp_path, [Code(), {"dev": "build-12345678"}])
    report = judged(tmp_path, "unknown-tag-commit")
    assert found(report) == []
    assert list(undecided(report)) == ["12345678 may be a commit or a number: no commit starts with it"]


SEVERAL = """\
images:
- {repository: web.image.repository, tag: web.image.tag}
- {repository: worker.image.repository, tag: worker.image.tag}
"""


def test_several_images(tmp_path: Path) -> None:
    """Each image of an app has a timeline of its own, and its finding names the key."""
    layer = (
        "web: {{image: {{repository: r.io/web, tag: {0}}}}}\n"
        "worker: {{image: {{repository: r.io/worker, tag: {1}}}}}\n".format
    )
    teller = story(tmp_path, [Code()], SEVERAL)
    for files in (
        {DEV: layer("v1.0.0", "v1.0.0")},
        {PROD: layer("v1.0.0", "v2.0.0")},
        {DEV: layer("v1.0.0", "v2.0.0")},
    ):
        teller.tell([Landing(files=files)])
    (finding,) = judged(tmp_path, "promotion", ignored=("mixed-release", "short-soak")).findings
    assert finding.rule == "skipped-environment"
    assert finding.message.startswith("shop in prod (worker.image.tag) runs 'v2.0.0' since ")
    assert str(finding.span).startswith(f"{PROD}:2:")


def test_an_image_by_its_digest_alone(tmp_path: Path) -> None:
    """Where the contract has no key for a tag, a finding stands on the digest and names its key."""
    steps = [Landing({"dev": "x"}, digests={"dev": "a"}), Landing({"prod": "x"}, digests={"prod": "b"})]
    story(tmp_path, [Code(), *steps], "images: [{repository: image.repository, tag: null, digest: image.digest}]")
    (finding,) = judged(tmp_path, "skipped-environment").findings
    assert (str(finding.span), finding.key_path) == (f"{PROD}:4:11", ("image", "digest"))


def test_without_release_layers(tmp_path: Path) -> None:
    """In a layout without release layers the history of the values files tells the same."""
    contract = "layers: [{role: env, path: 'apps/{app}/values-{env}.yaml'}]"
    teller = story(tmp_path, [], contract)
    layer = "image: {{repository: r.io/shop, tag: {0}}}\nreplicas: {1}\n".format
    for environment, tag, replicas in (("dev", "v1.0.0", 1), ("prod", "v1.0.0", 1), ("prod", "v1.0.0", 2)):
        teller.repo.commit("Set", {f"apps/shop/values-{environment}.yaml": layer(tag, replicas)})
    assert found(judged(tmp_path, ignored=("short-soak",))) == []
    teller.repo.commit("Set", {"apps/shop/values-prod.yaml": layer("v1.1.0", 2)})
    assert found(judged(tmp_path, ignored=("short-soak",))) == ["prod skipped-environment error"]


def test_below_the_top(tmp_path: Path) -> None:
    """A product in a folder of a larger repository is judged by the landings of that folder."""
    teller = Storyteller(tmp_path, layer="product/deploy/env/release-{env}/{app}.yaml")
    teller.tell([Code({"product/apps/shop/a.ts": "1"}), {"dev": A}, {"prod": "x"}])
    assert found(judged(tmp_path / "product", "promotion")) == ["prod skipped-environment error"]
    teller.tell([Landing({"dev": A}, {"product/apps/shop/a.ts": "2"}), Landing({"dev": "y"}, {"apps/shop/a.ts": "3"})])
    assert found(judged(tmp_path / "product", "release-with-source")) == []


def test_a_link_is_undecided(tmp_path: Path) -> None:
    """A layer that is a symbolic link changes whenever its target does, which its own history does not show."""
    teller = story(tmp_path, [Code(), {"dev": A}])
    teller.repo.link(PROD, "../release-dev/shop.yaml")
    teller.repo.commit("Link")
    report = judged(tmp_path, "skipped-environment", "simultaneous-promotion")
    assert found(report) == []
    assert len(report.undecided) == 1


def test_an_image_from_elsewhere_is_undecided(tmp_path: Path) -> None:
    """Where another layer sets the image, the history of the release layer does not tell what runs."""
    story(tmp_path, [*SOUND, Landing(files={"deploy/env/prod/shop.yaml": "image: {tag: v9.9.9}\n"})])
    report = judged(tmp_path, "skipped-environment")
    assert found(report) == []
    assert list(undecided(report)) == [
        "the image is set outside the layers whose history is followed, or behind a symbolic link"
    ]


def test_an_image_from_elsewhere_in_the_only_environment(tmp_path: Path) -> None:
    """Where an app has one environment nothing is promoted, so nothing about that is undecided."""
    story(tmp_path, [Code(), {"dev": A}, Landing(files={"deploy/env/dev/shop.yaml": "image: {tag: v9.9.9}\n"})])
    report = judged(tmp_path, "skipped-environment")
    assert (found(report), undecided(report)) == ([], {})


def test_the_commit_of_an_image_from_elsewhere(tmp_path: Path) -> None:
    """It is undecided where the code is here; no tag is asked for a commit where the code is elsewhere."""
    steps: Sequence[Step] = [*SOUND, Landing(files={"deploy/env/prod/shop.yaml": "image: {tag: v9.9.9}\n"})]
    for name, contract, count in (("here", "", 1), ("elsewhere", "commits: elsewhere", 0)):
        story(tmp_path / name, steps, contract)
        report = judged(tmp_path / name, "unknown-tag-commit")
        assert (found(report), len(undecided(report))) == ([], count)


def _fail(*_: object) -> None:
    raise HistoryError("git was killed", "run it again")


def test_migrations_that_git_does_not_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rollback is told all the same, and that its migrations are not known."""
    story(tmp_path, [*SOUND, Code(), {"dev": B}, {"dev": A}])
    monkeypatch.setattr(GitHistory, "changes_between", _fail)
    report = judged(tmp_path, "rollback")
    assert found(report) == ["dev rollback note"]
    assert undecided(report) == {
        "whether migrations lie between two builds is not known: git was killed": ["rollback"],
    }


def test_commits_that_git_does_not_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a tag names a commit is undecided then, and never clean."""
    story(tmp_path, SOUND)
    monkeypatch.setattr(GitHistory, "commits", _fail)
    report = judged(tmp_path, "unknown-tag-commit")
    assert found(report) == []
    assert undecided(report) == {"git was killed": ["unknown-tag-commit"]}


def test_a_tag_that_comes_back_while_another_environment_runs_it(tmp_path: Path) -> None:
    """It first came where it was replaced before it came back, not where it ran all the time."""
    back: Sequence[Step] = [{"prod": "main-r2"}, Code(), {"prod": "main-r1"}, {"dev": "main-r3"}]
    story(tmp_path, [Code(), {"dev": "main-r1"}, {"prod": "main-r1"}, *back])
    (finding,) = judged(tmp_path, "reused-tag").findings
    came = finding.message.partition("first came with ")[2].partition(";")[0]
    assert came.endswith("'Set prod main-r1')")


RECODED = {
    "as it was": lambda text: text,
    "other line ends": lambda text: text.replace("\n", "\r\n"),
    "a byte order mark": lambda text: "\ufeff" + text,
    "quoted": lambda text: text.replace("tag: ", 'tag: "').replace("-r1", '-r1"'),
    "a comment": lambda text: "# Written by CI.\n" + text,
    "a comment behind": lambda text: text.replace("-r1", "-r1  # by CI"),
    "an anchor": lambda text: text.replace("tag: ", "tag: &tag ") + "env: {APP_NAME: shop}\n",
    "flow style": lambda text: "image: {" + ", ".join(line.strip() for line in text.splitlines()[1:]) + "}\n",
}


@pytest.mark.parametrize("recode", RECODED.values(), ids=RECODED)
@pytest.mark.parametrize(
    "name", ["by the contract", "prod first, dev afterwards", "both at once", "a rollback", "dev has moved on"]
)
def test_what_changes_no_verdict(name: str, recode: Callable[[str], str], tmp_path: Path) -> None:
    """Layers written in another way, and landings that have nothing to do with releases, prove and disprove nothing."""
    steps, contract, expected = CASES[name]
    teller = story(tmp_path, [], contract)
    for number, step in enumerate(steps):
        teller.tell([step, Landing(files={f"docs/{number}.md": "Unrelated.\n"})])
    for environment in ("dev", "prod"):
        path = tmp_path / f"deploy/env/release-{environment}/shop.yaml"
        text = path.read_text()
        path.write_bytes(recode(text).encode())
        teller.tell([Landing(files={"deploy/charts/web-app/values.yaml": f"# {environment}\n"})])
    assert found(judged(tmp_path, ignored=("short-soak",))) == expected
    assert found(judged(tmp_path, base="HEAD~1", ignored=("short-soak", "mixed-release"))) == expected


def test_rebased_history_is_the_same(tmp_path: Path) -> None:
    """The verdicts hang on the landings of releases and their order, not on the commits between them."""
    steps, _, expected = CASES["prod first, dev afterwards"]
    teller = story(tmp_path, [Landing(files={"docs/a.md": "a\n"}), *steps, Landing(files={"docs/b.md": "b\n"})])
    teller.repo.git("rebase", "--quiet", "--onto", "main~5", "main~4", "main")
    report = judged(tmp_path, "promotion")
    assert found(report) == expected


IMAGES = {
    "a digest alone": (
        "image: {{repository: r.io/shop, digest: 'sha256:{0}'}}\n",
        ("a" * 64, "b" * 64),
        "",
    ),
    "a digest behind the tag": (
        "image: {{repository: r.io/shop, tag: 'v1.{0}.0@sha256:" + "{0}" * 64 + "'}}\n",
        ("1", "2"),
        "",
    ),
    "a whole reference": (
        "image: 'r.io/shop:v1.{0}.0'\n",
        ("1", "2"),
        "images: [{reference: image}]",
    ),
    "another key path": (
        "app: {{image: {{name: r.io/shop, version: v1.{0}.0}}}}\n",
        ("1", "2"),
        "images: [{repository: app.image.name, tag: app.image.version}]",
    ),
    "a registry of its own": (
        "image: {{registry: r.io, repository: shop, tag: v1.{0}.0}}\n",
        ("1", "2"),
        "images: [{registry: image.registry, repository: image.repository, tag: image.tag}]",
    ),
    "unquoted digits": ("image: {{repository: r.io/shop, tag: 123456{0}}}\n", ("1", "2"), ""),
}


@pytest.mark.parametrize(("layer", "builds", "contract"), IMAGES.values(), ids=IMAGES)
def test_however_an_image_is_named(layer: str, builds: tuple[str, str], contract: str, tmp_path: Path) -> None:
    """Tags, digests and references tell builds apart, wherever they stand."""
    one, other = (layer.format(build) for build in builds)
    teller = story(tmp_path, [Code()], contract)
    teller.tell([Landing(files={DEV: one}), Landing(files={PROD: one})])
    assert found(judged(tmp_path, "promotion", ignored=("short-soak",))) == []
    teller.tell([Landing(files={PROD: other})])
    assert found(judged(tmp_path, "promotion", ignored=("short-soak",))) == ["prod skipped-environment error"]


def test_one_file_for_all_environments(tmp_path: Path) -> None:
    """In a layout with one file for each app, a landing that changes both environments in it does so at once."""
    contract = (
        "layers: [{role: release, path: 'apps/{app}.yaml'}]\n"
        "images: [{repository: '{env}.image.repository', tag: '{env}.image.tag'}]\n"
        "release_keys: ['**']"
    )
    layer = "dev: {{image: {{repository: r.io/shop, tag: {0}}}}}\nprod: {{image: {{repository: r.io/shop, tag: {1}}}}}\n".format
    teller = story(tmp_path, [], contract)
    for dev, prod in (("v1.0.0", "v0.9.0"), ("v1.1.0", "v1.0.0")):
        teller.tell([Landing(files={"apps/shop.yaml": layer(dev, prod)})])
    assert found(judged(tmp_path, "promotion", ignored=("short-soak",))) == []
    teller.tell([Landing(files={"apps/shop.yaml": layer("v1.2.0", "v1.2.0")})])
    assert found(judged(tmp_path, "promotion", ignored=("short-soak",))) == ["prod simultaneous-promotion error"]


BEFORE_AND_AFTER = {
    "below the name of a component": (
        "image: {{repository: r.io/shop, tag: {0}}}",
        "web: {{image: {{repository: r.io/shop, tag: {0}}}}}",
        "web.image",
    ),
    "under another name": (
        "app: {{repo: r.io/shop, version: {0}}}",
        "image: {{repository: r.io/shop, tag: {0}}}",
        "image",
    ),
    "beside a value that looks the same": (
        "image: {{repository: r.io/shop, tag: {0}}}\nenv: {{VERSION: {0}}}",
        "web: {{image: {{repository: r.io/shop, tag: {0}}}}}\nenv: {{VERSION: {0}}}",
        "web.image",
    ),
}


@pytest.mark.parametrize(("before", "after", "keys"), BEFORE_AND_AFTER.values(), ids=BEFORE_AND_AFTER)
def test_keys_that_moved(before: str, after: str, keys: str, tmp_path: Path) -> None:
    """An image that moves to other keys of its file in one landing for all environments is no release."""
    contract = f"images: [{{repository: {keys}.repository, tag: {keys}.tag}}]\nrelease_keys: ['**']"
    teller = story(tmp_path, [Code()], contract)
    for tag in ("v1.0.0", "v1.1.0"):
        teller.tell([Landing(files={layer: before.format(tag) + "\n"}) for layer in (DEV, PROD)])
    teller.tell([Landing(files={DEV: after.format("v1.1.0") + "\n", PROD: after.format("v1.1.0") + "\n"})])
    report = judged(tmp_path, "promotion", ignored=("short-soak",))
    assert found(report) == []
    assert undecided(report) == {}
    teller.tell([Landing(files={PROD: after.format("v1.0.0") + "\n"})])
    assert found(judged(tmp_path, "promotion")) == ["prod rollback note"]
    teller.tell([Landing(files={PROD: after.format("v1.2.0") + "\n"})])
    assert found(judged(tmp_path, "promotion")) == ["prod skipped-environment error"]


def test_keys_that_moved_twice(tmp_path: Path) -> None:
    """Each move is followed to the one before."""
    contract = "images: [{repository: c.image.repository, tag: c.image.tag}]\nrelease_keys: ['**']"
    teller = story(tmp_path, [Code()], contract)
    for name in ("a", "b", "c"):
        text = f"{name}: {{image: {{repository: r.io/shop, tag: v1.0.0}}}}\n"
        layers = [{DEV: text}, {PROD: text}] if name == "a" else [{DEV: text, PROD: text}]
        teller.tell([Landing(files=files) for files in layers])
    report = judged(tmp_path, "promotion", ignored=("short-soak",))
    assert found(report) == []
    assert undecided(report) == {}


def test_keys_that_cannot_be_followed(tmp_path: Path) -> None:
    """Where the image was one text before, nobody knows what ran; nothing is claimed."""
    teller = story(tmp_path, [Code()], "release_keys: ['**']")
    whole = "image: r.io/shop:v1.0.0\n"
    teller.tell([Landing(files={DEV: whole}), Landing(files={PROD: whole})])
    split = "image: {repository: r.io/shop, tag: v1.0.0}\n"
    teller.tell([Landing(files={DEV: split, PROD: split})])
    report = judged(tmp_path, "skipped-environment", "simultaneous-promotion")
    assert found(report) == []
    assert len(report.undecided) == 1


def test_an_image_that_begins_in_an_old_file(tmp_path: Path) -> None:
    """A layer that was there before its image is no excuse."""
    teller = story(tmp_path, [Code()], "release_keys: ['**']")
    teller.tell([Landing(files={DEV: "env: {APP_NAME: shop}\n", PROD: "env: {APP_NAME: shop}\n"})])
    text = "env: {APP_NAME: shop}\nimage: {repository: r.io/shop, tag: v1.0.0}\n"
    teller.tell([Landing(files={DEV: text, PROD: text})])
    assert found(judged(tmp_path, "promotion", ignored=("short-soak",))) == ["prod simultaneous-promotion error"]


def test_what_was_not_followed_makes_no_verdict_later(tmp_path: Path) -> None:
    """A build that may have run before the part that is known is neither skipped nor rolled back for sure."""
    teller = story(tmp_path, [Code()], "release_keys: ['**']")
    for tag in ("v1.0.0", "v1.1.0"):
        teller.tell(
            [Landing(files={DEV: f"image: r.io/shop:{tag}\n"}), Landing(files={PROD: f"image: r.io/shop:{tag}\n"})]
        )
    split = "image: {{repository: r.io/shop, tag: {0}}}\n".format
    teller.tell([Landing(files={DEV: split("v1.1.0"), PROD: split("v1.1.0")})])
    teller.tell([Landing(files={PROD: split("v1.0.0")})])
    report = judged(tmp_path, "skipped-environment", "rollback")
    assert found(report) == []
    assert report.undecided
    teller.tell([Landing(files={DEV: split("v1.2.0")}), Landing(files={PROD: split("v1.2.0")})])
    report = judged(tmp_path, "skipped-environment", "simultaneous-promotion")
    assert (found(report), undecided(report)) == ([], {})

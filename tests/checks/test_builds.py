"""What the platform builds: WEB_CORE_REF, VERSION, and what they were before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from gitopslint.engine.pairs import COMMIT, PairExample, check_pair
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Report
from gitopslint.model.platformsettings import PlatformSettings

REF, VERSION = "docker/web-shop/WEB_CORE_REF", "docker/web-shop/VERSION"
A, B = "a" * 40, "b" * 40
RELEASE = "deploy/env/release-dev/shop.yaml"


def check(example: PairExample, *rules: str, contract: Contract | None = None) -> Report:
    report = check_pair(example, contract or Contract(), load_catalogue(), rules)
    assert report.faults == ()
    return report


def found(report: Report) -> list[str]:
    return [f"{one.span} {one.rule} {one.level}" for one in report.findings]


def state(version: str, ref: str) -> dict[str, str | None]:
    return {VERSION: version + "\n", REF: ref + "\n"}


VERSIONS = {
    "empty": ("", "malformed-tag"),
    "two lines": ("1.4.2\n1.4.3\n", "malformed-tag"),
    "windows": ("1.4.2\r\n", "malformed-tag"),
    "blanks": (" 1.4.2\n", "malformed-tag"),
    "with a digest": (f"1.4.2@sha256:{'0' * 64}\n", "malformed-tag"),
    "a mark": ("\ufeff1.4.2\n", "malformed-tag"),
    "latest": ("latest\n", "mutable-tag"),
    "an environment": ("prod\n", "mutable-tag"),
    "a placeholder": ("TBD\n", "placeholder-image"),
    "a version": ("1.4.2\n", None),
    "without a line feed": ("1.4.2", None),
}


@pytest.mark.parametrize(("text", "rule"), VERSIONS.values(), ids=VERSIONS)
def test_rules_about_tags_judge_version(text: str, rule: str | None) -> None:
    """VERSION obeys the rules that a tag in a release layer obeys, each in its own words."""
    report = check(PairExample(platform={VERSION: text}))
    assert found(report) == ([f"{VERSION}:1:1 {rule} error"] if rule is not None else [])


MISPLACED = {
    "in another folder": ({"images/shop/WEB_CORE_REF": "main\n"}, ["images/shop/WEB_CORE_REF:1:1"]),
    "below the right one": ({"docker/web-shop/old/WEB_CORE_REF": f"{A}\n"}, ["docker/web-shop/old/WEB_CORE_REF:1:1"]),
    "at the top": ({"WEB_CORE_REF": f"{A}\n"}, ["WEB_CORE_REF:1:1"]),
    "a VERSION alone": ({"images/shop/VERSION": "latest\n"}, []),
    "another name": ({"images/shop/WEB_CORE_REF.md": "main\n"}, []),
}


@pytest.mark.parametrize(("files", "places"), MISPLACED.values(), ids=MISPLACED)
def test_ref_in_another_place(files: dict[str, str | None], places: list[str]) -> None:
    """What is built from it is undecided, so that another layout than that of the contract does not pass for checked."""
    report = check(PairExample(platform=files), "malformed-ref")
    assert found(report) == []
    assert [str(place) for one in report.undecided for place in one.spans] == places
    assert all("docker/web-{app}/WEB_CORE_REF" in one.reason for one in report.undecided)


def test_half_a_build() -> None:
    """Either file without the other is reported where the other one stands."""
    assert found(check(PairExample(platform={VERSION: None}))) == [f"{REF}:1:1 missing-tag error"]
    assert found(check(PairExample(platform={REF: None}))) == [f"{VERSION}:1:1 malformed-ref error"]


# The states of both files, the oldest first; the last one is today's. Then the level of the finding.
PASTS: dict[str, tuple[Sequence[Mapping[str, str | None]], str | None]] = {
    "a tag for each commit": ([state("1", A), state("2", B)], None),
    "the commit changed alone": ([state("1", A), state("1", B)], "error"),
    "the tag came back for another commit": ([state("1", A), state("2", A), state("1", B)], "error"),
    "the tag came back for the same commit": ([state("1", A), state("2", B), state("1", A)], None),
    "the commit came back": ([state("1", A), state("1", B), state("1", A)], "error"),
    "first the tag, then the commit": ([state("1", A), state("2", A), state("2", B)], "warning"),
    "both, and later the commit": ([state("1", A), state("2", B), state("2", A)], "error"),
    "a branch in between": ([state("1", A), state("1", "main"), state("1", A)], None),
    "without a commit": ([state("1", A), {REF: None}, {REF: A}], None),
    "moved files": ([state("1", A), {VERSION: None, REF: None}, state("1", B)], "error"),
}


@pytest.mark.parametrize(("states", "level"), PASTS.values(), ids=PASTS)
def test_reused_version(states: Sequence[Mapping[str, str | None]], level: str | None) -> None:
    """Today's tag stood for one commit at all times. Two changes that belong together are a milder case."""
    *past, today = states
    now = dict(past[0]) | {path: text for one in (*past, today) for path, text in one.items()}
    report = check(PairExample(platform=now, past=states), "reused-version")
    assert found(report) == ([f"{VERSION}:1:1 reused-version {level}"] if level is not None else [])


def test_reused_version_that_still_runs() -> None:
    """A tag of before that stood for two commits is reported where it is still released, and nowhere else."""
    past = [state("1", A), state("1", B), state("2", B)]
    files = {RELEASE: "image: {repository: registry.example.com/shop, tag: '1'}\n"}
    example = PairExample("product", files, state("2", B), past)
    assert found(check(example, "reused-version")) == [f"{RELEASE}:1:53 reused-version warning"]
    assert found(check(example._replace(stands_in="platform"), "reused-version")) == []
    digest = {RELEASE: f"image: {{repository: r.example.com/shop, tag: '1', digest: 'sha256:{'0' * 64}'}}\n"}
    assert found(check(example._replace(product=digest), "reused-version")) == []


MISMATCHES = {
    "the same": ("4f9d2c7b81ae-r3", None),
    "in the middle": ("main-4f9d2c7-r1", None),
    "the whole id": (COMMIT, None),
    "another one": ("91c4e7702baf-r1", 1),
    "after a branch": ("main-91c4e77-r1", 6),
    "a digit too many": ("4f9d2c7b81af-r3", 1),
    "no commit": ("1.4.2", None),
    "a date": ("20260101", None),
}


@pytest.mark.parametrize(("version", "column"), MISMATCHES.values(), ids=MISMATCHES)
def test_version_ref_mismatch(version: str, column: int | None) -> None:
    """The whole prefix in the tag is compared, and the finding stands on it."""
    report = check(PairExample(platform={VERSION: version + "\n"}), "version-ref-mismatch")
    assert found(report) == ([f"{VERSION}:1:{column} version-ref-mismatch error"] if column is not None else [])


def test_names_of_apps() -> None:
    """The contract says which folder builds an app whose name is another one."""
    files = {
        REF: None,
        VERSION: None,
        "docker/web-store/WEB_CORE_REF": COMMIT,
        "docker/web-store/VERSION": "4f9d2c7b81ae-r3",
    }
    example = PairExample("product", platform=files)
    assert {one.rule for one in check(example, "unbuilt-release").findings} == {"unbuilt-release"}
    contract = Contract(platform=PlatformSettings(names={"shop": "store"}))
    assert found(check(example, "unbuilt-release", contract=contract)) == []


def test_a_release_that_cannot_be_judged() -> None:
    """What another rule has reported is not reported again, and placeholders were never built."""
    for tag in ("''", "REPLACE_ME", "'a b'"):
        files = {RELEASE: f"image: {{repository: registry.example.com/shop, tag: {tag}}}\n"}
        assert found(check(PairExample("product", files), "unbuilt-release")) == []


def test_folders_beside_the_template() -> None:
    """A folder without the usual prefix is not passed over: its name is that of the app, unless there is a better one."""
    files = {REF: None, VERSION: None, "docker/shop/WEB_CORE_REF": "main", "docker/shop/VERSION": "4f9d2c7b81ae-r3"}
    report = check(PairExample(platform=files), "platform", "image")
    assert found(report) == ["docker/shop/WEB_CORE_REF:1:1 malformed-ref error"]
    assert found(check(PairExample("product", platform=files), "unbuilt-release")) == []
    both = {"docker/shop/WEB_CORE_REF": COMMIT, "docker/shop/VERSION": "other"}
    assert found(check(PairExample("product", platform=both), "unbuilt-release")) == []
    assert found(check(PairExample(platform=both), "platform", "image")) == []


def test_another_layout() -> None:
    """Templates may stand in any folder, at the top, and around the name."""
    settings = PlatformSettings(ref="{app}.ref", version="versions/of-{app}.txt")
    files = {REF: None, VERSION: None, "shop.ref": "main", "versions/of-shop.txt": "latest", "versions/of-x/y.txt": "?"}
    report = check(PairExample(platform=files), "platform", "image", contract=Contract(platform=settings))
    assert found(report) == ["shop.ref:1:1 malformed-ref error", "versions/of-shop.txt:1:1 mutable-tag error"]

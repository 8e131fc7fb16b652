"""`gitopslint promote`: which pair of environments it takes, and what is no promotion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gitopslint.cli import main
from tests.support.repo import IDENTITY
from tests.support.story import Code, Landing, Step, Storyteller

PROD = "deploy/env/release-prod/shop.yaml"
FILES = {f"deploy/env/{name}/shop.yaml": "a: 1\n" for name in ("dev", "prod")}
A, B = "{1}-r1", "{2}-r1"


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Storyteller]:
    """Tell the history of an app with layers in dev and prod."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)

    def tell(steps: Sequence[Step], contract: str = "") -> Storyteller:
        teller = Storyteller(tmp_path)
        teller.tell([Code({**FILES, ".gitopslint.yaml": f"platform: none\npolicies: []\n{contract}"}), *steps])
        return teller

    return tell


# What happened, the contract, and the environments of which the older build comes to the later one.
BACKWARD: dict[str, tuple[Sequence[Step], str]] = {
    "the earlier environment has gone back": (
        [{"dev": A}, {"prod": A}, Code(), {"dev": B}, {"prod": B}, {"dev": A}],
        "",
    ),
    "the later environment comes first": ([{"dev": A}, {"prod": A}, Code(), {"prod": B}], "promotion: prod-first\n"),
}


@pytest.mark.parametrize(("steps", "contract"), BACKWARD.values(), ids=BACKWARD)
def test_no_way_back(
    steps: Sequence[Step],
    contract: str,
    told: Callable[..., Storyteller],
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A promotion never takes an environment back to an older build: that is said with `rollback`."""
    teller = told(steps, contract)
    assert main(["promote", "shop"]) == 1
    assert f"would be a rollback, and no promotion: `gitopslint rollback shop prod --to {teller.tag(A)}`" in (
        capfd.readouterr().err
    )
    assert teller.repo.git("status", "--porcelain") == ""


def test_forward_again(told: Callable[..., Storyteller]) -> None:
    """After a rollback the build that was left may be promoted once more."""
    teller = told([{"dev": A}, {"prod": A}, Code(), {"dev": B}, {"prod": B}, {"prod": A}])
    assert main(["promote", "shop"]) == 0
    assert teller.tag(B) in (teller.repo.path / PROD).read_text()


@pytest.mark.parametrize("digest", [{}, {"prod": "2"}], ids=["none", "another one"])
def test_same_tag_with_another_digest(
    digest: dict[str, str], told: Callable[..., Storyteller], capfd: pytest.CaptureFixture[str]
) -> None:
    """One tag with two digests is not one build, so there is something to promote."""
    told([Landing({"dev": A}, digests={"dev": "1"}), Landing({"prod": A}, digests=digest)])
    main(["promote", "shop", "--dry-run"])
    captured = capfd.readouterr()
    assert "nothing to do" not in captured.out
    assert f"+  digest: sha256:{'1' * 64}" in captured.out


def test_nothing_to_give(told: Callable[..., Storyteller], capfd: pytest.CaptureFixture[str]) -> None:
    """An environment without a tag does not run the same build as the next one."""
    teller = told([{"dev": A}, {"prod": A}])
    teller.repo.commit("No tag", {"deploy/env/release-dev/shop.yaml": "image: {repository: r.example.com/shop}\n"})
    assert main(["promote", "shop"]) == 2
    assert "shop in dev has no tag that could be promoted" in capfd.readouterr().err


def test_two_regions(told: Callable[..., Storyteller], capfd: pytest.CaptureFixture[str]) -> None:
    """Of several environments that follow the same one, each gets its tag from that one."""
    teller = told([], "environments: [dev, eu, us]\npromoted_from: {us: dev}\n")
    teller.repo.git("rm", "-q", "deploy/env/prod/shop.yaml")
    teller.repo.commit("Regions", {f"deploy/env/{name}/shop.yaml": "a: 1\n" for name in ("eu", "us")})
    teller.tell([{"dev": A}, {"eu": A, "us": A}, Code(), {"dev": B}, {"eu": B}])
    assert main(["promote", "shop", "--from", "dev"]) == 2
    assert "dev comes before eu and us: name one of them with --to" in capfd.readouterr().err
    assert main(["promote", "shop", "--from", "eu", "--to", "us"]) == 2
    assert "goes forward (dev -> us), and not from eu to us" in capfd.readouterr().err
    assert main(["promote", "shop", "--commit"]) == 0
    assert "promote shop from dev to us" in capfd.readouterr().err
    assert main(["check", "--no-cache", "--select", "promotion", "--ignore", "stale-release,mixed-release"]) == 0
    assert "no findings" in capfd.readouterr().out


def test_one_environment(told: Callable[..., Storyteller], capfd: pytest.CaptureFixture[str]) -> None:
    """Where there is no next environment yet, it is said how it comes to be."""
    teller = told([{"dev": A}])
    teller.repo.git("rm", "-q", "deploy/env/prod/shop.yaml")
    assert main(["promote", "shop"]) == 2
    assert "in one environment only, dev, so nothing can be promoted: write its layers" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("depth", "command"),
    [(1, []), (1, ["--to", "previous"]), (2, []), (2, ["--to", "0123abc0123a"])],
    ids=["nothing older is here", "nothing to go back to", "a part of the list", "a tag that is not in it"],
)
def test_rollback_in_a_shallow_clone(
    depth: int,
    command: list[str],
    told: Callable[..., Storyteller],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Where the history is cut off, nobody says that an environment never ran a tag."""
    teller = told([{"dev": A}, Code(), {"dev": B}])
    clone = tmp_path / "clone"
    teller.repo.git("clone", "--quiet", f"--depth={depth}", f"file://{tmp_path}", str(clone))
    assert main(["rollback", "shop", "dev", "--repository", str(clone), *command]) == 2
    err = capfd.readouterr().err
    assert "what shop in dev ran at first is not known: the history is cut off (a shallow clone): fetch all" in err
    assert "never ran" not in err
    assert main(["release", "shop", "dev", teller.tag(A), "--repository", str(clone), "--dry-run"]) == 0
    assert "the history is cut off (a shallow clone)" in capfd.readouterr().out


def test_release_by_digest_alone(told: Callable[..., Storyteller]) -> None:
    """Where a contract has no key for tags, of `TAG@DIGEST` it is the digest that counts."""
    teller = told([], "commits: elsewhere\nimages: [{repository: image.repository, tag: null}]\n")
    layer, text = "deploy/env/release-dev/shop.yaml", "image: {{repository: r.example.com/shop, digest: sha256:{}}}\n"
    teller.repo.commit("First", {layer: text.format("a" * 64)})
    assert main(["release", "shop", "dev", f"1.2.3@sha256:{'b' * 64}"]) == 0
    assert (teller.repo.path / layer).read_text() == text.format("b" * 64)


def test_doubts_of_others(told: Callable[..., Storyteller], capfd: pytest.CaptureFixture[str]) -> None:
    """What was in doubt before and is not changed is no matter of a promotion."""
    image = "image: {{repository: r.example.com/{}, tag: 4f9d2c7b81ae}}\n"
    names = [(app, env) for app in ("blog", "shop") for env in ("dev", "prod")]
    layers = {f"deploy/env/release-{env}/{app}.yaml": image.format(app) for app, env in names}
    layers |= {f"deploy/env/{env}/{app}.yaml": "a: 1\n" for app, env in names}
    teller = told([], "commits: elsewhere\n")
    teller.repo.git("checkout", "--quiet", "--orphan", "fresh")  # where all begins with one landing
    teller.repo.commit("All", layers)
    teller.repo.commit("Dev", {"deploy/env/release-dev/shop.yaml": image.format("shop").replace("4f9d", "5f9d")})
    assert main(["promote", "shop"]) == 0
    assert "undecided" not in capfd.readouterr().out
    teller.repo.write("deploy/env/release-dev/forum.yaml", image.format("forum"))
    assert main(["release", "forum", "dev", "6f9d2c7b81ae", "--commit"]) == 2
    assert "there is no app 'forum' in HEAD" in capfd.readouterr().err

"""Two real git repositories, checked from either one: what is found there, what is evidence, and what is undecided."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gitopslint.cli import main
from tests.support.pairs import RealPair
from tests.support.repo import Repo

SECRET_REF = "deploy/env/dev/{}.yaml:4:14"


@pytest.fixture
def pair(tmp_path: Path) -> RealPair:
    return RealPair(tmp_path, "shop")


def run(path: Path, *words: str | Path, capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Check a repository and return the report as data."""
    code = main(["check", str(path), *map(str, words), "--output-format", "json"])
    out, err = capfd.readouterr()
    assert code in (0, 1), err
    report: dict[str, Any] = json.loads(out)
    assert report["faults"] == []
    return report


def found(report: dict[str, Any]) -> list[str]:
    """Return each finding as `path:line:column rule`, and the rules that are undecided."""
    findings = [f"{one['path']}:{one['line']}:{one['column']} {one['rule']}" for one in report["findings"]]
    return findings + [f"undecided {' '.join(one['rules'])}" for one in report["undecided"]]


def test_clean_pair(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """A pair without any broken link is silent from either side, and every rule has decided."""
    assert found(run(pair.product.path, "--platform", pair.platform.path, capfd=capfd)) == []
    assert found(run(pair.platform.path, "--product", pair.product.path, capfd=capfd)) == []


def test_one_alone(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """Without the other repository the rules that need it are undecided, with one line that says how to decide them."""
    report = run(pair.product.path, capfd=capfd)
    assert found(report) == ["undecided unbuilt-release unresolved-secret-ref"]
    assert "--platform DIR" in report["undecided"][0]["remedy"]
    report = run(pair.platform.path, capfd=capfd)
    assert found(report) == ["undecided unknown-ref unused-secret"]
    assert "--product DIR" in report["undecided"][0]["remedy"]


def test_every_link_broken_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Each broken link is one finding, in the repository where it lies, and the rest of the pair stays silent."""
    pair = RealPair(tmp_path, "branch", "gone", "torn", "again", "late", "lost", "keyless", "open")
    other = pair.product.commit("More code", {"apps/x/a.ts": "x"})
    pair.platform.commit(
        "Break it",
        {
            "docker/web-branch/WEB_CORE_REF": "main\n",
            "docker/web-gone/WEB_CORE_REF": f"{'d' * 40}\n",
            "docker/web-gone/VERSION": f"{'d' * 12}-r1\n",
            "docker/web-torn/VERSION": f"{other[:12]}-r1\n",
            "docker/web-again/WEB_CORE_REF": f"{other}\n",
            "docker/web-again/VERSION": "1.4.2\n",
            "secrets/idle.yaml": pair.of("idle", "secrets/shop-{env}.yaml", "dev"),
            "secrets/open-dev.yaml": pair.of("open", "secrets/shop-{env}.yaml", "dev").replace("ENC[", "plain ENC[", 1),
        },
    )
    pair.platform.commit("Build again", {"docker/web-again/WEB_CORE_REF": f"{pair.commit}\n"})
    (pair.platform.path / "secrets/lost-dev.yaml").unlink()
    pair.platform.commit("Remove a Secret")
    pair.product.write(
        "deploy/env/release-dev/late.yaml",
        pair.of("late", "deploy/env/release-{env}/shop.yaml", "dev").replace("-r1", "-r2"),
    )
    job = (
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: x, namespace: keyless-dev}\nspec:\n"
        "  env: [{name: A, valueFrom: {secretKeyRef: {name: keyless-dev-env, key: NOT_THERE}}}]\n"
    )
    pair.product.commit("Release what nobody built")
    pair.product.commit("Ask for a key", {"deploy/jobs/x.yaml": job})
    platform = run(pair.platform.path, "--product", pair.product.path, capfd=capfd)
    assert found(platform) == [
        "docker/web-again/VERSION:1:1 reused-version",
        "docker/web-branch/WEB_CORE_REF:1:1 malformed-ref",
        "docker/web-gone/WEB_CORE_REF:1:1 unknown-ref",
        "docker/web-torn/VERSION:1:1 version-ref-mismatch",
        "secrets/idle.yaml:4:9 unused-secret",
        "secrets/open-dev.yaml:7:17 unencrypted-secret",
    ]
    product = run(pair.product.path, "--platform", pair.platform.path, capfd=capfd)
    assert found(product) == [
        "deploy/env/dev/lost.yaml:4:14 unresolved-secret-ref",
        "deploy/env/release-dev/late.yaml:4:8 unbuilt-release",
        "deploy/jobs/x.yaml:5:74 missing-secret-key",
    ]
    assert [one["related"][0] for one in product["findings"][1:]] == [
        {
            "path": "docker/web-late/VERSION",
            "line": 1,
            "column": 1,
            "end_line": 1,
            "end_column": 16,
            "note": "the VERSION",
            "repository": "synestra-platform",
        },
        {
            "path": "secrets/keyless-dev.yaml",
            "line": 4,
            "column": 9,
            "end_line": 4,
            "end_column": 24,
            "note": "the Secret",
            "repository": "synestra-platform",
        },
    ]


def test_a_version_that_is_about_to_be_reused(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """A commit that changes WEB_CORE_REF and not VERSION is found before it lands, also by the hook."""
    other = pair.product.commit("More code", {"apps/shop/a.ts": "x"})
    pair.platform.commit("Tags without commits", {"docker/web-shop/VERSION": "1.4.2\n"})
    pair.platform.stage({"docker/web-shop/WEB_CORE_REF": other + "\n"})
    for words in ((), ("--staged",)):
        report = run(pair.platform.path, "--select", "reused-version", *words, capfd=capfd)
        assert found(report) == ["docker/web-shop/VERSION:1:1 reused-version"]


def test_tags_of_earlier_builds(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """A tag that VERSION named once was built, also when the folder of the app is gone by now."""
    shutil.rmtree(pair.platform.path / "docker/web-shop")
    pair.platform.commit(
        "No longer built", {"docker/web-new/VERSION": "1\n", "docker/web-new/WEB_CORE_REF": pair.commit}
    )
    report = run(pair.product.path, "--platform", pair.platform.path, "--select", "unbuilt-release", capfd=capfd)
    assert found(report) == []


def test_a_tag_is_traced_by_its_build(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """A tag that carries no commit is traceable where the platform names one beside it, today or earlier."""
    pair.platform.commit("Tags without commits", {"docker/web-shop/VERSION": "1.4.2\n"})
    release = pair.of("shop", "deploy/env/release-{env}/shop.yaml", "dev").replace(pair.tag, "1.4.2")
    pair.product.commit("Release it", {"deploy/env/release-dev/shop.yaml": release})
    words = ("--select", "untraceable-tag")
    assert found(run(pair.product.path, *words, capfd=capfd)) == [
        "deploy/env/release-dev/shop.yaml:4:8 untraceable-tag"
    ]
    for version in ("1.4.2\n", "1.5.0\n"):
        pair.platform.commit("Go on", {"docker/web-shop/VERSION": version})
        assert found(run(pair.product.path, *words, "--platform", pair.platform.path, capfd=capfd)) == []


@pytest.mark.parametrize("side", ["product", "platform"])
def test_shallow_clones(pair: RealPair, side: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What the missing part of a history could tell is undecided; what the present tells is not."""
    pair.platform.commit("Go on", {"docker/web-shop/VERSION": f"{pair.commit[:12]}-r2\n"})
    clone = tmp_path / "clone"
    source: Repo = getattr(pair, side)
    source.git("clone", "--quiet", "--depth=1", f"file://{source.path}", str(clone))
    if side == "platform":
        report = run(pair.product.path, "--platform", clone, capfd=capfd)
        assert found(report) == ["undecided unbuilt-release"]
        assert found(run(clone, "--product", pair.product.path, capfd=capfd)) == ["undecided reused-version"]
        assert "GIT_DEPTH: 0" in report["undecided"][0]["remedy"]
    else:
        report = run(pair.platform.path, "--product", clone, capfd=capfd)
        assert found(report) == ["undecided unknown-ref"]


def test_sha256(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The ids of a product with SHA-256 have 64 digits, and 40 are too few there."""
    pair = RealPair(tmp_path, "shop", product_format="sha256")
    words = ("--product", pair.product.path, "--select", "platform")
    assert found(run(pair.platform.path, *words, capfd=capfd)) == []
    pair.platform.write("docker/web-shop/WEB_CORE_REF", pair.commit[:40])
    report = run(pair.platform.path, *words, capfd=capfd)
    assert found(report) == ["docker/web-shop/WEB_CORE_REF:1:1 malformed-ref"]
    assert report["findings"][0]["fix"]["edits"][0]["text"] == pair.commit


@pytest.mark.parametrize("written", ["{0:.12}\n", "{0:.7}", " {1:.20} \r\n"])
def test_a_short_id_is_written_out(written: str, pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """Where the product is at hand and one commit starts so, the finding brings the whole line."""
    pair.platform.write("docker/web-shop/WEB_CORE_REF", written.format(pair.commit, pair.commit.upper()))
    words = ("--select", "malformed-ref")
    (finding,) = run(pair.platform.path, "--product", pair.product.path, *words, capfd=capfd)["findings"]
    end = "\n" if "\r" in written else ""  # which is wrong as well
    assert finding["fix"]["edits"][0]["text"] == pair.commit + end
    (finding,) = run(pair.platform.path, *words, capfd=capfd)["findings"]
    assert finding["fix"] is None


def test_contracts_name_the_other_repository(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """A path in the contract stands for the flag, and one that is not there leaves the rules undecided."""
    pair.product.commit("Contract", {".gitopslint.yaml": "platform: {path: ../synestra-platform}\n"})
    pair.platform.commit("Contract", {".gitopslint.yaml": "product: {path: ../web-core}\n"})
    assert found(run(pair.product.path, capfd=capfd)) == []
    assert found(run(pair.platform.path, capfd=capfd)) == []
    pair.platform.path.rename(pair.platform.path.with_name("moved"))
    report = run(pair.product.path, capfd=capfd)
    assert found(report) == ["undecided unbuilt-release unresolved-secret-ref"]
    assert "there is no folder ../synestra-platform" in report["undecided"][0]["reason"]


def test_no_platform(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """Who has no platform says so, and is not asked for one."""
    pair.product.commit("Contract", {".gitopslint.yaml": "platform: none\n"})
    assert found(run(pair.product.path, capfd=capfd)) == []


def test_contract_of_the_product_holds_in_the_platform(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """Where builds are is said once, in the product; a contract of the platform that says it wins there."""
    contract = "platform: {ref: 'images/{app}/REF', version: 'images/{app}/TAG'}\n"
    pair.product.commit("Contract", {".gitopslint.yaml": contract})
    pair.platform.git("mv", "docker", "images")
    pair.platform.git("mv", "images/web-shop/WEB_CORE_REF", "images/web-shop/REF")
    pair.platform.git("mv", "images/web-shop/VERSION", "images/web-shop/TAG")
    pair.platform.git("mv", "images/web-shop", "images/shop")
    pair.platform.write("images/shop/REF", "main")
    pair.platform.commit("Move")
    report = run(pair.platform.path, "--product", pair.product.path, "--select", "malformed-ref", capfd=capfd)
    assert found(report) == ["images/shop/REF:1:1 malformed-ref"]
    report = run(pair.product.path, "--platform", pair.platform.path, "--select", "unbuilt-release", capfd=capfd)
    assert found(report) == []
    pair.platform.write(
        ".gitopslint.yaml", "product: {path: ../web-core}\nplatform: {ref: 'x/{app}', version: 'y/{app}'}\n"
    )
    assert found(run(pair.platform.path, "--select", "malformed-ref", capfd=capfd)) == []


@pytest.mark.parametrize("side", ["product", "platform"])
def test_from_a_folder_below(pair: RealPair, side: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A run in a folder reports on that folder, with paths from the top of its own repository."""
    pair.platform.write("docker/web-shop/WEB_CORE_REF", "main")
    if side == "platform":
        report = run(pair.platform.path / "docker", "--product", pair.product.path, capfd=capfd)
        assert found(report) == ["docker/web-shop/WEB_CORE_REF:1:1 malformed-ref"]
        assert found(run(pair.platform.path / "secrets", "--product", pair.product.path, capfd=capfd)) == []
    else:
        assert found(run(pair.product.path / "deploy", "--platform", pair.platform.path, capfd=capfd)) == []


REFUSED = {
    "no such folder": (("--platform", "{}/nowhere"), "there is no such folder"),
    "a file": (("--platform", "{}/web-core/deploy/env/dev/shop.yaml"), "there is no such folder"),
    "the same repository": (("--platform", "{}/web-core"), "leads to the repository that is checked"),
    "no product": (("--product", "{}/synestra-platform"), "is no product: nothing to check"),
    "both": (("--product", "{}", "--platform", "{}"), "give one"),
}


@pytest.mark.parametrize(("words", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(
    words: tuple[str, ...], message: str, pair: RealPair, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A folder that cannot be meant ends with one clear line and exit code 2."""
    assert main(["check", str(pair.product.path), *(word.format(tmp_path) for word in words)]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert message in err
    assert len(err.splitlines()) == 1


def test_a_folder_that_is_no_platform(pair: RealPair, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Without builds, Secrets or a git history nothing is known, and each of these is said."""
    (tmp_path / "empty").mkdir()
    report = run(pair.product.path, "--platform", tmp_path / "empty", capfd=capfd)
    assert found(report) == ["undecided unbuilt-release", "undecided unresolved-secret-ref"]


def test_platform_without_git(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """A copy of the files without their history tells what stands there today, and no more."""
    shutil.rmtree(pair.platform.path / ".git")
    assert found(run(pair.product.path, "--platform", pair.platform.path, capfd=capfd)) == []
    assert found(run(pair.platform.path, "--product", pair.product.path, capfd=capfd)) == ["undecided reused-version"]


def test_broken_files_of_the_platform(pair: RealPair, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Broken YAML, links that lead outside and huge files are undecided, and no run falls over them."""
    outside = tmp_path / "outside"
    outside.write_text(pair.commit)
    pair.platform.write("secrets/shop-dev.yaml", "kind: Secret\na: [\n")
    (pair.platform.path / "docker/web-shop/WEB_CORE_REF").unlink()
    pair.platform.link("docker/web-shop/WEB_CORE_REF", str(outside))
    pair.platform.write("docker/web-shop/VERSION", "x" * 20_000)
    platform = run(pair.platform.path, "--product", pair.product.path, capfd=capfd)
    assert found(platform) == [
        "docker/web-shop/VERSION:1:1 malformed-tag",
        "docker/web-shop/WEB_CORE_REF:1:1 malformed-ref",
        "undecided unencrypted-secret",
    ]
    product = run(pair.product.path, "--platform", pair.platform.path, capfd=capfd)
    assert found(product) == ["undecided unresolved-secret-ref"]


def test_new_only(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """In the platform as well, a change answers for what it brings: the builds of its base are judged by their history."""
    pair.platform.commit("Break", {"docker/web-shop/WEB_CORE_REF": "main\n"})
    pair.platform.commit("Move", {"README.md": "x\n"})
    words = ("--product", pair.product.path, "--new-only", "--base")
    report = run(pair.platform.path, *words, "HEAD~1", capfd=capfd)
    assert [one["state"] for one in report["findings"]] == ["known"]
    report = run(pair.platform.path, *words, "HEAD~2", capfd=capfd)
    assert [(one["rule"], one["state"]) for one in report["findings"]] == [("malformed-ref", "new")]
    # One tag for two commits: what the base had already is known, and its twin is not.
    later = pair.product.commit("More", {"apps/shop/page.ts": "2\n"})
    pair.platform.commit("Build again", {"docker/web-shop/WEB_CORE_REF": f"{later}\n"})
    report = run(pair.platform.path, *words, "HEAD~1", "--select", "reused-version", capfd=capfd)
    assert [(one["rule"], one["state"]) for one in report["findings"]] == [("reused-version", "new")]
    report = run(pair.platform.path, *words, "HEAD", "--select", "reused-version", capfd=capfd)
    assert [(one["rule"], one["state"]) for one in report["findings"]] == [("reused-version", "known")]


def test_nothing_of_a_platform(pair: RealPair, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A repository in which nothing concerns a product is not passed as clean: the message says where builds should be."""
    other = Repo(tmp_path / "other")
    other.commit("One", {"Dockerfile": "FROM alpine\nARG WEB_CORE_REF=main\n"})
    assert main(["check", str(other.path), "--product", str(pair.product.path)]) == 2
    assert "docker/web-{app}/WEB_CORE_REF" in capfd.readouterr().err


def test_secrets_of_the_platform(pair: RealPair, capfd: pytest.CaptureFixture[str]) -> None:
    """Who asks for secrets alone gets every file searched, with the product at hand or without."""
    pair.platform.commit("A secret", {"docker/web-shop/values.yaml": "dbPassword: lantern-harbor-71\n"})
    for more in ((), ("--product", pair.product.path)):
        report = run(pair.platform.path, "--select", "secrets", *more, capfd=capfd)
        assert found(report) == ["docker/web-shop/values.yaml:1:13 secret-in-values"]

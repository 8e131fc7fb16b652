"""`gitopslint release`, `promote` and `rollback`: what they change, what they refuse, and how they say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gitopslint.cli import main
from tests.support.repo import IDENTITY
from tests.support.story import Code, Landing, Step, Storyteller

DEV, PROD = "deploy/env/release-dev/shop.yaml", "deploy/env/release-prod/shop.yaml"
CONTRACT = "platform: none\npolicies: []\n"
ENV = {f"deploy/env/{name}/shop.yaml": "a: 1\n" for name in ("dev", "prod")}
A, B, C = "{1}-r1", "{2}-r1", "{3}-r1"
BEGIN: Sequence[Step] = [Code({**ENV, ".gitopslint.yaml": CONTRACT, "apps/shop/page.ts": "1\n"})]
LIVES: Sequence[Step] = [*BEGIN, {"dev": A}, {"prod": A}, Code(), {"dev": B}]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def teller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storyteller:
    """An app that has been released and promoted, and released again."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    teller = Storyteller(tmp_path)
    teller.tell(LIVES)
    return teller


@pytest.fixture
def run(teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command, in whose words `{1}` is the first commit of code; return its code and what it says."""

    def call(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([teller.tag(word) for word in words])
        return code, *capfd.readouterr()

    return call


def dirty(teller: Storyteller) -> str:
    return teller.repo.git("status", "--porcelain")


def test_promote(teller: Storyteller, run: Run) -> None:
    """By default the first environment whose successor runs another tag gives, and only the tag changes."""
    before = (teller.repo.path / PROD).read_text()
    a, b = teller.tag(A), teller.tag(B)
    assert run("promote", "shop") == (
        0,
        f"promoted shop {b} to prod ({a} before) in {PROD}\n",
        f"gitopslint: promote shop from dev to prod: {b}\n",
    )
    assert dirty(teller) == f" M {PROD}"
    assert (teller.repo.path / PROD).read_text() == before.replace(a, b)
    assert run("check")[0] == 0
    assert run("promote", "shop")[:2] == (0, "nothing to do: all environments of shop run the same build\n")


def test_dry_run(teller: Storyteller, run: Run) -> None:
    """The difference and the verdict are shown, and nothing is written."""
    a, b = teller.tag(A), teller.tag(B)
    code, out, _ = run("promote", "shop", "--dry-run")
    assert code == 0
    assert out == (
        f"--- a/{PROD}\n+++ b/{PROD}\n@@ -1,3 +1,3 @@\n image:\n   repository: registry.example.com/shop\n"
        f"-  tag: {a}\n+  tag: {b}\nnothing forbids it: promote shop {b} to prod\n"
    )
    code, out, err = run("release", "shop", "prod", "latest", "--dry-run")
    assert code == 1
    assert "+  tag: latest" in out
    assert "error[mutable-tag]" in out
    assert "refused" in err
    assert dirty(teller) == ""


def test_commit(teller: Storyteller, run: Run) -> None:
    """The commit says what it does and holds one file; what is staged or changed beside it stays."""
    b = teller.tag(B)
    teller.repo.stage({"apps/shop/page.ts": "staged\n"})
    teller.repo.write(DEV, "image: {repository: registry.example.com/shop, tag: other}\n")
    head = teller.repo.head()
    code, out, _ = run("promote", "shop", "--commit")
    assert code == 0
    assert out.splitlines()[1] == f"committed as {teller.repo.head()[:8]}: chore(release): promote shop {b} to prod"
    assert teller.repo.git("rev-parse", "HEAD^") == head
    assert (
        teller.repo.git("show", "--format=%s", "--name-only") == f"chore(release): promote shop {b} to prod\n\n{PROD}"
    )
    assert dirty(teller) == f"M  apps/shop/page.ts\n M {DEV}"


def test_message(teller: Storyteller, run: Run) -> None:
    """The contract says how commits are called, and whether pipelines run for them."""
    said = 'release_commit: {message: "{env}: {action} {app} {old} -> {tag}", skip_ci: true}\n'
    teller.repo.commit("Contract", {".gitopslint.yaml": CONTRACT + said})
    assert run("promote", "shop", "--commit")[0] == 0
    expected = teller.tag(f"prod: promote shop {A} -> {B} [skip ci]")
    assert teller.repo.git("log", "-1", "--format=%B").strip() == expected


# What is on top of the history, the command, and the rule that forbids it.
FORBIDDEN: dict[str, tuple[Sequence[Step | Landing], list[str], str]] = {
    "never ran in dev": ([Code()], ["release", "shop", "prod", C], "skipped-environment"),
    "dev gets it in the same landing": ([Code(), Landing({"dev": C})], ["promote", "shop"], "simultaneous-promotion"),
    "a name that moves": ([], ["release", "shop", "dev", "main"], "mutable-tag"),
    "no such commit": ([], ["release", "shop", "dev", "0123abc0123a"], "unknown-tag-commit"),
    "a placeholder": ([], ["release", "shop", "dev", "REPLACE_ME"], "placeholder-image"),
    "with its own source": (
        [Code(), Landing(files={"apps/shop/page.ts": "more\n"})],
        ["release", "shop", "dev", C],
        "release-with-source",
    ),
}


@pytest.mark.parametrize(("steps", "command", "rule"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_forbidden(
    steps: Sequence[Step | Landing], command: list[str], rule: str, teller: Storyteller, run: Run
) -> None:
    """What a rule forbids is refused with its words, and every file is as before."""
    for step in steps:
        if isinstance(step, Landing):
            teller.write(step)
            teller.repo.git("add", "--all")
        else:
            teller.tell([step])
    before = dirty(teller)
    code, out, err = run(*command)
    assert code == 1
    assert f"error[{rule}]" in out
    assert "refused, and nothing was changed" in err
    assert dirty(teller) == before


def test_a_staged_source_is_not_in_the_commit(teller: Storyteller, run: Run) -> None:
    """With --commit the landing is one file, whatever is staged beside it."""
    teller.tell([Code()])
    teller.repo.stage({"apps/shop/page.ts": "more\n"})
    assert run("release", "shop", "dev", C)[0] == 1
    assert run("release", "shop", "dev", C, "--commit")[0] == 0
    assert dirty(teller) == "M  apps/shop/page.ts"


def test_an_old_error_is_no_obstacle(teller: Storyteller, run: Run) -> None:
    """What was wrong before does not forbid a change that brings nothing new."""
    teller.tell([Code(), {"prod": C}])
    assert run("check")[0] == 1
    assert run("promote", "shop")[0] == 0
    assert run("check")[0] == 0


def test_rollback(teller: Storyteller, run: Run) -> None:
    """Without a tag the earlier ones are listed; with one the environment goes back, and migrations are a warning."""
    a, b, c = map(teller.tag, (A, B, C))
    teller.repo.commit("More", {"apps/shop/migrations/2.sql": "x\n"})
    assert run("promote", "shop", "--commit")[0] == 0
    teller.tell([Code({"apps/shop/migrations/3.sql": "x\n"}), {"dev": C}])
    c = teller.tag(C)
    assert run("promote", "shop", "--commit")[0] == 0
    code, out, err = run("rollback", "shop", "prod")
    assert code == 2
    assert [next(tag for tag in (a, b, c) if tag in line) for line in out.splitlines()[1:]] == [c, b, a]
    assert "now" in out.splitlines()[1]
    assert f"(`--to previous` is {b})" in err
    code, out, _ = run("rollback", "shop", "prod", "--to", "previous", "--commit")
    assert code == 0
    assert "warning[rollback]" in out
    assert "migrations only go forward" in out
    assert f"rolled shop back to {b} in prod ({c} before)" in out
    assert run("rollback", "shop", "prod", "--to", "previous")[0] == 0
    assert a in (teller.repo.path / PROD).read_text()


def test_digest(teller: Storyteller, run: Run) -> None:
    """A digest goes with its tag: a promotion and a rollback take it along, a release without one drops it."""
    old, new = (f"sha256:{digit * 64}" for digit in "ab")
    teller.tell([Landing({"dev": B}, digests={"dev": "a"})])
    assert run("promote", "shop", "--commit")[0] == 0
    assert f"  digest: {old}\n" in (teller.repo.path / PROD).read_text()
    teller.tell([Code()])
    assert run("release", "shop", "dev", C, "--digest", new, "--commit")[0] == 0
    assert f"  digest: {new}\n" in (teller.repo.path / DEV).read_text()
    assert run("release", "shop", "dev", f"{C}@{old}")[0] == 1  # one tag with two digests
    assert run("promote", "shop", "--commit")[0] == 0
    assert run("rollback", "shop", "prod", "--to", "previous", "--commit")[0] == 0
    assert f"  digest: {old}\n" in (teller.repo.path / PROD).read_text()
    teller.tell([Code()])
    assert run("release", "shop", "dev", "{4}-r1")[0] == 0
    assert "digest" not in (teller.repo.path / DEV).read_text()


WRONG = {
    "no such app": (["promote", "shp"], "there is no app 'shp': did you mean 'shop'?"),
    "no such environment": (["release", "shop", "pord", "x"], "shop is in no environment 'pord': did you mean 'prod'?"),
    "backward": (["promote", "shop", "--from", "prod", "--to", "dev"], "goes forward (dev -> prod)"),
    "no tag": (["release", "shop", "dev", "a b"], "'a b' is no tag of an image: a tag cannot hold ' '"),
    "no digest": (["release", "shop", "dev", "x", "--digest", "md5"], "'md5' is no digest"),
    "no such image": (["promote", "shop", "--image", "worker"], "there is no image 'worker' in the contract"),
    "never ran": (["rollback", "shop", "prod", "--to", "x"], "shop in prod never ran 'x'"),
    "nothing before": (["rollback", "shop", "prod"], "there is no way back"),
    "nothing at all": (["release", "shop", "dev"], "the following arguments are required: TAG"),
}


@pytest.mark.parametrize(("command", "message"), WRONG.values(), ids=WRONG)
def test_wrong(command: list[str], message: str, teller: Storyteller, run: Run) -> None:
    """What cannot be meant is said in one line, with the way out."""
    if message.startswith("shop in prod never"):
        teller.tell([{"prod": B}])
    code, out, err = run(*command)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert dirty(teller) == ""


def test_wrong_states(teller: Storyteller, run: Run) -> None:
    """A commit is refused where the file has other changes, on no branch, or where hooks would be passed over."""
    teller.repo.write(PROD, f"# mine\n{(teller.repo.path / PROD).read_text()}")
    assert "has other changes that are not committed" in run("promote", "shop", "--commit")[2]
    teller.repo.git("add", "--all")
    assert "has other changes that are staged" in run("promote", "shop", "--commit")[2]
    teller.repo.git("reset", "--quiet", "--hard")
    teller.repo.write(".git/hooks/commit-msg", "#!/bin/sh\nexit 1\n", executable=True)
    code, _, err = run("promote", "shop", "--commit")
    assert (code, "the hook commit-msg, which gitopslint never runs" in err) == (2, True)
    assert run("promote", "shop", "--commit", "--no-verify")[0] == 0
    teller.repo.git("switch", "--quiet", "--detach")
    assert "HEAD is detached" in run("rollback", "shop", "prod", "--to", "previous", "--commit")[2]
    (teller.repo.path / ".git" / "rebase-merge").mkdir()
    assert "a rebase is not finished" in run("rollback", "shop", "prod", "--to", "previous", "--commit")[2]
    assert dirty(teller) == ""


def test_a_commit_that_fails(teller: Storyteller, run: Run) -> None:
    """Where git refuses the commit, the file is as before."""
    teller.repo.write(".git/refs/heads/main.lock")
    code, _, err = run("promote", "shop", "--commit")
    assert (code, "nothing was changed, because the commit failed" in err) == (2, True)
    assert dirty(teller) == ""


def test_line_ends_of_the_work_tree(teller: Storyteller, run: Run) -> None:
    """Where git keeps other line ends than the work tree, both get the tag in theirs."""
    teller.repo.git("config", "core.autocrlf", "true")
    (teller.repo.path / PROD).write_bytes((teller.repo.path / PROD).read_bytes().replace(b"\n", b"\r\n"))
    assert run("promote", "shop", "--commit")[0] == 0
    assert teller.repo.git("cat-file", "blob", f"HEAD:{PROD}").count("\r") == 0
    assert (teller.repo.path / PROD).read_bytes().count(b"\r\n") == 3
    assert dirty(teller) == ""


def test_overridden(teller: Storyteller, run: Run) -> None:
    """A layer above that sets the tag itself would keep the old one running: that is no promotion."""
    teller.repo.commit("Own tag", {"deploy/env/prod/shop.yaml": f"image: {{tag: {teller.tag(A)}}}\n"})
    code, _, err = run("promote", "shop")
    assert code == 1
    assert f"shop in prod would still not run {teller.tag(B)!r}: deploy/env/prod/shop.yaml:1:14 sets" in err
    assert dirty(teller) == ""


def test_a_link_to_the_file_of_another_environment(teller: Storyteller, run: Run) -> None:
    """Where two environments have one file, a change of one would change the other."""
    teller.tell([{"prod": B}, Code()])
    (teller.repo.path / PROD).unlink()
    teller.repo.link(PROD, "../release-dev/shop.yaml")
    teller.repo.commit("Link")
    code, _, err = run("release", "shop", "prod", C)
    assert (code, "shop in dev would run something else, too" in err) == (1, True)
    assert dirty(teller) == ""


def test_several_images(teller: Storyteller, run: Run) -> None:
    """Of several images one is named; the others stay."""
    images = "images: [{}, {repository: job.repository, tag: job.tag, digest: null}]\nrelease_keys: ['job.**']\n"
    a, b = teller.tag(A), teller.tag(B)
    both = "image: {{repository: r.example.com/shop, tag: {}}}\njob: {{repository: r.example.com/job, tag: {}}}\n"
    teller.repo.commit(
        "Contract", {".gitopslint.yaml": CONTRACT + images, DEV: both.format(b, a), PROD: both.format(a, a)}
    )
    teller.repo.commit("Job", {DEV: both.format(b, b)})
    assert "name one with --image: image.tag, job.tag" in run("promote", "shop")[2]
    assert run("promote", "shop", "--image", "job")[0] == 0
    assert (teller.repo.path / PROD).read_text() == both.format(a, b)
    for path, tag in ((DEV, b), (PROD, a)):
        teller.repo.write(path, both.format(tag, tag).partition("job")[0])
    teller.repo.commit("No job any more")
    assert run("promote", "shop", "--dry-run")[0] == 0


def test_three_environments_in_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `{env}` is a key, each promotion changes one key of the one file, from the first difference on."""
    monkeypatch.chdir(tmp_path)
    contract = (
        f"{CONTRACT}environments: [dev, stage, prod]\nlayers: [{{role: release, path: 'apps/{{app}}.yaml'}}]\n"
        "images: [{repository: '{env}.repository', tag: '{env}.tag', digest: null}]\n"
    )
    teller = Storyteller(tmp_path)
    teller.tell([Code({".gitopslint.yaml": contract, "src/x": "1"})])
    tag = teller.tag(A)
    text = "".join(f"{name}:\n  repository: r.example.com/shop\n  tag: none\n" for name in ("stage", "prod", "dev"))
    for number, name in enumerate(("dev", "stage", "prod")):
        teller.repo.commit("Change", {"apps/shop.yaml": text})
        assert main(["release", "shop", "dev", tag] if number == 0 else ["promote", "shop"]) == 0
        head, _, rest = text.partition(f"{name}:")
        text = f"{head}{name}:{rest.replace('none', tag, 1)}"
        assert (tmp_path / "apps/shop.yaml").read_text() == text


def test_the_name_of_the_environment_in_a_tag(teller: Storyteller, run: Run) -> None:
    """Where tags that differ by the environment are the same by the contract, it is the other name that is written."""
    contract = f"{CONTRACT}tag_equality: without-environment\n"
    teller.repo.commit("Contract", {".gitopslint.yaml": contract})
    teller.tell([{"dev": "{1}-dev"}, {"prod": "{1}-prod"}, {"dev": "{2}-dev"}])
    assert run("promote", "shop")[0] == 0
    assert teller.tag("tag: {2}-prod\n") in (teller.repo.path / PROD).read_text()


def test_below_the_top_in_another_work_tree(teller: Storyteller, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A product in a folder of its repository, checked out once more elsewhere, is changed there and only there."""
    folder = teller.repo.path / "product"
    folder.mkdir()
    teller.repo.git("mv", ".gitopslint.yaml", "deploy", "apps", "product")
    teller.repo.commit("Move")
    teller.repo.git("worktree", "add", "--quiet", "-b", "other", "tree")
    monkeypatch.chdir(teller.repo.path / "tree" / "product")
    code, out, _ = run("promote", "shop", "--commit")
    assert (code, f"in product/{PROD}\n" in out) == (0, True)
    assert teller.repo.git("diff", "--name-only", "main", "other") == f"product/{PROD}"
    assert teller.repo.git("-C", "tree", "status", "--porcelain") == ""


def test_a_link_inside(teller: Storyteller, run: Run) -> None:
    """Behind a symbolic link it is the file that is written and committed."""
    (teller.repo.path / PROD).rename(teller.repo.path / "prod.yaml")
    teller.repo.link(PROD, "../../../prod.yaml")
    teller.repo.commit("Link")
    assert run("promote", "shop", "--commit")[0] == 0
    assert teller.repo.git("show", "--format=", "--name-only") == "prod.yaml"
    assert (teller.repo.path / PROD).is_symlink()
    assert dirty(teller) == ""


def test_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Where nothing tells the past, a change is made, and what is not known of it is said; there is no way back."""
    monkeypatch.chdir(tmp_path)
    for path in (DEV, PROD):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("image: {repository: r.example.com/shop, tag: 4f9d2c7b81ae}\n")
    (tmp_path / ".gitopslint.yaml").write_text(CONTRACT)
    assert main(["release", "shop", "prod", "4f9d2c7b81af"]) == 0
    assert "tag: 4f9d2c7b81af" in (tmp_path / PROD).read_text()
    assert main(["release", "shop", "prod", "4f9d2c7b81ae", "--commit"]) == 2
    assert main(["rollback", "shop", "prod"]) == 2
    err = capfd.readouterr().err
    assert "--commit needs a git repository" in err
    assert "what shop in prod ran before is not known: there is no git history here" in err

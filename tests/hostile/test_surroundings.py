"""What stands around the files of a change: names, refs, commits, the folder `.git`, variables, and links to write through."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.attempts import CONTRACT, ENV, RELEASE, Scene, application, in_image
from tests.support.repo import clean_git_environment

LATEST = in_image("latest")


def git(scene: Scene, *words: str, text: str | None = None) -> str:
    """Run git in the work tree."""
    done = subprocess.run(
        ["git", *words],
        cwd=scene.path,
        env=clean_git_environment(),
        check=True,
        capture_output=True,
        input=text,
        text=True,
    )
    return done.stdout.strip()


def test_a_branch_named_like_the_commit_in_a_tag(scene: Scene) -> None:
    """A ref is no commit: that its name starts like a tag proves nothing about the tag."""
    scene.write({RELEASE: in_image("deadbeefcafe-r1")})
    git(scene, "commit", "-qam", "release(dev)")
    for ref in ("refs/heads/deadbeefcafe", "refs/tags/deadbeefcafe", "refs/heads/deadbeefcafe-r1", "refs/heads/HEAD"):
        git(scene, "update-ref", ref, "HEAD~1")
    said = scene.run("check")
    assert said.code == 1
    assert "error[unknown-tag-commit]" in said.out


@pytest.mark.parametrize("time", ["-99999999999", "18446744073709551615", "9" * 30, "x", ""])
def test_a_commit_from_no_time(scene: Scene, time: str) -> None:
    """A commit may claim any time, or none: the order of the chain decides, and no time crashes a run."""
    scene.write(
        {RELEASE: (scene.path / RELEASE).read_text() + "# x\n", ".gitopslint.yaml": CONTRACT + "minimum_soak: 1d\n"}
    )
    git(scene, "add", "--all")
    tree, parent = git(scene, "write-tree"), git(scene, "rev-parse", "HEAD")
    who = f"A \x1b[31m<a@example.com> {time} +9999"
    commit = f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nx \x1b[31m\n"
    name = git(scene, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", text=commit)
    git(scene, "update-ref", "HEAD", name)
    for words in (("check", "--report", "html=report.html"), ("history",), ("history", "--format", "json")):
        said = scene.run(*words)
        assert said.code == 0
        assert "\x1b" not in said.out


DOTGIT: dict[str, tuple[Callable[[Path], object], int]] = {
    "a file that leads to a device": (lambda git: git.write_text("gitdir: /dev/zero\n"), 2),
    "a file that leads nowhere": (lambda git: git.write_text("gitdir: ../../none\n"), 2),
    "a file of megabytes": (lambda git: git.write_text("gitdir: " + "a" * 2_000_000), 2),
    "a file that leads to itself": (lambda git: git.write_text("gitdir: .git\n"), 2),
    "a link to itself": (lambda git: git.symlink_to(".git"), 0),
    "an empty folder": (lambda git: git.mkdir(), 0),
}


@pytest.mark.parametrize(("make", "code"), DOTGIT.values(), ids=DOTGIT)
def test_another_git_folder(make: Callable[[Path], object], code: int, scene: Scene) -> None:
    """Git says what is wrong with what should lead to a repository; without one, nothing is said about history."""
    shutil.rmtree(scene.path / ".git")
    make(scene.path / ".git")
    said = scene.run("check")
    assert said.code == code
    assert len(said.err.splitlines()) <= 1
    assert code or "undecided[" in said.out


def test_a_git_folder_that_says_where_all_is(scene: Scene, tmp_path: Path) -> None:
    """Neither a work tree, nor objects, nor a promisor that the configuration names is looked for elsewhere."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text("password: outside-of-the-repository\n")
    with (scene.path / ".git/config").open("a") as config:
        config.write(f"[core]\nworktree={outside}\n[include]\npath=/dev/null\n")
        config.write('[extensions]\npartialClone=x\n[remote "x"]\nurl=ext::touch pwned\npromisor=true\n')
    (scene.path / ".git/objects/info/alternates").write_text(f"/dev/zero\n{outside}\n")
    scene.write({RELEASE: in_image("deadbeefcafe-r1")})
    said = scene.run("check")
    assert said.code == 1
    assert "outside" not in said.out + said.err
    assert not (scene.path / "pwned").exists()


def test_a_submodule_in_the_place_of_layers(scene: Scene) -> None:
    """What stands in a submodule is not in the repository, so the layers are missing; nothing is fetched or updated."""
    scene.write({".gitmodules": '[submodule "x"]\npath=deploy/env/prod\nurl=ext::touch pwned\nupdate=!touch pwned\n'})
    shutil.rmtree(scene.path / "deploy/env/prod")
    git(scene, "rm", "-rq", "--cached", "deploy/env/prod")
    git(scene, "update-index", "--add", "--cacheinfo", f"160000,{git(scene, 'rev-parse', 'HEAD')},deploy/env/prod")
    for words in ((), ("--staged",)):
        said = scene.run("check", *words)
        assert said.code == 1
        assert "error[missing-layer]" in said.out
    assert not (scene.path / "pwned").exists()


def test_files_that_say_what_to_pass_over(scene: Scene) -> None:
    """No file in the repository but the contract says what is checked, and what git ignores is only what it does not have."""
    everything = "*\n"
    scene.write({RELEASE: LATEST})
    git(scene, "commit", "-qam", "release(dev)")
    scene.write(
        dict.fromkeys((".gitignore", ".gitopslintignore", ".ignore", ".helmignore", ".dockerignore"), everything)
    )
    scene.write({".gitattributes": "* export-ignore binary linguist-generated working-tree-encoding=UTF-16\n"})
    for flag in ("--skip-worktree", "--assume-unchanged"):
        git(scene, "update-index", flag, RELEASE)
    said = scene.run("check")
    assert said.code == 1
    assert "error[mutable-tag]" in said.out


def test_a_file_that_git_does_not_look_at_is_gone(scene: Scene) -> None:
    """It is what the next commit will hold, so it is checked as it is staged, as in a sparse checkout."""
    scene.write({RELEASE: LATEST})
    git(scene, "add", "--all")
    git(scene, "update-index", "--skip-worktree", RELEASE)
    (scene.path / RELEASE).unlink()
    for words in ((), ("--staged",)):
        said = scene.run("check", *words)
        assert said.code == 1
        assert "error[mutable-tag]" in said.out


NAMES = {
    "one name in two forms of Unicode": ("caf\u00e9", "cafe\u0301"),
    "names that differ by case": ("blog", "Blog"),
    "names that look alike": ("p\u0430y", "pay"),
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_names_that_pass_for_each_other(names: tuple[str, str], scene: Scene) -> None:
    """They are two apps, as for Helm on Linux: neither fills the place of the other one's layer."""
    one, other = names
    scene.write({f"deploy/env/dev/{one}.yaml": "a: 1\n", f"deploy/env/release-dev/{other}.yaml": LATEST})
    said = scene.run("check")
    assert said.code == 1
    assert said.out.count("error[missing-layer]") == 2


VARIABLES = {
    "another repository": ("GIT_DIR", "/nowhere"),
    "another work tree": ("GIT_WORK_TREE", "/nowhere"),
    "other objects": ("GIT_OBJECT_DIRECTORY", "/nowhere"),
    "a repository that ends early": ("GIT_SHALLOW_FILE", "/nowhere"),
    "a program that compares": ("GIT_EXTERNAL_DIFF", "touch pwned"),
    "a namespace of refs": ("GIT_NAMESPACE", "x"),
    "a language with another capital i": ("LC_ALL", "tr_TR.UTF-8"),
    "a terminal wider than numbers": ("COLUMNS", "9" * 30),
    "a cache beside the files": ("XDG_CACHE_HOME", "."),
}


@pytest.mark.parametrize(("name", "value"), VARIABLES.values(), ids=VARIABLES)
def test_variables(name: str, value: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that a hook, or somebody else's program, has left behind changes no verdict and starts nothing."""
    scene.write({RELEASE: LATEST})
    plain = scene.run("check", "--output-format", "json")
    monkeypatch.setenv(name, value)
    assert scene.run("check", "--output-format", "json") == plain
    assert not (scene.path / "pwned").exists()
    assert {path.name for path in scene.path.iterdir()} == {".git", ".gitopslint.yaml", "deploy"}


def test_a_report_through_a_linked_folder(scene: Scene, tmp_path: Path) -> None:
    """A folder for reports that is a link out of the repository is refused: a commit may have brought it along."""
    (tmp_path / "outside").mkdir()
    (scene.path / "reports").symlink_to(tmp_path / "outside")
    for words in (("--report", "json=reports/x.json"), ("--output-file", f"{scene.path}/reports/x.txt")):
        said = scene.run("check", *words)
        assert said.code == 2
        assert "which leads out of" in said.err
    assert scene.run("baseline", "--output-file", "reports/x.json").code == 2
    assert list((tmp_path / "outside").iterdir()) == []
    (scene.path / "kept").mkdir()
    (scene.path / "inside").symlink_to("kept")
    assert scene.run("check", "--report", "json=inside/x.json").code == 0
    assert scene.run("check", "--report", f"json={tmp_path}/outside/x.json").code == 0


@pytest.mark.parametrize("target", ["../outside.txt", "/dev/full", "deploy", "nowhere"])
def test_a_report_over_a_link(scene: Scene, tmp_path: Path, target: str) -> None:
    """The link is replaced, and what it leads to stays as it is."""
    (tmp_path / "outside.txt").write_text("kept")
    (scene.path / "report.json").symlink_to(target)
    assert scene.run("check", "--report", "json=report.json").code == 0
    assert (tmp_path / "outside.txt").read_text() == "kept"
    assert not (scene.path / "report.json").is_symlink()


def test_a_pipeline_into_a_linked_folder(scene: Scene, tmp_path: Path) -> None:
    """`init` writes nothing through a link out of the repository."""
    (tmp_path / "outside").mkdir()
    (scene.path / ".github").mkdir()
    (scene.path / ".github/workflows").symlink_to(tmp_path / "outside")
    assert scene.run("init", "--ci", "github").code == 2
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_waiver_that_comes_with_what_it_waives(scene: Scene) -> None:
    """It counts, because who may change the file may say so; the report still shows what was waived, and why."""
    scene.write({RELEASE: LATEST.replace("latest", "latest  # gitopslint: ignore[mutable-tag] trust me")})
    said = scene.run("check", "--base", "HEAD")
    assert said.code == 0
    assert "waived" in said.out
    assert "trust me" in scene.run("check", "--base", "HEAD", "--output-format", "json").out


def test_a_baseline_that_comes_with_what_it_holds(scene: Scene) -> None:
    """It counts as well, and what it holds is still listed; `--new-only` asks the base instead, and fails."""
    scene.write({RELEASE: LATEST})
    scene.run("baseline", "--output-file", "known.json")
    scene.write({".gitopslint.yaml": CONTRACT + "baseline: known.json\n"})
    said = scene.run("check", "--base", "HEAD")
    assert said.code == 0
    assert "error[mutable-tag] (known)" in said.out


def test_a_policy_about_everything(scene: Scene) -> None:
    """A path with `**` many times takes steps times values, and no more."""
    path = ".".join(["**"] * 40) + ".x"
    policy = f"policies:\n- {{name: own, level: error, summary: x, require: {{path: '{path}', equals: 1}}}}\n"
    scene.write({".gitopslint.yaml": CONTRACT + policy, ENV: "a: " + "[" * 90 + "]" * 90 + "\n"})
    assert scene.run("check").code == 0


def test_a_packed_chart(scene: Scene) -> None:
    """A chart in an archive is not unpacked, so none can be a bomb: what it brings is undecided."""
    scene.write(
        {
            "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
            "deploy/charts/web-app/charts/bomb-1.0.0.tgz": b"\x1f\x8b" + b"\0" * 1_000_000,
            "deploy/argocd/apps/dev/shop.yaml": application(
                "[../../env/release-dev/shop.yaml, ../../env/dev/shop.yaml]"
            ),
        }
    )
    said = scene.run("check")
    assert "bomb-1.0.0.tgz is a packed chart" in said.out

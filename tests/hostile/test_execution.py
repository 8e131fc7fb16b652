"""Programs that a repository would like to have started, and words that would like to be options."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.attempts import APPLICATION, RELEASE, Scene, application, in_image
from tests.support.repo import clean_git_environment

CONFIGURATION = {
    "core.fsmonitor": "core.fsmonitor",
    "core.hooksPath": "core.hooksPath",
    "core.pager": "core.pager",
    "core.editor": "core.editor",
    "core.sshCommand": "core.sshCommand",
    "core.gitProxy": "core.gitProxy",
    "core.askPass": "core.askPass",
    "an external diff": "diff.external",
    "a textconv": "diff.trap.textconv",
    "a diff driver": "diff.trap.command",
    "a merge driver": "merge.trap.driver",
    "a clean filter": "filter.trap.clean",
    "a smudge filter": "filter.trap.smudge",
    "a process filter": "filter.trap.process",
    "a pager of log": "pager.log",
    "an alias of a command": "alias.log",
    "a credential helper": "credential.helper",
    "a program to verify signatures": "gpg.program",
    "uploadpack of a promisor": "remote.origin.uploadpack",
}


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a mark where it was started."""
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path / 'sprung'}\ncat\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, env=clean_git_environment(), check=True, capture_output=True)


def test_git_configuration_starts_nothing(scene: Scene, trap: Path, tmp_path: Path) -> None:
    """With every setting that can name a program, every attribute and every hook, no command of ours starts one."""
    for name in CONFIGURATION.values():
        _git(scene.path, "config", name, f"!{trap}" if name.startswith("alias.") else str(trap))
    _git(scene.path, "config", "remote.origin.url", f"ext::{trap}")
    _git(scene.path, "config", "remote.origin.promisor", "true")
    _git(scene.path, "config", "log.showSignature", "true")
    (scene.path / ".git/info/attributes").write_text("* diff=trap filter=trap merge=trap\n")
    hooks = scene.path / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-index-change", "pre-auto-gc", "reference-transaction", "fsmonitor-watchman"):
        (hooks / hook).symlink_to(trap)
    scene.write({".gitattributes": "* diff=trap filter=trap merge=trap\n", RELEASE: in_image("latest")})
    runs = (
        ["check"],
        ["check", "--staged"],
        ["check", "--base", "HEAD~1"],
        ["check", "--new-only", "--base", "HEAD~1"],
        ["history"],
        ["values", "shop", "dev"],
    )
    for words in runs:
        assert scene.run(*words).code in (0, 1), words
    assert not (tmp_path / "sprung").exists()


ARGUMENTS = {
    "a base that is an option": (["check", "--base=--output=pwned"], {}, 2, "there is no commit '--output=pwned'"),
    "a base that is a path": (["check", "--base", "HEAD:../../x"], {}, 2, "there is no commit"),
    "an app that is an option": (["values", "--output=pwned", "dev"], {}, 2, "are required: ENV"),
    "a tag that is an option": (["check"], {RELEASE: in_image('"--output=pwned"')}, 1, "cannot start with '-'"),
    "a tag that is a command": (["check"], {RELEASE: in_image('"$(touch pwned)"')}, 1, "placeholder"),
    "a revision that is an option": (
        ["check"],
        {
            APPLICATION: application("[../../env/release-dev/shop.yaml]").replace(
                "    path:", "    targetRevision: --output=pwned\n    path:"
            )
        },
        0,
        "unwired-layer",
    ),
    "a repository that is a command": (
        ["check"],
        {
            APPLICATION: application("[../../env/release-dev/shop.yaml]").replace(
                "https://git.example.com/web-core.git", "'ext::sh -c touch% pwned'"
            )
        },
        0,
        "unwired-layer",
    ),
    "files that are options": (
        ["check", "--select", "mutable-tag"],
        {
            "--output=pwned.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'a:latest'}]}\n",
            "-rf.yaml": "a: 1\n",
        },
        0,
        "--output=pwned.yaml:3:",
    ),
    "an app whose name is an option": (
        ["check"],
        {"deploy/env/release-dev/--upload-pack=pwned.yaml": in_image("latest")},
        1,
        "--upload-pack=pwned in dev runs the tag 'latest'",
    ),
}


@pytest.mark.parametrize(("words", "files", "code", "says"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_argument(words: list[str], files: dict[str, str], code: int, says: str, scene: Scene) -> None:
    """Words of a repository stay words: git takes none for an option, and no shell sees one."""
    scene.write(files)
    said = scene.run(*words)
    assert says in said.out + said.err
    assert said.code == code
    assert not list(scene.path.glob("pwned*"))

"""Real git repositories for tests, made by git itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_CONFIG = Path(__file__).with_name("gitconfig")
_EPOCH = 1_700_000_000  # the first commit; each further one is a minute later

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada Author",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Cora Committer",
    "GIT_COMMITTER_EMAIL": "cora@example.com",
}


def clean_git_environment(**more: str) -> dict[str, str]:
    """Return an environment in which git knows nothing of the machine: no user, no hook around it, but our gitconfig."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return (
        environment
        | IDENTITY
        | {
            "GIT_CONFIG_GLOBAL": str(_CONFIG),
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
            "TZ": "UTC",
        }
        | more
    )


class Repo:
    """A git repository with a work tree. The same calls make the same commit ids."""

    def __init__(self, path: Path, *, object_format: str = "sha1", branch: str = "main") -> None:
        """Make a new repository in a folder that need not exist."""
        self.path = path
        self._commits = 0
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", f"--object-format={object_format}", f"--initial-branch={branch}")

    def git(self, *arguments: str, stdin: bytes | None = None, check: bool = True, **environment: str) -> str:
        """Run git in the work tree and return what it prints, without the last line end."""
        date = f"{_EPOCH + 60 * self._commits} +0000"
        done = subprocess.run(
            ("git", *arguments),
            cwd=self.path,
            input=stdin,
            capture_output=True,
            check=False,
            env=clean_git_environment(GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date, **environment),
        )
        if check and done.returncode:
            raise AssertionError(f"git {' '.join(arguments)}: {os.fsdecode(done.stderr)}")
        return os.fsdecode(done.stdout).removesuffix("\n")

    def write(self, path: str, content: str | bytes = "", *, executable: bool = False) -> Path:
        """Write a file below the top, with its folders."""
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        if executable:
            target.chmod(0o755)
        return target

    def link(self, path: str, target: str) -> Path:
        """Make a symbolic link below the top."""
        link = self.path / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
        return link

    def stage(self, files: Mapping[str, str | bytes]) -> None:
        """Write files and add them to the index."""
        for path, content in files.items():
            self.write(path, content)
        self.git("add", "--", *files)

    def commit(self, message: str = "Change", files: Mapping[str, str | bytes] | None = None) -> str:
        """Write files, commit all that has changed in the work tree, and return the commit id."""
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}")
        self._commits += 1
        return self.head()

    def head(self) -> str:
        """Return the id of the commit that is checked out."""
        # Git would have to be started to read two files, after each of thousands of commits.
        kind, _, ref = self._said("HEAD").partition(" ")
        return (self._said(ref) if kind == "ref:" else "") or self.git("rev-parse", "HEAD")

    def _said(self, name: str) -> str:
        file = self.path / ".git" / name
        return file.read_text("utf-8").strip() if file.is_file() else ""

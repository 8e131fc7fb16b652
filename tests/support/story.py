"""Histories of releases, told in a few words and made by real git.

A story is a list of landings. Each landing is a mapping from environment to tag, or one of the steps below. In a tag,
`{1}` is the abbreviated id of the first commit of code, `{2}` that of the second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.repo import Repo

Tags = Mapping[str, str | None]
"""The tag that each environment gets. None deletes the layer, `!` leaves it broken."""


@dataclass(frozen=True)
class Code:
    """A commit of sources; its id is what the next number in tags stands for."""

    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Landing:
    """A landing of more than tags."""

    tags: Tags = field(default_factory=dict)
    files: Mapping[str, str | None] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    app: str = "shop"


@dataclass(frozen=True)
class Branch:
    """Steps on a branch that is merged; without `merged` it is left alone."""

    steps: Sequence[Step]
    merged: bool = True
    squashed: bool = False


Step = Code | Landing | Branch | dict[str, str | None]


class Storyteller:
    """Makes the history of one app in a repository."""

    def __init__(self, path: Path, *, layer: str = "deploy/env/release-{env}/{app}.yaml", **options: str) -> None:
        self.repo = Repo(path, **options)
        self.layer = layer
        self._codes: list[str] = []
        self._branches = 0

    def tell(self, steps: Iterable[Step]) -> Repo:
        """Let the steps happen."""
        for step in steps:
            self._tell(step)
        return self.repo

    def tag(self, text: str) -> str:
        """Return a tag with the commits that it stands for."""
        for number, code in enumerate(self._codes, 1):
            text = text.replace(f"{{{number}}}", code[:12])
        return text

    def write(self, landing: Landing) -> None:
        """Write the files of a landing without committing them."""
        for environment, tag in landing.tags.items():
            path = self.layer.replace("{env}", environment).replace("{app}", landing.app)
            if tag is None:
                (self.repo.path / path).unlink()
            elif tag == "!":
                self.repo.write(path, "image: [\n")
            else:
                digest = landing.digests.get(environment)
                also = f"  digest: sha256:{digest * 64}\n" if digest is not None else ""
                repository = f"  repository: registry.example.com/{landing.app}\n"
                self.repo.write(path, f"image:\n{repository}  tag: {self.tag(tag)}\n{also}")
        for path, text in landing.files.items():
            if text is None:
                (self.repo.path / path).unlink()
            else:
                self.repo.write(path, text)

    def _tell(self, step: Step) -> None:
        if isinstance(step, Code):
            number = len(self._codes) + 1
            files = step.files or {"apps/shop/page.ts": f"export const version = {number}\n"}
            self._codes.append(self.repo.commit(f"Code {number}", files))
        elif isinstance(step, Branch):
            self._branches += 1
            name = f"branch-{self._branches}"
            self.repo.git("switch", "--quiet", "--create", name)
            self.tell(step.steps)
            self.repo.git("switch", "--quiet", "main")
            if step.squashed:
                self.repo.git("merge", "--quiet", "--squash", name)
                self.repo.commit(f"Squash {name}")
            elif step.merged:
                self.repo.git("merge", "--quiet", "--no-ff", "-m", f"Merge {name}", name)
        else:
            landing = Landing(step) if isinstance(step, dict) else step
            self.write(landing)
            said = ", ".join(f"{environment} {tag}" for environment, tag in landing.tags.items())
            self.repo.commit(f"Set {said}" if said else "Change")

"""A change of what one environment runs: what stands there, what shall, and where that is written."""

from __future__ import annotations

from typing import Literal

from gitopslint.model.contract import ImageKeys
from gitopslint.model.namedtuple import NamedTuple

Action = Literal["promote", "rollback", "release"]
_DONE = {"promote": "promoted", "roll": "rolled", "release": "released"}


class Target(NamedTuple):
    """One image of one app in one environment."""

    app: str
    environment: str
    keys: ImageKeys

    def __str__(self) -> str:
        return f"{self.app} in {self.environment}"


class Build(NamedTuple):
    """What tells one build from another. Where nothing names a tag, the digest alone does, and stands in its place."""

    tag: str
    digest: str | None = None

    @property
    def is_digest(self) -> bool:
        """Whether there is no tag: none holds a colon, and every digest does."""
        return ":" in self.tag

    def of(self, repository: str) -> str:
        """Return the reference of the build in a repository."""
        return f"{repository}{'@' if self.is_digest else ':'}{self}"

    def __str__(self) -> str:
        return f"{self.tag}@{self.digest}" if self.digest is not None else self.tag


class Change(NamedTuple):
    """One environment gets another build. `source` is the environment from which a promotion takes it."""

    action: Action
    target: Target
    old: Build | None
    new: Build
    source: str | None = None

    @property
    def summary(self) -> str:
        """The change in a few words, as the subject of a commit."""
        app, environment = self.target.app, self.target.environment
        if self.action == "rollback":
            return f"roll {app} back to {self.new.tag} in {environment}"
        return f"{self.action} {app} {self.new.tag} to {environment}"

    @property
    def done(self) -> str:
        """The change in a few words, once it is made."""
        first, rest = self.summary.split(" ", 1)
        return f"{_DONE[first]} {rest}"

    def message(self, template: str, *, skip_ci: bool) -> str:
        """Return the message of a commit that makes the change."""
        said = {
            "summary": self.summary,
            "action": self.action,
            "app": self.target.app,
            "env": self.target.environment,
            "tag": self.new.tag,
            "old": self.old.tag if self.old is not None else "none",
        }
        for name, text in said.items():
            template = template.replace(f"{{{name}}}", text)
        return f"{template}{' [skip ci]' if skip_ci else ''}\n"

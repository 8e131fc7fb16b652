"""What a contract tells the commands that change a release, or verify one."""

from __future__ import annotations

from gitopslint.model.places import PLACEHOLDER
from gitopslint.model.record import record
from gitopslint.model.valuepath import parse_value_path

_STRICT = {"extra": "forbid", "use_attribute_docstrings": True}
_SAID = ("summary", "action", "app", "env", "tag", "old")


@record
class CommitSettings:
    """The commits that `promote`, `rollback` and `release` make with `--commit`."""

    __pydantic_config__ = _STRICT

    message: str = "chore(release): {summary}"
    """The subject. `{summary}` says in a few words what the commit does; `{action}`, `{app}`, `{env}`, `{tag}` and
    `{old}`, the tag before, are there to say it otherwise."""
    skip_ci: bool = False
    """Whether `[skip ci]` stands at its end, so that no pipeline runs for it."""

    def __post_init__(self) -> None:
        if not self.message.strip() or "\n" in self.message:
            raise ValueError("the subject of a commit is one line")
        for name in PLACEHOLDER.findall(self.message):
            if name not in _SAID:
                listed = ", ".join(f"{{{one}}}" for one in _SAID)
                raise ValueError(f"{{{name}}} is unknown in a message; known are {listed}")


@record
class VerifySettings:
    """What `gitopslint verify` asks of a release that is live."""

    __pydantic_config__ = _STRICT

    hosts: tuple[str, ...] = (
        "ingress.hosts[*].host",
        "ingress.hosts[*]",
        "ingress.host",
        "ingress.hostname",
        "httpRoute.hostnames[*]",
    )
    """Where the values of an app name its hosts; `*` stands for one key, `[*]` for one item, `**` for any number."""
    paths: tuple[str, ...] = ("/", "/admin")
    """The paths that each host must answer below 500."""

    def __post_init__(self) -> None:
        for written in self.hosts:
            parse_value_path(written)
        for path in self.paths:
            if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path:
                raise ValueError(f"{path!r} is no path of an address: it starts with '/' and holds plain characters")

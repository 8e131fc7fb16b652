"""Paths in a contract, and the names that stand in them."""

from __future__ import annotations

from collections.abc import Callable

from gitopslint.model.glob import alternatives
from gitopslint.model.lazy import lazy

PLACEHOLDER = lazy(r"\{([^{}]*)\}")
"""`{app}`, `{env}`."""


def check_template(path: str, known: set[str]) -> None:
    """Raise ValueError for a path that leaves the root, or that holds a name which is not known there."""
    if path.startswith("/") or ".." in path.split("/") or not path:
        raise ValueError(f"{path!r} must be a path below the root of the repository")
    for name in PLACEHOLDER.findall(path):
        if name not in known:
            listed = ", ".join(f"{{{one}}}" for one in sorted(known))
            known_are = f"known are {listed}" if known else "none is known"
            raise ValueError(f"{{{name}}} is unknown in a path; {known_are}")


class MistakeError(ValueError):
    """A record is wrong at one place; `at` leads there."""

    def __init__(self, message: str, *at: str | int) -> None:
        super().__init__(message)
        self.at = at


def placed(check: Callable[[str], object], text: str, *at: str | int) -> None:
    """Check a text that stands somewhere in a record. Raises MistakeError where the check raises ValueError."""
    try:
        check(text)
    except ValueError as error:
        raise MistakeError(str(error), *at) from None


def check_fixed(path: str) -> None:
    """Raise ValueError for a path that leaves the root, or holds any name."""
    check_template(path, set())


def check_source(pattern: str) -> None:
    """Raise ValueError for a pattern of sources that nobody can match, or with a name that is not known there."""
    for name in PLACEHOLDER.findall(pattern):
        if "," not in name and name != "app":
            raise ValueError(f"{{{name}}} is unknown in a pattern of sources; known is {{app}}")
    alternatives(pattern)


def check_beside(path: str | None) -> None:
    """Raise ValueError for a path to another repository that does not start from this one."""
    if path is not None and path.startswith("/"):
        raise ValueError(f"{path!r} must be a path from the root of the repository, such as `../platform`")

"""Paths in a contract, and the names that stand in them."""

from __future__ import annotations

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
            raise ValueError(f"{{{name}}} is unknown in a path; known are {listed}")


def check_beside(path: str | None) -> None:
    """Raise ValueError for a path to another repository that does not start from this one."""
    if path is not None and path.startswith("/"):
        raise ValueError(f"{path!r} must be a path from the root of the repository, such as `../platform`")

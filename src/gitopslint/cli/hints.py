"""Names on the command line that have to be there, and what one that is not may have been meant to be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from gitopslint.cli.exits import UsageError
from gitopslint.model.closest import closest

_MOST_NAMES = 10


def hint(word: str, known: Iterable[str]) -> str:
    """Return the nearest of the known names, or else what is known."""
    names = list(known)
    near = closest(word, names)
    if near:
        return f"did you mean {near!r}?"
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"known are {', '.join(names[:_MOST_NAMES])}{more}"


def expect_app(app: str, known: Collection[str], where: str = "") -> None:
    """Make sure that there is an app; `where` tells in which state of the repository. Raises UsageError."""
    if app not in known:
        raise UsageError(f"there is no app {app!r}{where}: {hint(app, known)}")


def expect_environment(app: str, environment: str, known: Mapping[str, Collection[str]]) -> None:
    """Make sure that an app, which is there, is in an environment. Raises UsageError."""
    if environment not in known[app]:
        raise UsageError(f"{app} is in no environment {environment!r}: {hint(environment, known[app])}")

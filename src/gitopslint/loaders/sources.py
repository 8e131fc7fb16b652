"""What images seem to be built from: the folders with a Dockerfile."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

_DOCKERFILE = re.compile(r"(?:.*/)?(?:Dockerfile|Containerfile)(?:\.[A-Za-z0-9_-]+)?")
_CONFIGURATION = (".yaml", ".yml", ".json", ".md", ".tpl", ".txt")


def has_code(paths: Iterable[str], apps: Collection[str | None]) -> bool:
    """Tell whether images could be built from these files: a Dockerfile, or an app of which there is a program."""
    return any(_DOCKERFILE.fullmatch(path) or _is_program(path, apps) for path in paths)


def _is_program(path: str, apps: Collection[str | None]) -> bool:
    folders = path.split("/")[:-1]
    return folders[:1] == ["apps"] and folders[1:2] != [] and folders[1] in apps and not path.endswith(_CONFIGURATION)


def sources(paths: Iterable[str], apps: Iterable[str], single: str | None) -> tuple[str, ...]:
    """Return where the images are built from: the folders with a Dockerfile that are called like an app."""
    folders = [path.rpartition("/")[0] for path in paths if _DOCKERFILE.fullmatch(path)]
    if single is not None:
        return ("**",) if "" in folders else tuple(f"{folder}/**" for folder in folders[:1])
    found: Counter[str] = Counter()
    for app in apps:
        for folder in folders:
            parts = folder.split("/")
            if app in parts:
                found["/".join("{app}" if part == app else part for part in parts[: parts.index(app) + 1])] += 1
    return tuple(f"{folder}/**" for folder in sorted(found))

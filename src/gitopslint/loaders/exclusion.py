"""Files that no rule reads."""

from __future__ import annotations


def included(paths: tuple[str, ...], exclude: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths that no pattern excludes, in the syntax of `.gitignore`."""
    if not exclude:
        return paths
    # Imported here, because few contracts exclude anything and the import costs as much as PyYAML's.
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(exclude)
    return tuple(path for path in paths if not spec.match_file(path))

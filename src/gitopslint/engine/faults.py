"""What may be said of a crash."""

from __future__ import annotations

from pathlib import Path

_SOURCES = Path(__file__).parent.parent


def where(error: Exception) -> str:
    """Name an error by kind and place in our code. Its text may quote the repository, so it is left out."""
    import traceback  # for faults only

    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_SOURCES)]
    if not ours:
        return type(error).__name__
    place = Path(ours[-1].filename).relative_to(_SOURCES).as_posix()
    return f"{type(error).__name__} at {place}:{ours[-1].lineno}"

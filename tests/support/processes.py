"""Which processes ours has started and not waited for."""

from __future__ import annotations

from pathlib import Path

_TASKS = Path("/proc/self/task")


def children() -> set[int]:
    """Return the children of this process, ended ones too that nobody waited for; none where the system tells none.

    Earlier tests in the process may have left some: those that break loaders, for example, break what closes.
    """
    if not _TASKS.is_dir():
        return set()
    return {int(pid) for task in _TASKS.iterdir() for pid in (task / "children").read_text("ascii").split()}

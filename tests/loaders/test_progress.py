"""How far the main line has moved on since a build."""

from __future__ import annotations

from gitopslint.loaders.build_inputs import BuildInputs
from gitopslint.loaders.history import Later, Told, ToldHistory
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.progress import Progress
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract
from gitopslint.model.timeline import Freshness

MERGED = Told({"apps/shop/a.ts": "1", "apps/shop/b.ts": "1"})


class _Merged(ToldHistory):
    """A history whose newest landing is a merge, which brought a file more than the commit that is asked about."""

    def since(self, commit: str) -> Later:
        """Return what the merge holds beside the commit."""
        newest = next(self.steps([]))
        return Later(newest.landing.position, (), newest._replace(changes=newest.changes[1:]))


def test_the_newest_landing_holds_more_than_the_commit_of_the_build() -> None:
    """An image built on a branch that went on is stale from the merge on, though nothing has landed since."""
    history = _Merged([Told({"README.md": "An app.\n"}), MERGED], {})
    inputs = BuildInputs(MemoryTree(history.files), Layout(Contract(), history.files), ("shop",))
    merge = next(history.steps([])).landing
    assert Progress(history, "", lambda: inputs).since("shop", "0" * 40) == Freshness(1, 1, merge)

"""Contents of old layers, for many apps at once.

A question to git that waits for its answer costs two changes of process, which is more than the answer: for 1,000 apps
a quarter of the whole run. Which apps come next is known, since they are asked for by name.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Sequence

from gitopslint.loaders.history import History

_AT_ONCE = 2_000


class ReadAhead:
    """Holds what the next apps will ask for, and never much more."""

    def __init__(
        self, history: History, apps: Callable[[], Sequence[str]], blobs_of: Callable[[str], list[str]]
    ) -> None:
        """`apps` are those that will be asked for, sorted; `blobs_of` says what one of them will want."""
        self._history = history
        self._apps = apps
        self._blobs_of = blobs_of
        self._covered: set[str] = set()
        self._held: dict[str, bytes | None] = {}

    def contents(self, app: str, blobs: Sequence[str]) -> dict[str, bytes | None]:
        """Return the content of each blob of an app; None for one that is not here. Raises HistoryError."""
        if app not in self._covered:
            self._covered.clear()
            self._held.clear()
            self._fetch([*blobs, *self._ahead_of(app)])
        self._fetch([blob for blob in blobs if blob not in self._held])
        return {blob: self._held[blob] for blob in blobs}

    def _ahead_of(self, app: str) -> Iterator[str]:
        """Yield what an app and those behind it will want, until it is enough."""
        count = 0
        apps = self._apps()
        for following in apps[bisect.bisect_left(apps, app) :]:
            self._covered.add(following)
            blobs = self._blobs_of(following)
            yield from blobs
            count += len(blobs)
            if count >= _AT_ONCE:
                return

    def _fetch(self, blobs: Sequence[str]) -> None:
        if blobs:
            wanted = list(dict.fromkeys(blobs))
            self._held.update(zip(wanted, self._history.contents(wanted), strict=True))

"""The past of a product: its chronology, read beside all else, and only if somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gitopslint.loaders.begun import Begun
from gitopslint.loaders.git import GitError
from gitopslint.loaders.history import History, HistoryError, Unavailable
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.progress import Inputs
from gitopslint.loaders.timelines import Chronology

OpenHistory = Callable[[], History | Unavailable | None]


class Past:
    """Opens the history of a product once."""

    def __init__(self, open_history: OpenHistory, layout: Layout, prefix: str) -> None:
        """`prefix` leads from the top of the repository to the root."""
        self._open_history = open_history
        self._layout = layout
        self._prefix = prefix
        self._begun: Begun[Chronology | Unavailable | None] | None = None
        self.expected: Sequence[str] = sorted(layout.stacks())
        """The apps that will be asked for next."""

    def begin(self) -> None:
        """Start to read, because it will be asked for."""
        if self._begun is None:
            self._begun = Begun(self._read)

    @property
    def chronology(self) -> Chronology | None:
        """The chronology; None where nothing is asked about the past. Raises HistoryError where it cannot be known."""
        self.begin()
        found = self._begun.result() if self._begun is not None else None
        if isinstance(found, Unavailable):
            raise HistoryError(found.reason, found.remedy)
        return found

    def told(self, app: str) -> str:
        """Return what decides, beside today's files and what landed last, what the history says of an app."""
        try:
            chronology = self.chronology
            return chronology.told(app) if chronology is not None else ""
        except HistoryError as error:
            return f"{error}: {error.remedy}"

    def moved_since(self, tip: str, inputs: Callable[[], Inputs]) -> frozenset[str] | None:
        """Return the apps for whose images anything counts that landed since a tip; None where that is not known."""
        try:
            chronology = self.chronology
            return chronology.moved_since(tip, inputs) if chronology is not None else None
        except HistoryError:
            return None

    def close(self) -> None:
        """Let go of the history, if it was ever asked for."""
        found = self._begun.result() if self._begun is not None else None
        if isinstance(found, Chronology):
            found.history.close()

    def _read(self) -> Chronology | Unavailable | None:
        try:
            history = self._open_history()
            if history is None or isinstance(history, Unavailable):
                return history
        except GitError as error:
            return Unavailable(error.brief, "repair the repository: `git fsck` says what is broken")
        try:
            chronology = Chronology(history, self._layout, self._prefix, lambda: self.expected)
            _ = chronology.files  # all of it is read now, or never
        except HistoryError as error:
            history.close()
            return Unavailable(str(error), error.remedy)
        except BaseException:
            history.close()  # whoever asks is told of the crash, and knows of no git that still waits
            raise
        return chronology

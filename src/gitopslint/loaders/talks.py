"""Processes of git that stay and answer: starting one costs more than most answers.

Source of the formats: git-diff-tree(1), git-cat-file(1).
"""

from __future__ import annotations

from collections.abc import Sequence

from gitopslint.loaders.git import AT_ONCE, Conversation, GitError, Repository
from gitopslint.loaders.history import HistoryError
from gitopslint.loaders.main_line import changes_from
from gitopslint.loaders.questions import RAW
from gitopslint.loaders.tree import MAX_BYTES
from gitopslint.model.landing import WHOLE_CLONE, FileChange

_OBJECTS = ("cat-file", "--batch")
_DIFFERENCES = ("diff-tree", "--stdin", "-r", "--root", "--no-commit-id", *RAW)
_ENDING = b"//\n"  # no path from the top starts so


class Talks:
    """Asks git for objects, and for what differs between commits."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._talks: dict[tuple[str, ...], Conversation] = {}

    def objects(self, names: Sequence[str], *, several: bool = False) -> list[tuple[str, bytes] | None]:
        """Return each object as its id and content; None for one that is not here.

        `several`: one that is ambiguous counts as there, without both. Raises HistoryError.
        """
        found: list[tuple[str, bytes] | None] = []
        try:
            talk = self._talk(*_OBJECTS)
            for start in range(0, len(names), AT_ONCE):
                part = names[start : start + AT_ONCE]
                talk.tell("".join(f"{name}\n" for name in part).encode())
                for _ in part:
                    words = talk.line().split(b" ")
                    if len(words) == 3 and words[2].isdigit():
                        found.append((words[0].decode(), talk.read_object(int(words[2]), MAX_BYTES)))
                    else:
                        found.append(("", b"") if several and words[-1] == b"ambiguous" else None)
        except GitError as error:
            raise HistoryError(error.brief, WHOLE_CLONE) from None
        return found

    def forget_objects(self) -> None:
        """End the process that told objects, which may be dead."""
        if (talk := self._talks.pop(_OBJECTS, None)) is not None:
            talk.close()

    def difference(self, request: str) -> tuple[FileChange, ...]:
        """Return every file in which a commit differs from its first parent, or from another commit.

        Raises HistoryError.
        """
        talk = self._talk(*_DIFFERENCES)
        try:
            talk.tell(request.encode() + b"\n" + _ENDING)
            answer = talk.until(_ENDING)
        except GitError as error:
            raise HistoryError(error.brief, WHOLE_CLONE) from None
        return files_from(answer)

    def close(self) -> None:
        """End the processes."""
        for talk in self._talks.values():
            talk.close()
        self._talks.clear()

    def _talk(self, *question: str) -> Conversation:
        if question not in self._talks:
            self._talks[question] = self._repository.converse(*question)
        return self._talks[question]


def files_from(told: bytes) -> tuple[FileChange, ...]:
    """Return the files of which `--raw` tells a change."""
    return tuple(change.of_file() for change in changes_from(told.split(b"\0"), 0)[0])

"""Where something stands in a file."""

from __future__ import annotations

from gitopslint.model.namedtuple import NamedTuple


class Span(NamedTuple):
    """A stretch of one file's text.

    Lines and columns count from 1, columns in Unicode code points. The end is exclusive: a one-character
    span at the start of a file is `1:1` to `1:2`. `path` is relative to the root of the checked repository,
    with `/` between its parts.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def is_empty(self) -> bool:
        """Whether it is a place without extent."""
        return self.column == self.end_column and self.line == self.end_line

    def below(self, path: str, above: int) -> Span:
        """Return this stretch in another file, below so many lines."""
        return Span(path, above + self.line, self.column, above + self.end_line, self.end_column)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


def file_start(path: str) -> Span:
    """Return the empty span at the top of a file, for findings about a file as a whole."""
    return Span(path, 1, 1, 1, 1)


def within(path: str, scope: str) -> bool:
    """Tell whether a file is `scope`, or in the folder of that name; everything is where it is empty."""
    return not scope or path == scope or path.startswith(scope.rstrip("/") + "/")


_ACROSS = "\0"


def across(path: str) -> str:
    """Return the name that a file has when it is seen from the other repository, and the other way round.

    A run looks at two repositories from one of them. No path holds a NUL, so one in front says that a file is not
    of the repository that is looked from.
    """
    return path.removeprefix(_ACROSS) if is_across(path) else _ACROSS + path


def is_across(path: str) -> bool:
    """Tell whether a file is of the other repository."""
    return path.startswith(_ACROSS)


def named_across(text: str, name: str) -> str:
    """Return a text for people in which files of the other repository stand as `name:path`."""
    return text.replace(_ACROSS, f"{name}:")

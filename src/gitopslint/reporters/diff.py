"""What a change does to files, as a unified diff for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitopslint.model.source import Source
from gitopslint.reporters.escape import visible

_COLOURS = {"-": "\x1b[31m", "+": "\x1b[32m", "@": "\x1b[36m"}
_PLAIN = "\x1b[0m"
_NO_END = "\\ No newline at end of file"


def render(files: Iterable[tuple[str, Source, Source]], prefix: str = "", *, colour: bool = False) -> str:
    """Return the difference between two states of files. `prefix` leads from the top of the repository to the root."""
    return "".join(
        f"{_painted(line) if colour else line}\n"
        for path, before, after in files
        for line in _difference(visible(prefix + path), before, after)
    )


def _difference(path: str, before: Source, after: Source) -> Iterator[str]:
    import difflib  # few runs show one

    # Lines are compared with their ends, so that a last line without one differs from one that has it.
    for line in difflib.unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}"):
        if line.endswith("\n"):
            yield _shown(line[:-1])
        else:
            yield _shown(line)
            yield _NO_END


def _shown(line: str) -> str:
    """Return a line as people can look at it. Tabs move nothing but the text behind them, so they stay."""
    return "\t".join(map(visible, line.split("\t")))


def _lines(source: Source) -> list[str]:
    return (
        [*(f"{line}\n" for line in source.lines[:-1]), *source.lines[-1:]]
        if source.lines[-1:] != ("",)
        else [f"{line}\n" for line in source.lines[:-1]]
    )


def _painted(line: str) -> str:
    start = _COLOURS.get(line[:1])
    return f"{start}{line}{_PLAIN}" if start is not None and not line.startswith(("---", "+++")) else line

"""Files of text of any kind, as far as secrets can stand in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.finding import Unread
from gitopslint.model.secret import TextFile

MAX_BYTES = 10_000_000
_HEAD = 8000  # git looks at as many bytes to tell binary files from text
_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_texts(tree: Tree, paths: Sequence[str]) -> Iterator[tuple[str, bytes] | Unread]:
    """Yield the files at these paths.

    Symbolic links are left out: what they lead to in the repository is read at its own path.
    """
    links = tree.links
    wanted = [path for path in paths if path not in links]
    for path, data in tree.read_many(wanted):
        yield Unread(path, str(data)) if isinstance(data, ReadError) else (path, data)


def text_file(path: str, data: bytes) -> TextFile | None:
    """Return a file as text, or None for a binary one, in which nobody can look for text."""
    if data.startswith(_MARKS):
        encoding = "utf-16-le" if data.startswith(_MARKS[0]) else "utf-16-be"
        text = data.decode(encoding, "replace")
    elif b"\0" in data[:_HEAD]:
        return None
    elif len(data) > MAX_BYTES:
        return TextFile(path, "", limit=f"a file is larger than {MAX_BYTES:,} bytes")
    else:
        text = data.decode("utf-8", "replace")
    return TextFile(path, text.lstrip("\ufeff"))

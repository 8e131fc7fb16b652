"""Files of text of any kind, as far as secrets can stand in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from gitopslint.loaders.tree import ReadError, Tree, UncheckedError
from gitopslint.loaders.unit import Task, Unit
from gitopslint.model.document import Document
from gitopslint.model.finding import Unread
from gitopslint.model.lazy import lazy
from gitopslint.model.secret import TextFile

_HEAD = 8000  # git looks at as many bytes to tell binary files from text
_AT_ONCE = 200
_TOGETHER = 200_000  # characters: a unit for each of two thousand files took a fortieth of a run
_IN_MENTIONS = (b"image", b"ecret", b"newTag")
_MENTIONS = lazy(rb"\b(?:image|images|newTag)\b|[sS]ecret(?:Ref|KeyRef|Name)\b|[pP]ullSecrets\b")
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NAMED_AS_TEXT = lazy(
    r"(?:.*/)?(?:\.env(?:\..*)?|Dockerfile|Makefile|\.npmrc|\.netrc|\.pypirc"
    r"|[^/]*\.(?:ya?ml|json|env|tfvars|tf|properties|ini|conf|cfg|toml|xml|sh|txt|md))"
)
_ZEROS = "a file is called as text is, and has zero bytes in it"
_CIPHERTEXT = (b"\0GITCRYPT\0", b"Salted__")


def mentions_image_or_secret(data: bytes) -> bool:
    """Tell whether a manifest can say which image runs, or refer to a Secret."""
    return any(word in data for word in _IN_MENTIONS) and _MENTIONS.search(data) is not None


def chunks(paths: list[str]) -> Iterator[list[str]]:
    """Divide paths so that a few files are read at one go, and memory does not grow with their number."""
    return (paths[start : start + _AT_ONCE] for start in range(0, len(paths), _AT_ONCE))


def text_tasks(tree: Tree, paths: list[str], parsed: Mapping[str, Document]) -> Iterator[Task]:
    """Yield the files of text among some, a few to a unit. `parsed` are documents that are there already."""
    for part in chunks(paths):
        yield Task(f"files {part[0]}", partial(_units, tree, part, parsed), own=tuple(part))


def _units(tree: Tree, paths: list[str], parsed: Mapping[str, Document]) -> Iterator[Unit]:
    links = tree.links
    for document in (parsed[path] for path in paths if path in parsed and path not in links):
        yield Unit(documents=(document,))
    together: list[TextFile] = []
    size = 0
    for one in read_texts(tree, [path for path in paths if path not in parsed]):
        if isinstance(one, Unread):
            yield Unit(unread=(one,))
        elif (file := one if isinstance(one, TextFile) else text_file(*one)) is not None:
            together.append(file)
            size += len(file.text)
        if size > _TOGETHER:
            yield Unit(texts=tuple(together))
            together, size = [], 0
    if together:
        yield Unit(texts=tuple(together))


def read_texts(tree: Tree, paths: Sequence[str]) -> Iterator[tuple[str, bytes] | TextFile | Unread]:
    """Yield the files at these paths.

    One that is not read here, because it is too large, is a TextFile without text, unless it is binary.

    Symbolic links are left out: what they lead to in the repository is read at its own path.
    """
    links = tree.links
    wanted = [path for path in paths if path not in links]
    for path, data in tree.read_many(wanted):
        if isinstance(data, UncheckedError):
            if text_file(path, data.head) is not None:
                yield TextFile(path, "", limit=f"a file is {data.reason}")
        else:
            yield Unread(path, str(data)) if isinstance(data, ReadError) else (path, data)


def as_utf8(data: bytes) -> bytes:
    """Return what a UTF-16 file holds in UTF-8, so that words are found in it; all others as they are."""
    if not data.startswith(_MARKS):
        return data
    return data.decode("utf-16", "replace").encode()


def text_file(path: str, data: bytes) -> TextFile | None:
    """Return a file as text, or None for a binary one, in which nobody can look for text.

    One that is called as text is, and is none, has no text: it may be read by what it is for all the same.
    """
    if data.startswith(_MARKS):
        encoding = "utf-16-le" if data.startswith(_MARKS[0]) else "utf-16-be"
        text = data.decode(encoding, "replace")
        if "\0" in text:  # UTF-32 begins like UTF-16
            return TextFile(path, "", limit=_ZEROS)
    elif b"\0" in data[:_HEAD]:
        if _NAMED_AS_TEXT.fullmatch(path) is None or data.startswith(_CIPHERTEXT):
            return None
        return TextFile(path, "", limit=_ZEROS)
    else:
        text = data.decode("utf-8", "replace")
    return TextFile(path, text.lstrip("\ufeff"))


def unread_as_text(document: Document, data: bytes) -> tuple[TextFile, ...]:
    """Return a file as text where it cannot be read as YAML at all."""
    file = text_file(document.path, data) if document.problem is not None and not document.text else None
    return () if file is None else (file,)

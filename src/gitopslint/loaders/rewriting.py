"""Files rewritten: in their own encoding, and on disk all or nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from gitopslint.loaders import yaml
from gitopslint.model.edits import edited
from gitopslint.model.finding import Edit

_MARK = "\ufeff"


class RewriteError(Exception):
    """A file was not rewritten, and nothing was changed; the message says why."""


def rewritten(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the bytes of a file with edits applied; those of its encoding, marks and line ends stay.

    Raises ValueError where the edits do not fit the text, or it is not one.
    """
    text = yaml.decode(data)
    codec = "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codec = "utf-16-le" if data[0] == 0xFF else "utf-16-be"
    marks = data[: len(data) - len(text.encode(codec))]
    return marks + edited(text, edits).encode(codec)


def write_all(root: Path, files: Mapping[str, tuple[bytes, bytes]]) -> None:
    """Replace files below a root, each known by what it held and what it is to hold: all of them, or none.

    A symbolic link stays one, and its target is written if it lies below the root. Raises RewriteError.
    """
    real_root = os.path.realpath(root)
    ready: list[tuple[Path, Path, bytes]] = []
    done: list[tuple[Path, bytes]] = []
    try:
        for name, (old, new) in files.items():
            target = Path(os.path.realpath(root / name))
            if not target.is_relative_to(real_root):
                raise RewriteError(f"{name} is a symbolic link that leaves the repository")
            if not target.exists():
                raise RewriteError(f"{name} is not on disk: check it out first (`git sparse-checkout add` its folder)")
            if target.read_bytes() != old:
                raise RewriteError(f"{name} has changed meanwhile: run it again")
            ready.append((target, _beside(target, new), old))
        for target, beside, old in ready:
            beside.replace(target)
            done.append((target, old))
    except OSError as error:
        for target, old in done:
            _beside(target, old).replace(target)
        raise RewriteError(f"{error.filename} cannot be written: {error.strerror}; nothing was changed") from None
    finally:
        for _, beside, _ in ready:
            beside.unlink(missing_ok=True)


def _beside(target: Path, data: bytes) -> Path:
    """Write a file next to the one that it is to replace, with the same mode. Raises OSError."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    mode = stat.S_IMODE(target.stat().st_mode)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return beside

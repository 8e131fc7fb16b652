"""A folder in which results are kept between runs.

Whatever is in it is taken for what anybody may have written: a file counts only if it is whole, by a digest over all of
it, and of this form. JSON, because reading it can do nothing else. Writing is all or nothing, so runs beside each other
see old files or new ones.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import time
from pathlib import Path
from typing import Any

from gitopslint.model.packing import packed

MOST_BYTES = 256 * 1024 * 1024
"""What the folder may hold; beyond that, what was not used for the longest time goes."""

_HEAD = b"gitopslint cache 1 "
_DIGITS = 32
_ENDING = ".cache"
_ABANDONED = 3600  # seconds after which nobody is still writing a file
_NOTE = "# Kept between runs of gitopslint; may be deleted at any time.\n*\n"


class CacheError(Exception):
    """A folder cannot be used; the message says why and what to do."""


class CacheStore:
    """Results by name."""

    def __init__(self, folder: Path, most: int = MOST_BYTES) -> None:
        """Take a folder, which need not exist. Raises CacheError for one in which others could write."""
        self._folder = folder
        self._most = most
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            state = folder.stat()
        except OSError as error:
            raise CacheError(f"the cache folder {folder} cannot be made: {error.strerror}") from None
        if state.st_uid not in (os.geteuid(), 0):
            raise CacheError(f"the cache folder {folder} belongs to another user: name another one with `--cache-dir`")
        if state.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise CacheError(f"others can write in the cache folder {folder}: `chmod go-w` it, or use `--no-cache`")

    def get(self, name: str) -> Any | None:
        """Return what is kept under a name; None for nothing, or nothing whole."""
        path = self._path(name)
        try:
            with path.open("rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return None
                # The head by itself, because to cut it off would copy all the rest.
                head = file.read(len(_HEAD) + _DIGITS + 1)
                body = file.read(self._most + 1 - len(head))
        except OSError:
            return None
        if head != _HEAD + _digest(body) + b"\n" or len(head) + len(body) > self._most:
            return None
        try:
            found = json.loads(body.decode("ascii"))  # of bytes it would find out the encoding first
        except (ValueError, RecursionError):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return found

    def put(self, name: str, value: Any) -> None:
        """Keep a value under a name. A full disk or a folder that is gone costs nothing but the next run's time."""
        import secrets  # it loads much, and a run without a cache has no use for it

        # Named tuples are lists to JSON as they are; to copy them first would take longer than to write them.
        body = json.dumps(value, separators=(",", ":"), default=packed).encode("ascii")
        data = _HEAD + _digest(body) + b"\n" + body
        if len(data) > self._most:
            return
        path = self._path(name)
        beside = path.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            self._describe()
            try:
                with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(data)
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
            self._make_room(path)
        except OSError:
            return

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_ENDING}"

    def _describe(self) -> None:
        """Tell git not to track the folder, wherever it is."""
        note = self._folder / ".gitignore"
        if not note.exists():
            note.write_text(_NOTE, "utf-8")

    def _make_room(self, newest: Path) -> None:
        """Remove what was not used for the longest time, and what a killed run left half written."""
        files = []
        now = time.time()
        for entry in os.scandir(self._folder):
            with contextlib.suppress(OSError):
                state = entry.stat(follow_symlinks=False)
                if entry.name.endswith(".tmp") and now - state.st_mtime > _ABANDONED:
                    Path(entry.path).unlink()
                elif entry.name.endswith(_ENDING):
                    files.append((state.st_mtime, state.st_size, entry.path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._most:
                return
            if path != os.fspath(newest):
                with contextlib.suppress(OSError):
                    Path(path).unlink()
                total -= size


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGITS // 2).hexdigest().encode("ascii")

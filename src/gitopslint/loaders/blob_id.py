"""The ids that git gives to the content of files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, cast

_DIGITS_OF_SHA1 = 40


def blob_id(data: bytes, digits: int) -> str:
    """Return the id that git gives to the content of a file, where ids have so many digits."""
    hashed: str = _hash(digits)(b"blob %d\0%b" % (len(data), data)).hexdigest()
    return hashed


def _hash(digits: int) -> Callable[[bytes], Any]:
    if digits == _DIGITS_OF_SHA1:
        with contextlib.suppress(ImportError):
            from _sha1 import sha1  # type: ignore[import-not-found]  # OpenSSL takes 2 ms to load

            return cast("Callable[[bytes], Any]", sha1)
    import hashlib

    return hashlib.sha1 if digits == _DIGITS_OF_SHA1 else hashlib.sha256

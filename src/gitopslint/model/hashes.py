"""Hash functions without OpenSSL, which `hashlib` takes 2 ms to load; `random` of Python does the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

Hash = Callable[[bytes], Any]


@cache
def sha1() -> Hash:
    """Return SHA-1, for ids of git."""
    try:
        from _sha1 import sha1  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        from hashlib import sha1
    return cast("Hash", sha1)


@cache
def sha256() -> Hash:
    """Return SHA-256."""
    try:
        from _sha2 import sha256  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        try:
            from _sha256 import sha256  # type: ignore[import-not-found,unused-ignore]  # until Python 3.11
        except ImportError:
            from hashlib import sha256
    return cast("Hash", sha256)

"""The ids that git gives to the content of files."""

from __future__ import annotations

from gitopslint.model.hashes import sha1, sha256

_DIGITS_OF_SHA1 = 40


def blob_id(data: bytes, digits: int) -> str:
    """Return the id that git gives to the content of a file, where ids have so many digits."""
    hashed = sha1() if digits == _DIGITS_OF_SHA1 else sha256()
    found: str = hashed(b"blob %d\0%b" % (len(data), data)).hexdigest()
    return found

"""Which files are text, and what is said of those that only look like it."""

from __future__ import annotations

import pytest

from gitopslint.loaders.texts import text_file

LIMIT = "a file is called as text is, and has zero bytes in it"
FILES: dict[str, tuple[str, bytes, str | None]] = {
    "text": ("a.yaml", b"a: 1\n", "a: 1\n"),
    "a mark": ("a.yaml", b"\xef\xbb\xbfa: 1\n", "a: 1\n"),
    "UTF-16": ("a.yaml", "a: 1\n".encode("utf-16"), "a: 1\n"),
    "an image": ("logo.png", b"\x89PNG\0\0", None),
    "a program without an ending": ("bin/tool", b"\x7fELF\0", None),
    "values with a zero byte": ("deploy/values.yaml", b"password: x\n\0", LIMIT),
    "an environment with a zero byte": (".env.prod", b"A=b\0", LIMIT),
    "UTF-16 without a mark": ("a.yaml", "a: 1\n".encode("utf-16-le"), LIMIT),
    "UTF-32": ("a.yaml", "a: 1\n".encode("utf-32"), LIMIT),
    "git-crypt": ("secrets.yaml", b"\0GITCRYPT\0\x01\x02", None),
    "OpenSSL": ("secrets.env", b"Salted__\0\x01", None),
}


@pytest.mark.parametrize(("path", "data", "expected"), FILES.values(), ids=FILES)
def test_text(path: str, data: bytes, expected: str | None) -> None:
    """A binary file is none; one that is called as text is passes for nothing, and says why it was not searched."""
    file = text_file(path, data)
    assert (None if file is None else file.limit or file.text) == expected

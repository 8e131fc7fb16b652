"""Private keys: from where to where each stands, whole or cut off."""

from __future__ import annotations

import pytest

from gitopslint.checks.secrets.pem import private_key
from tests.support.secrets import drawn

BODY = drawn("{alnum:64}\n{alnum:64}\n{alnum:20}==\n")
BEGIN, END = "-----BEGIN " + "RSA PRIVATE KEY-----", "-----END " + "RSA PRIVATE KEY-----"
PUTTY = "PuTTY-User-Key-File-" + "3: ssh-rsa\n"
PRIVATE = "Private-Lines: 1\nAAAA\n"

# Before the key, the key, and what follows.
FOUND = {
    "whole": ("a: ", f"{BEGIN}\n{BODY}{END}", "\nb: 1\n"),
    "in one line, with escapes": ('a: "', "\\n".join([BEGIN, *BODY.splitlines(), END]), '"\n'),
    "its last line cut off": ("", f"{BEGIN}\n{BODY}-----END", " RSA PRIV"),
    "without an end": ("a: ", f"{BEGIN}\n{BODY.splitlines()[0]}", "\n!\n"),
    "without an end, the end of the file": ("", f"{BEGIN}\n{BODY.splitlines()[0]}", ""),
    "of PuTTY": ("", f"{PUTTY}{PRIVATE}Private-MAC: 12", "\nmore\n"),
    "of PuTTY at the end of a file": ("", f"{PUTTY}{PRIVATE}Private-MAC: 12", ""),
    "of PuTTY without its checksum": ("x", f"{PUTTY}Private-Lines:", " 1\nAAAA\n"),
}


@pytest.mark.parametrize(("before", "key", "after"), FOUND.values(), ids=FOUND)
def test_where_a_key_stands(before: str, key: str, after: str) -> None:
    """From its first hyphen to the last character that belongs to it, whatever is around."""
    assert private_key(before + key + after, len(before)) == (len(before), len(before) + len(key))


NONE = {
    "a header alone": f"{BEGIN}\n",
    "a header and an end": f"{BEGIN}\n{END}\n",
    "dots for a body": f"{BEGIN}\n{'.' * 64}\n{END}\n",
    "few characters for a body": f"{BEGIN}\n{'abcdefghij' * 6}\n{END}\n",
    "a certificate": BEGIN.replace("RSA PRIVATE KEY", "CERTIFICATE") + f"\n{BODY}",
    "a body that is too far away": f"{BEGIN}\n{' ' * 400}{BODY}",
    "a public key of PuTTY": PUTTY + "Public-Lines: 1\nAAAA\n",
}


@pytest.mark.parametrize("text", NONE.values(), ids=NONE)
def test_what_is_none(text: str) -> None:
    """What only shows where a key goes, and what everybody may know."""
    assert private_key(text, 0) is None

"""Private keys in their armour, and where each ends."""

from __future__ import annotations

import re

from gitopslint.model.lazy import lazy

KEYWORDS = ("-----begin ", "putty-user-key-file-", "-----begin openvpn static key")
_BEGIN = lazy(r"-----BEGIN (?P<kind>[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)-----", re.IGNORECASE)
_PUTTY = lazy(r"PuTTY-User-Key-File-[0-9]: ")
_BODY = lazy(r"[A-Za-z0-9+/=]{16}")
_LONGEST = 20_000
_LEAST_VARIETY = 12
"""A body of fewer different characters only shows where a key goes."""


def private_key(text: str, start: int) -> tuple[int, int] | None:
    """Return from where to where a private key stands that begins at an offset. A header alone is none."""
    if _PUTTY.match(text, start):
        at = text.find("Private-Lines:", start, start + _LONGEST)
        mac = text.find("Private-MAC:", max(at, start), start + _LONGEST)
        end = text.find("\n", mac) if mac >= 0 else -1
        return None if at < 0 else (start, end if end >= 0 else len(text) if mac >= 0 else at + 14)
    match = _BEGIN.match(text, start)
    if match is None:
        return None
    footer = text.find("-----END", match.end(), match.end() + _LONGEST)
    body = text[match.end() : footer if footer >= 0 else match.end() + 400]
    if _BODY.search(body.replace("\\n", "\n")) is None or len(set(body)) < _LEAST_VARIETY:
        return None
    if footer >= 0:
        end = text.find("-----", footer + 8, footer + 100)
        return start, end + 5 if end >= 0 else footer + 8
    # Cut off: what follows in the same alphabet belongs to it.
    run = re.compile(r"(?:\s{0,80}[A-Za-z0-9+/=\\]{16,200})*").match(text, match.end())
    return start, run.end() if run else match.end()

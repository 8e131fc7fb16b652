"""Text in base64, read as far as it is text."""

from __future__ import annotations

import binascii
import json
import re
from typing import Any

from gitopslint.checks.secrets import values
from gitopslint.model.lazy import lazy

_BASE64 = lazy(r"[A-Za-z0-9+/\s]{4,200000}={0,2}\s*|[A-Za-z0-9_-]{4,200000}={0,2}")
_PIECE = lazy(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/]{24,20000}={0,2}(?![A-Za-z0-9+/_=-])")
_BLANKS = dict.fromkeys(map(ord, "\t\n\r"))
_CRC_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def decoded(text: str) -> str | None:
    """Return what a base64 text says, where that is text; None where it is not, or no base64."""
    if _BASE64.fullmatch(text) is None:
        return None
    data = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    if len(data) % 4 == 1:
        return None
    try:
        inner = binascii.a2b_base64(data + "=" * (-len(data) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return inner if inner and inner.translate(_BLANKS).isprintable() else None


def is_base64(text: str) -> bool:
    """Tell whether a text is base64 in whole groups, of whatever content."""
    data = "".join(text.split())
    return len(data) % 4 == 0 and len(data) >= 4 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", data) is not None


def web_token(text: str) -> dict[str, Any] | None:
    """Return the content of a signed web token, or None where it is none."""
    header, _, rest = text.partition(".")
    try:
        if "alg" not in json.loads(decoded(header) or "{}"):
            return None
        content = json.loads(decoded(rest.partition(".")[0]) or "{}")
    except (ValueError, TypeError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def is_public_web_token(text: str) -> bool:
    """Tell whether a web token is meant to be public, or is the example that all manuals show."""
    content = web_token(text) or {}
    return (
        content.get("role") in ("anon", "publishable")
        or content.get("name") == "John Doe"
        or content.get("iss") == "supabase-demo"
    )


def basic_password(text: str) -> str | None:
    """Return the password of `user:password` in base64, or None."""
    user, colon, password = (decoded(text) or "").partition(":")
    return password if colon and user and password and not values.harmless(password) and user.isprintable() else None


def crc32_base62(token: str) -> bool:
    """Tell whether the last six digits of a token are the CRC-32 of those before, as GitHub and npm make them."""
    body = token.rpartition("_")[2]
    value = binascii.crc32(body[:-6].encode())
    digits = ""
    while value:
        value, rest = divmod(value, 62)
        digits = _CRC_DIGITS[rest] + digits
    return digits.rjust(6, "0") == body[-6:]


def pieces(text: str) -> list[tuple[int, int]]:
    """Return where long base64 texts stand inside a text."""
    return [match.span() for match in _PIECE.finditer(text)]

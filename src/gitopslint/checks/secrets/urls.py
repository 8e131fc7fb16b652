"""Passwords inside addresses: `scheme://user:password@host`, and `user:password@host:port` without a scheme."""

from __future__ import annotations

import re

from gitopslint.checks.secrets import values
from gitopslint.model.keynames import word_set
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple

KEYWORD = "://"
_FARTHEST = 3 + 200 + 1 + 400 + 1
"""How far from its `://` the `@` of an address may stand."""
_USER_INFO = lazy(
    r"""://(?P<user>[^\s/:@"'<>?#]{0,200}):(?P<password>[^\s/@"'<>?#]{1,400})@(?P<host>[^\s/"'<>,]{0,253})"""
)
_SLASHED = lazy(
    r"""://(?P<user>[^\s/:@"'<>?#]{0,200}):(?P<password>[^\s@"'<>]{8,200})@(?P<host>[\w.-]{1,253}(?::[0-9]{1,5})?(?=[/\s"'?]|$))"""
)
_BARE = lazy(
    r"(?P<user>[\w.-]{1,64}):(?P<password>[^\s@/\"']{1,200})@(?:tcp|unix|udp)?\(?(?P<host>(?!sha(?:256|384|512):)[\w.-]{1,253})(?::[0-9]{2,5}|/|\))"
)
_EXAMPLES = word_set("password pass passwd pwd secret user username example test pw token key p x")
_EXAMPLE_HOSTS = lazy(
    r"(?:localhost|127\.0\.0\.1|host|hostname|example|server|db|database|postgres|mysql|redis|mongo)?(?:\.?example\.\w+)?(?::.*)?"
)


class UserInfo(NamedTuple):
    """The password of an address, and from where to where it stands."""

    user: str
    password: str
    host: str
    start: int
    end: int


def user_info(text: str, start: int) -> UserInfo | None:
    """Return the password of the address whose `://` stands at an offset."""
    at = text.find("@", start, start + _FARTHEST)
    if at < 0 or text.find(":", start + len(KEYWORD), at) < 0:  # as in most addresses
        return None
    match = _USER_INFO.match(text, start) or _SLASHED.match(text, start)
    return None if match is None else _read(match)


def bare_user_info(text: str) -> UserInfo | None:
    """Return the password of an address without a scheme that a text is from its start on."""
    match = _BARE.match(text)
    return None if match is None or (match["password"].isdigit() and len(match["password"]) < 6) else _read(match)


def is_secret(found: UserInfo, *, prose: bool = False) -> bool:
    """Tell whether the password of an address is a literal. `prose`: among examples for people, a weak one is none."""
    if values.harmless(found.password) or found.password.startswith(("$", "%(", "{", "<", "[")):
        return False
    if set(found.password) <= set("*x.X"):
        return False
    return not (prose and (_is_example(found) or _EXAMPLE_HOSTS.fullmatch(found.host) is not None))


def is_example(text: str, end: int) -> bool:
    """Tell whether the address whose password ends at an offset only shows what one looks like."""
    start = text.rfind(KEYWORD, max(0, end - _FARTHEST), end)
    found = user_info(text, start) if start >= 0 else None
    return found is not None and _is_example(found)


def _is_example(found: UserInfo) -> bool:
    weak = found.password.isalpha() and len(found.password) <= 10
    return weak or found.password.lower() in _EXAMPLES or found.password == found.user


def _read(match: re.Match[str]) -> UserInfo:
    return UserInfo(match["user"], match["password"], match["host"], match.start("password"), match.end("password"))

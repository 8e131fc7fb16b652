"""Secrets by their names in lines of text, and where each stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from gitopslint.checks.secrets import encoded, naming, urls, values
from gitopslint.checks.secrets.assignments import Assignment, assignments
from gitopslint.checks.secrets.keywords import Keywords
from gitopslint.checks.secrets.manner import FOR_PEOPLE, Manner
from gitopslint.checks.secrets.randomness import looks_random
from gitopslint.model.keynames import NAMES_IN_OTHER_SCRIPTS, Name, name_of, word_set
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple

STEMS = (
    *sorted(
        word_set(
            "pass pwd psw _pw pw: pw= secret token key cred auth dsn uri psk pepper salt identified curl redis-cli "
            "mysql webhook connection cookie парол секрет ключ токен senha contrase clave clé cle_ cle- cle: clef "
            "chave chiave parola kennwort geheim segredo schlüssel schlussel lösen jelszó heslo hasło şifre κωδικ "
            "klucz klíč klic kulcs nyckel sleutel mật seed jwt hmac pat: pat= pat_ pat- pat\" pat' pre_shared "
            "preshared kata_sandi katasandi adgangskode bearer fernet ficha geslo haslo hemlighet hemmelighed jelszo "
            "jeton losen losungswort lozinka lozinke matkhau mdp otp parol parool salasana sandi segreto sekret sifre "
            "slaptazodis tajemstvi tajne titok totp wachtwoord סיסמה"
        )
        | {"login ", "alias set", "host add", "ldapsearch", "sqlcmd", "twine upload", "sudo -s", "add_user"}
        | {"securestring"}
    ),
    *NAMES_IN_OTHER_SCRIPTS,
)
"""What a line must hold, in lower case, for a secret to stand in it by its name. A test holds that none lacks one."""

_NAMED = lazy(
    r"""^\s*(?:[-*{]\s*)*["']?(?:name|key|variable|var|param|parameter)["']?\s*[:=]\s*["']?([\w.\-/]{2,120})["']?\s*,?\s*$""",
    re.IGNORECASE,
)
_VARIABLE = lazy(r"""\s{0,40}variable\s{1,8}"(?P<key>[\w-]{1,80})"\s{0,8}\{""")
_VALUES = frozenset(
    {"value", "val", "default", "content", "data", "defaultvalue", "stringvalue", "plaintext", "literal"}
)
_VALUE_LINE = lazy(r"""\s*(?:[-*{]\s*)*["']?value["']?\s*[:=]""", re.IGNORECASE)
_KEY = lazy(r"[\w.\-/]{1,80}")
_AUTHORIZATION = lazy(r"(?:[A-Za-z-]{2,20}[ =])?(?P<value>\S{16,2000})")
_USER_AND_PASSWORD = lazy(r"[\w.@-]{2,64}:(?P<value>[^\s:/@]{4,200})")
_PAIRED = (("auth",), ("credentials",), ("creds",), ("login",), ("basicauth",), ("userpass",))
_LONGEST_LINE = 8000
_CALL = lazy(r"(?:(?:new|await) )?[A-Za-z_][\w.]*\(")
"""In a text for people, code is no value."""
_CHPASSWD = lazy(
    r"""(?:^[ \t]*(?:-[ \t]*)?|\becho[ \t]{1,4}(?:-[en]{1,2}[ \t]{1,4})?["']?)"""
    r"""(?P<user>[a-z_][a-z0-9_-]{0,31}):(?P<value>[^\s:"'|]{4,200})""",
    re.MULTILINE,
)


class Named(NamedTuple):
    """A secret by its name: from where to where it stands, under which name, and what it is."""

    start: int
    end: int
    key: str
    kind: str
    hashed: bool = False


def mentions(text: str) -> bool:
    """Tell whether a text holds any of the words under which secrets stand."""
    return _stems().stand_in(text.lower())


@cache
def _stems() -> Keywords:
    return Keywords(STEMS)


def secrets_in_line(line: str, manner: Manner, before: str = "") -> Iterator[Named]:
    """Yield the secrets of one line. `before` is the line above, which may hold the name of a `value` here."""
    if manner == "code" or len(line) > _LONGEST_LINE or not line.strip():
        return
    taken: list[tuple[int, int]] = []
    for one in assignments(line):
        if any(start < one.end and one.start < end for start, end in taken):
            continue
        found = _judged(one, manner, before)
        if found is not None:
            taken.append((found.start, found.end))
            yield found
    if "chpasswd" in line or "chpasswd" in before:
        yield from users_in(line)


def users_in(text: str) -> Iterator[Named]:
    """Yield the passwords of a list of `user:password`, one to a line."""
    for match in _CHPASSWD.finditer(text):
        if not values.harmless(match["value"]) and match["value"] not in ("R", "RANDOM"):
            hashed = values.is_password_hash(match["value"])
            yield Named(*match.span("value"), match["user"], "a password hash" if hashed else "a password", hashed)


def _judged(one: Assignment, manner: Manner, before: str) -> Named | None:
    key = one.key
    if key.lower() in _VALUES:
        above = _NAMED.match(before)
        if above is None:
            return None
        key = above[1]
    if manner == "expression" and not (one.quoted or one.command):
        return None
    if manner == "prose" and not one.quoted and _CALL.match(one.value) is not None:
        return None
    if one.whole and not one.quoted and _is_more_than_a_value(one.value) and values.fallback(one.value) is None:
        # `command: mysql --password x`: the parts of the line are judged on their own.
        return _address(one, key, manner)
    if one.loose and not one.quoted and not naming.is_strong(one.value):
        return None
    return judged(key, one.value, one.start, one.end, manner) or _address(one, key, manner)


def judged(key: str, text: str, start: int, end: int, manner: Manner) -> Named | None:
    """Return the secret that a text is under a key, at the place where it stands."""
    name = name_of(key.rpartition("/")[2] if "/" in key and "//" in key else key)
    prose = manner in FOR_PEOPLE
    if values.is_password_hash(text) and (name.sense in ("secret", "token") or "hash" in name.words):
        return Named(start, end, key, "a password hash", True)
    if name.words[-1:] == ("auth",) and encoded.basic_password(text) is not None:
        return Named(start, end, key, "a user and password")
    if name.words[-1:] == ("authorization",) and (given := _AUTHORIZATION.fullmatch(text)) is not None:
        at = start + given.start("value")
        return Named(at, end, key, "a token") if looks_random(given["value"]) else None
    if name.words[-1:] in _PAIRED and not prose and (pair := _USER_AND_PASSWORD.fullmatch(text)) is not None:
        if not values.harmless(pair["value"]) and naming.is_strong(pair["value"]):
            return Named(start + pair.start("value"), end, key, "a password")
        return None
    if naming.is_secret(name, text, prose=prose, comment=manner == "comment"):
        return Named(start, end, key, kind_of(name))
    return _fallback(name, key, text, start)


def _fallback(name: Name, key: str, text: str, start: int) -> Named | None:
    """Return the password that a text falls back to where it is given none; a weak one is for developers' machines."""
    place = values.fallback(text)
    if place is None or not naming.is_strong(text[slice(*place)]) or not naming.is_secret(name, text[slice(*place)]):
        return None
    return Named(start + place[0], start + place[1], key, kind_of(name))


def bare_address(key: str, text: str, manner: Manner) -> Named | None:
    """Return the password of an address without a scheme that a text is."""
    found = urls.bare_user_info(text)
    if found is None or not urls.is_secret(found, prose=manner in FOR_PEOPLE):
        return None
    return Named(found.start, found.end, key, "a password in an address")


def names_a_secret(line: str) -> bool:
    """Tell whether a line gives the name of a secret to the value on the line below it."""
    match = _NAMED.match(line)
    return match is not None and name_of(match[1]).sense in ("secret", "token", "key")


def variable(line: str) -> str | None:
    """Return what a line that begins a variable of Terraform is to the lines below it: the name of their value."""
    match = _VARIABLE.match(line) if "variable" in line else None
    return f"name = {match['key']}" if match is not None else None


def is_value(line: str) -> bool:
    """Tell whether a line holds the value of a name on the line before."""
    return "value" in line.lower() and _VALUE_LINE.match(line) is not None


def key_path(key: str) -> tuple[str, ...]:
    """Return the key path of a key in a line of text; none where the key could itself hold a secret."""
    return (key,) if _KEY.fullmatch(key) and not looks_random(key, 20) else ()


def kind_of(name: Name) -> str:
    """Name what stands under a key in words."""
    if name.password:
        return "a password"
    if name.sense == "key" or "key" in name.words or "apikey" in name.words:
        return "a key"
    return "a token" if {"token", "tokens"} & set(name.words) else "a secret"


def _address(one: Assignment, key: str, manner: Manner) -> Named | None:
    if "@" not in one.value:
        return None
    found = bare_address(key, one.value, manner)
    return None if found is None else found._replace(start=one.start + found.start, end=one.start + found.end)


def _is_more_than_a_value(text: str) -> bool:
    return " " in text and re.search(r"\s-{1,2}\w|=|;|&&|\|", text) is not None

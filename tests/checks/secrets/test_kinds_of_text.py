"""What a text is when it is no secret: a reference, a name, a sentence, something that everybody may know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitopslint.checks.secrets import encoded, urls, values
from gitopslint.checks.secrets.unnamed import is_unnamed_secret
from gitopslint.model.keynames import name_of
from tests.support.secrets import drawn

KINDS: dict[Callable[[str], bool], dict[str, bool]] = {
    values.is_reference: {
        "vault:secret/data/shop": True,
        "/run/secrets/password": True,
        "./certs/tls.key": True,
        f"/run/{drawn('{alnum:32}')}": False,
        "password": False,
    },
    values.is_word: {"lantern": True, "ab": False, "abc": True, "a" * 20: True, "a" * 21: False, "changeme": False},
    values.is_public: {
        "shop.example.com": True,
        "shop.example.com:8080/a": True,
        f"{drawn('{lower:30}')}.example.com": False,
        "shop@example.com": True,
        "30s": True,
        "1.2.3": True,
        "2026-01-01T00:00:00Z": True,
        "2026-01-01T00:00+02:00": True,
        "2026-01-01-lantern": False,
        "lantern-7": False,
        "shop": False,
    },
    values.is_name: {
        "shop-db-credentials": True,
        "shop.payment.service": True,
        "lantern": False,
        "qx-zk": False,
        "qx-zk-key": True,
        "4f9d2c7b81ae4f9d": False,
        "123e4567-e89b-12d3-a456-426614174000": False,
        f"shop-{drawn('{lower:24}')}": False,
        "-".join(["shop"] * 50) + "abcd": True,
        "-".join(["shop"] * 50) + "abcde": False,
    },
    values.names_a_key: {"DB_PASSWORD": True, "lantern": True, "qxzkvwq": False, "a b": False},
    values.is_prose: {
        "enter the password here": True,
        "the password, please!": False,
        "the (secret) password, please!": True,
        "a 1 b 2": False,
        "one two three 4": True,
        "one two 3 4": False,
    },
    encoded.is_base64: {
        "YWJj": True,
        "YWJ": False,
        "YWI=": True,
        "YQ==": True,
        "Y===": False,
        "": False,
        "YW Jj": True,
        "Y!Jj": False,
    },
}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        pytest.param(kind, *row, id=f"{kind.__name__}-{row[0][:40]}")
        for kind, rows in KINDS.items()
        for row in rows.items()
    ],
)
def test_kind_of_text(kind: Callable[[str], bool], text: str, expected: bool) -> None:
    """Each is told by its form; what was drawn by a machine is none of them."""
    assert kind(text) is expected


ADDRESSES = {
    "a password": ("postgres://shop:lantern-71@db:5432/shop", "lantern-71"),
    "with a slash": ("postgres://shop:lan/tern71@db.example.com/shop", "lan/tern71"),
    "without a user": ("redis://:lantern-71@cache", "lantern-71"),
    "no password": ("https://shop@example.com/", None),
    "an at in the path": ("https://example.com/a:b@c", None),
}


@pytest.mark.parametrize(("text", "password"), ADDRESSES.values(), ids=ADDRESSES)
def test_address(text: str, password: str | None) -> None:
    """The password of an address, from its first character to its last, and nothing that only looks like one."""
    found = urls.user_info(text, text.index("://"))
    assert (text[found.start : found.end] if found is not None else None) == password
    assert found is None or found.password == password


BARE = {
    "a user, a password, a host": ("shop:lantern@tcp(db:3306)/shop", "lantern"),
    "a short number": ("12:34567@host:80", None),
    "a number as long as a password": ("12:345678@host:80", "345678"),
    "an image with a digest": ("shop:1.2@sha256:0000", None),
}


@pytest.mark.parametrize(("text", "password"), BARE.values(), ids=BARE)
def test_address_without_a_scheme(text: str, password: str | None) -> None:
    """A number of a few digits is a port or a version."""
    found = urls.bare_user_info(text)
    assert (found.password if found is not None else None) == password


# The password of an address, and whether it is a secret in configuration and in a text for people.
PASSWORDS = {
    "lantern-harbor-71": (True, True),
    "abcdefghij": (True, False),
    "abcdefghijk": (True, True),
    "abc1": (True, True),
    "user": (True, False),
    "xxxx": (False, False),
    "x.X*": (False, False),
    "$PASSWORD": (False, False),
    "{password}": (False, False),
    "%(password)s": (False, False),
    "changeme": (False, False),
}


@pytest.mark.parametrize(("password", "expected"), PASSWORDS.items(), ids=PASSWORDS)
def test_password_of_an_address(password: str, expected: tuple[bool, bool]) -> None:
    """A literal is a secret; among examples for people a weak one is none."""
    found = urls.UserInfo("user", password, "db.shop.internal", 0, 0)
    assert (urls.is_secret(found), urls.is_secret(found, prose=True)) == expected


@pytest.mark.parametrize(
    ("host", "expected"), [("localhost", False), ("db.example.com:5432", False), ("db.shop.internal", True)]
)
def test_host_of_an_example(host: str, expected: bool) -> None:
    """In a text for people, an address of nowhere is an example."""
    assert urls.is_secret(urls.UserInfo("shop", "lantern-harbor-71", host, 0, 0), prose=True) is expected


STRONG = "q7Rk2VxN9tLw4ZbY8mPc"
UNNAMED = {
    "letters of both cases and digits": ("setting", STRONG, True),
    "under a name that explains it": ("checksum", STRONG, False),
    "under the name of a secret": ("password", STRONG, False),
    "a character fewer": ("setting", STRONG[:-1], False),
    "letters of one case and digits": ("setting", STRONG.lower(), False),
    "hex": ("setting", "4f9d2c7b81ae0d3c4f9d2c7b81ae0d3c", False),
    "an image": ("setting", "iVBOR" + STRONG, False),
    "a path of words": ("setting", "Web/Shop/Payment/Service/Handler7", False),
    "text in base64": ("setting", "TGFudGVybnMgYW5kIGhhcmJvcnM=", False),
    "words": ("setting", "ShopPaymentServiceHandler7", False),
    "a key that its service hands out": ("setting", "pk_live_" + STRONG, False),
    "a word at the end of 24 characters": ("setting", STRONG + "live", True),
    "a word at the end of 23": ("setting", STRONG[1:] + "live", False),
}


@pytest.mark.parametrize(("key", "text", "expected"), UNNAMED.values(), ids=UNNAMED)
def test_value_without_a_name(key: str, text: str, expected: bool) -> None:
    """Under a name that says nothing only what surely is random counts."""
    assert is_unnamed_secret(name_of(key), text) is expected


def test_password_in_base64() -> None:
    """Both parts must be there, and be text."""
    assert encoded.basic_password("c2hvcDpsYW50ZXJuLTcx") == "lantern-71"
    assert encoded.basic_password("OmxhbnRlcm4tNzE=") is None  # no user
    assert encoded.basic_password("c2hvcDo=") is None  # no password
    assert encoded.basic_password("c2hvcGxhbnRlcm4=") is None  # no colon
    assert encoded.basic_password("c2hvcDpjaGFuZ2VtZQ==") is None  # a placeholder


TOKENS = {
    "of anybody": ('{"role":"anon"}', True),
    "of the manuals": ('{"name":"John Doe"}', True),
    "of a demo": ('{"iss":"supabase-demo"}', True),
    "of somebody": ('{"role":"admin"}', False),
    "a list": ("[1]", False),
    "no JSON": ("{", False),
}


@pytest.mark.parametrize(("content", "public"), TOKENS.values(), ids=TOKENS)
def test_public_web_token(content: str, public: bool) -> None:
    """Web tokens that everybody may know say so themselves."""
    import base64

    header, body = (base64.b64encode(one.encode()).decode().rstrip("=") for one in ('{"alg":"none"}', content))
    assert encoded.is_public_web_token(f"{header}.{body}.x") is public
    assert encoded.web_token(f"{body}.{header}.x") is None

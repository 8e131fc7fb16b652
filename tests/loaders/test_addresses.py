"""What `verify` may ask: whole addresses of the web, and redirects as far as they lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pytest

from gitopslint.loaders.http import Answer, Client, UnreachableError, _parts
from gitopslint.loaders.smoke import visit

REFUSED = {
    "a user": "https://shop@example.com/",
    "a user and a password": "https://shop:lantern@example.com/",
    "other letters": "https://éxample.com/",
    "a control character": "https://example.com/\x7f",
    "a blank": "https://example.com/a b",
    "no host": "https:///a",
    "a file": "file:///etc/hosts",
    "a port that is none": "https://example.com:port/",
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_what_is_not_asked(url: str) -> None:
    """An address that holds anything else than host, port, path and query is refused before anybody is asked."""
    with pytest.raises(UnreachableError):
        _parts(url)


class _Web:
    """A web in which each address answers with a status and perhaps leads on."""

    def __init__(self, answers: Mapping[str, tuple[int, str | None]]) -> None:
        self._answers = answers

    def ask(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        _parts(url)  # as a client does
        status, target = self._answers[url]
        return Answer(status, {"location": target} if target is not None else {}, b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(status: int) -> None:
    """Every kind of redirect leads on; a fragment is no part of an address."""
    web = _Web({"https://shop/a": (status, "/b#part"), "https://shop/b": (200, None)})
    found = visit(cast(Client, web), "shop", "/a")
    assert found.hops == (("https://shop/a", status), ("https://shop/b", 200))


@pytest.mark.parametrize(("status", "target"), [(200, "/b"), (300, "/b"), (304, "/b"), (302, None)])
def test_what_is_no_redirect(status: int, target: str | None) -> None:
    """Another status, or none to lead to, is the answer."""
    found = visit(cast(Client, _Web({"https://shop/a": (status, target)})), "shop", "/a")
    assert found.hops == (("https://shop/a", status),)


def test_a_circle() -> None:
    """It is told once round."""
    web = _Web({"https://shop/a": (302, "/b"), "https://shop/b": (302, "/a")})
    found = visit(cast(Client, web), "shop", "/a")
    assert found.loop
    assert [status for _, status in found.hops] == [302, 302, 0]


def test_asked_by_a_forwarded_port() -> None:
    """A redirect to the host itself stays at the port."""
    web = _Web({"http://localhost:8080/a": (302, "https://shop/b"), "http://localhost:8080/b": (200, None)})
    found = visit(cast(Client, web), "shop", "/a", "http://localhost:8080/")
    assert [url for url, _ in found.hops] == ["http://localhost:8080/a", "http://localhost:8080/b"]


@pytest.mark.parametrize("instead", [None, "http://localhost:8080"])
def test_a_redirect_that_is_malformed(instead: str | None) -> None:
    """It is told as what it is, whoever is asked in the name of the host."""
    web = _Web({f"{instead or 'https://shop'}/a": (302, "http://[shop/b")})
    found = visit(cast(Client, web), "shop", "/a", instead)
    assert found.trouble is not None
    assert found.trouble.reason.startswith("an address that is none: the address is malformed")
    assert [status for _, status in found.hops] == [302]

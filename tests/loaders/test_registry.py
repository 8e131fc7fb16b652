"""What a registry may ask of us before it answers, and what it never gets."""

from __future__ import annotations

import base64
import http.server
import json
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from gitopslint.loaders.docker_auth import Credential
from gitopslint.loaders.http import Client, UnreachableError, is_loopback
from gitopslint.loaders.registry import Registries
from gitopslint.model.verification import Publication

DIGEST = f"sha256:{'a' * 64}"
Answer = tuple[int, dict[str, str], bytes]
Handle = Callable[[str, str, Any, bytes], Answer]


class Server:
    """Answers with what a function makes of method, address, headers and body."""

    def __init__(self, handle: Handle) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                status, headers, content = handle(self.command, self.path, self.headers, body)
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(content))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_HEAD = do_POST = _answer  # noqa: N815 - the names that the base class looks for

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.host = f"127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[[Handle], Server]]:
    """Start servers that end with the test."""
    servers: list[Server] = []

    def started(handle: Handle) -> Server:
        servers.append(Server(handle))
        return servers[-1]

    yield started
    for server in servers:
        server.close()


def ask(host: str, credential: Credential | None = None, timeout: float = 5) -> Publication:
    registries = Registries(Client(timeout=timeout), lambda _: credential)
    return registries.publication(f"{host}/team/shop", "abc", None)


@pytest.mark.parametrize("credential", [None, Credential("ada", "geheim")])
def test_a_token(serve: Callable[[Handle], Server], credential: Credential | None) -> None:
    """A registry sends us for a token, as those of Docker Hub, GitLab and GitHub do; it serves for all questions."""
    tokens: list[tuple[str, str | None]] = []

    def realm(method: str, path: str, headers: Any, body: bytes) -> Answer:
        tokens.append((path, headers["Authorization"]))
        return 200, {}, json.dumps({"token": "t0ken"}).encode()

    door = serve(realm)

    def registry(method: str, path: str, headers: Any, body: bytes) -> Answer:
        if headers["Authorization"] != "Bearer t0ken":
            challenge = f'Bearer realm="http://{door.host}/token?a=b",service="reg",scope="repository:team/shop:pull"'
            return 401, {"WWW-Authenticate": challenge}, b""
        return 200, {"Docker-Content-Digest": DIGEST}, b""

    host = serve(registry).host
    registries = Registries(Client(timeout=5), lambda _: credential)
    for _ in range(2):
        assert registries.publication(f"{host}/team/shop", "abc", None).digest == DIGEST
    ((path, authorization),) = tokens
    asked = dict(urllib.parse.parse_qsl(path.partition("?")[2]))
    assert asked == {"a": "b", "service": "reg", "scope": "repository:team/shop:pull"}
    basic = base64.b64encode(b"ada:geheim").decode()
    assert authorization == (None if credential is None else f"Basic {basic}")


def test_an_identity(serve: Callable[[Handle], Server]) -> None:
    """A token that stands for a user is exchanged as OAuth2 does."""
    forms: list[dict[str, str]] = []

    def realm(method: str, path: str, headers: Any, body: bytes) -> Answer:
        forms.append(dict(urllib.parse.parse_qsl(body.decode())))
        return 200, {}, b'{"access_token": "t0ken"}'

    door = serve(realm)

    def registry(method: str, path: str, headers: Any, body: bytes) -> Answer:
        if headers["Authorization"] is None:
            return 401, {"WWW-Authenticate": f'Bearer realm="http://{door.host}/token"'}, b""
        return 200, {"Docker-Content-Digest": DIGEST}, b""

    assert ask(serve(registry).host, Credential("", "refresh-me", identity=True)).digest == DIGEST
    assert forms[0]["grant_type"] == "refresh_token"
    assert forms[0]["refresh_token"] == "refresh-me"
    assert forms[0]["scope"] == "repository:team/shop:pull"


def test_a_registry_that_knows_no_head(serve: Callable[[Handle], Server]) -> None:
    """Then the manifest itself is read, and its digest is what it hashes to."""

    def registry(method: str, path: str, headers: Any, body: bytes) -> Answer:
        return (405, {}, b"") if method == "HEAD" else (200, {}, b'{"schemaVersion":2}')

    assert (
        ask(serve(registry).host).digest
        == "sha256:" + "bafebd36189ad3688b7b3915ea55d461e0bfcfbdde11e54b0a123999fb6be50f"
    )


def test_a_login_stays_at_its_host(serve: Callable[[Handle], Server]) -> None:
    """Where a registry redirects to another host, what authorizes us does not go along."""
    seen: list[str | None] = []

    def elsewhere(method: str, path: str, headers: Any, body: bytes) -> Answer:
        seen.append(headers["Authorization"])
        return 200, {"Docker-Content-Digest": DIGEST}, b""

    other = serve(elsewhere)

    def registry(method: str, path: str, headers: Any, body: bytes) -> Answer:
        if headers["Authorization"] is None:
            return 401, {"WWW-Authenticate": 'Basic realm="x"'}, b""
        return 307, {"Location": f"http://{other.host}/manifest"}, b""

    assert ask(serve(registry).host, Credential("ada", "geheim")).digest == DIGEST
    assert seen == [None]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((401, {"WWW-Authenticate": 'Bearer realm="http://evil.example.com/t"'}, b""), "not https"),
        ((401, {"WWW-Authenticate": 'Bearer realm="ftp://evil"'}, b""), "not https"),
        ((401, {"WWW-Authenticate": "Negotiate"}, b""), "does not let us look (401)"),
        ((403, {}, b""), "does not let us look (403)"),
        ((429, {}, b""), "answers 429"),
        ((500, {}, b""), "answers 500"),
        ((200, {"Docker-Content-Digest": "sha256:\x1b[31m"}, b""), "names no digest"),
        ((200, {}, b"<html>Log in</html>"), "something that is no manifest"),
        ((200, {}, b'{"error": "no such repository"}'), "something that is no manifest"),
        ((302, {"Location": "/v2/again"}, b""), "redirects without end"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "neither http nor https"),
    ],
)
def test_no_answer(serve: Callable[[Handle], Server], answer: Answer, words: str) -> None:
    """Whatever else a registry says, nobody knows; the login is in no word of it."""
    told = ask(serve(lambda *_: answer).host, Credential("ada", "geheim"))
    assert told.trouble is not None
    assert words in told.trouble.reason
    assert "geheim" not in str(told)
    assert told.digest is None
    assert not told.absent


def test_half_a_manifest(serve: Callable[[Handle], Server]) -> None:
    """What broke off has no digest: that of the half would look like an overwritten tag."""

    def registry(method: str, path: str, headers: Any, body: bytes) -> Answer:
        return (405, {}, b"") if method == "HEAD" else (200, {"Content-Length": "1000"}, b"{")

    told = ask(serve(registry).host)
    assert told.trouble is not None
    assert told.digest is None


def test_drop_by_drop() -> None:
    """A server that never comes to an end is left when the time for one request is over."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
                for _ in range(100):
                    connection.sendall(b"{")
                    time.sleep(0.02)

        thread = threading.Thread(target=drip)
        thread.start()
        start = time.monotonic()
        with pytest.raises(UnreachableError, match="too long"):
            Client(timeout=0.2).ask(f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert time.monotonic() - start < 1.5
        thread.join()


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://", "http://a b/", "http://u:p@h/", "http://h:x/", "http://[::1"]
)
def test_no_address(url: str) -> None:
    with pytest.raises(UnreachableError) as caught:
        Client(timeout=1).ask(url)
    assert "p@" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("127.evil.com", False),
        ("localhost.evil.com", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("", False),
    ],
)
def test_this_machine(host: str, here: bool) -> None:
    """Only what is surely this machine is spoken to without encryption."""
    assert is_loopback(host) == here


def test_a_credential_never_shows_itself() -> None:
    assert "geheim" not in f"{Credential('ada', 'geheim')!r} {Credential('ada', 'geheim')}"

"""The language server against an editor that is broken, or somebody who speaks in its place."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from gitopslint.cli.editor.pipes import MOST_BYTES
from tests.support.attempts import RELEASE, Scene, in_image
from tests.support.repo import clean_git_environment

SECRET = "Tr0ub4dor-of-the-editor"
BOUND = 60


def framed(message: object) -> bytes:
    """Return a message as the protocol sends it; bytes are the body as it is."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def said(method: str, number: int | None = None, **params: Any) -> bytes:
    """Return a notification, or with a number a request."""
    asked = {} if number is None else {"id": number}
    return framed({"jsonrpc": "2.0", **asked, "method": method, "params": params})


def begun(root: Path) -> bytes:
    """Return the greeting of an editor."""
    folders = [{"uri": root.as_uri(), "name": "x"}]
    return said("initialize", 1, capabilities={}, processId=None, rootUri=None, workspaceFolders=folders) + said(
        "initialized"
    )


LEFT = said("shutdown", 99) + said("exit")


def opened(uri: str, text: str = "a: 1\n") -> bytes:
    """Return the news that a file was opened."""
    return said("textDocument/didOpen", textDocument={"uri": uri, "languageId": "yaml", "version": 1, "text": text})


def pointed(uri: str, line: object, character: object) -> bytes:
    """Return questions about a place."""
    place = {"line": line, "character": character}
    about, backwards = {"uri": uri}, {"start": place, "end": {"line": 0, "character": 0}}
    return said("textDocument/hover", 7, textDocument=about, position=place) + said(
        "textDocument/codeAction", 8, textDocument=about, range=backwards, context={"diagnostics": []}
    )


BROKEN: tuple[object, ...] = (b'{"x": "' + SECRET.encode(), b"\xff\xfe", b"[" * 100_000, [1], 5, "x", None, {})
"""Bodies of messages, and messages, that are none."""
PLACES: tuple[tuple[object, object], ...] = (
    (10**6, 10**6),
    (2**31 - 1, 0),
    (2**40, 2**70),
    (-1, -1),
    (0.5, "x"),
    (None, []),
)
"""Lines and characters beyond any text."""


class Server:
    """A server with its pipes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.heard: list[dict[str, Any]] = []

    def say(self, data: bytes) -> None:
        """Send bytes."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def hear(self, method: str, about: str) -> dict[str, Any]:
        """Return the next message of a kind in which something stands."""
        assert self.process.stdout is not None
        while True:
            header = self.process.stdout.readline()
            assert header, f"the server has gone: {self.heard}"
            if not header.startswith(b"Content-Length: "):
                continue
            while self.process.stdout.readline().strip():
                pass
            self.heard.append(json.loads(self.process.stdout.read(int(header.split()[1]))))
            if self.heard[-1].get("method") == method and about in json.dumps(self.heard[-1]):
                return self.heard[-1]

    def end(self) -> tuple[int, bytes]:
        """Wait for the end, and return the exit code and what was said on standard error."""
        out, err = self.process.communicate(timeout=BOUND)
        assert SECRET.encode() not in (out or b"") + err
        assert [one for one in self.heard if SECRET in json.dumps(one)] == []
        return self.process.returncode, err


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Start a server."""
    words = [sys.executable, "-m", "gitopslint", "lsp"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, cwd=folder, env=clean_git_environment(), stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        clock = Timer(BOUND, process.kill)  # who waits for a word in vain hears that the server has gone
        clock.start()
        try:
            yield Server(process)
        finally:
            clock.cancel()
            process.kill()


def test_it_goes_on(scene: Scene) -> None:
    """After everything that is no sense, the repository is looked at as ever, and the editor leaves as ever."""
    layer = (scene.path / RELEASE).as_uri()
    missing = (scene.path / "deploy/missing.yaml").as_uri()
    scene.write({RELEASE: in_image("latest")})
    with server(scene.path) as one:
        one.say(pointed(layer, 0, 0) + opened(layer))  # before the greeting
        one.say(begun(scene.path))
        for broken in BROKEN:
            one.say(framed(broken))
        for number, wrong in enumerate((SECRET, [SECRET], None, {"textDocument": SECRET}), 20):
            one.say(framed({"jsonrpc": "2.0", "id": number, "method": "textDocument/hover", "params": wrong}))
            one.say(framed({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": wrong}))
        one.say(said("x/unknown") + said("x/unknown", 30))
        for uri in (
            *(
                "untitled:Untitled-1",
                "https://example.com/x.yaml",
                "file://server/share/x.yaml",
                "file:///",
                "::",
                "",
                "%",
            ),
            *("file:///etc/hostname", "file:///proc/self/environ", "file:///no/such/folder/x.yaml", f"{layer}%00.yaml"),
            *(f"{scene.path.as_uri()}/../../x.yaml", f"{scene.path.as_uri()}/deploy", f"{missing}\ud800"),
        ):
            one.say(opened(uri, f"password: {SECRET}\n") + pointed(uri, 0, 12))
        one.say(opened(missing, "a: \ud800\n"))
        one.say(opened(layer, in_image("latest")))
        for place in PLACES:
            one.say(pointed(layer, *place))
        one.say(said("textDocument/didChange", textDocument={"uri": f"{missing}2", "version": 2}, contentChanges=[{}]))
        one.say(said("textDocument/didClose", textDocument={"uri": f"{missing}3"}))
        one.hear("textDocument/publishDiagnostics", "mutable-tag")
        one.say(LEFT)
        assert one.end() == (0, b"")


def test_a_text_that_is_too_large(scene: Scene) -> None:
    """A file beyond what is read of one is undecided, as on disk, though an editor has it open."""
    layer = (scene.path / RELEASE).as_uri()
    with server(scene.path) as one:
        one.say(begun(scene.path))
        one.say(opened(layer, in_image("latest") + "# " + "x" * 10_500_000))
        one.hear("textDocument/publishDiagnostics", "undecided")
        one.say(LEFT)
        assert one.end() == (0, b"")


STRANGERS = {
    "a message that nobody could hold": (
        b"Content-Length: 99999999999\r\n\r\n{",
        2,
        b"a message of 99,999,999,999 bytes",
    ),
    "one more than is taken": (
        b"Content-Length: %d\r\n\r\n" % (MOST_BYTES + 1),
        2,
        b"are the most: close that file",
    ),
    "a line that does not end": (b"x" * 20_000, 2, b"is no message of the Language Server Protocol"),
    "a length that is none": (b"Content-Length: -5\r\n\r\n{}\r\n\r\n", 0, b""),
    "half a message": (b"Content-Length: 500\r\n\r\n{", 0, b""),
    "another protocol": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 0, b""),
}


@pytest.mark.parametrize(("data", "code", "says"), STRANGERS.values(), ids=STRANGERS)
def test_what_is_no_editor(data: bytes, code: int, says: bytes, scene: Scene) -> None:
    """Whatever comes in, the end is an exit code and at most one line."""
    with server(scene.path) as one:
        one.say(begun(scene.path) + data)
        ended, err = one.end()
    assert ended == code
    assert says in err
    assert err.count(b"\n") == bool(says)


def test_an_editor_that_does_not_listen(scene: Scene) -> None:
    """Where nobody reads the answers any more, the server ends without a word."""
    with server(scene.path) as one:
        assert one.process.stdout is not None
        one.process.stdout.close()
        one.process.stdout = None
        one.say(begun(scene.path) + opened((scene.path / RELEASE).as_uri(), in_image("latest")) + LEFT)
        assert one.end() == (0, b"")

"""A web server on this machine, whose answers a test sets."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Site(http.server.BaseHTTPRequestHandler):
    """Answers what the test says for each path: a status, and where a redirect leads."""

    def do_GET(self) -> None:
        """Answer."""
        path = self.path.partition("?")[0]
        status, target = self.server.answers.get(path, (200, None))  # type: ignore[attr-defined]
        self.server.asked.append((self.headers["Host"], self.path))  # type: ignore[attr-defined]
        self.send_response(status)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[http.server.ThreadingHTTPServer]:
    """Run a server that answers 200 to everything, until `answers` say otherwise; `asked` are hosts and paths."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.answers = {}  # type: ignore[attr-defined]
        server.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()

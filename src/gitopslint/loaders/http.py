"""The one door to the network: single requests with bounds. Only `gitopslint verify` goes through it.

No redirect is followed here, since whoever follows one has to decide what goes along.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from gitopslint.model.namedtuple import NamedTuple

_MOST_BYTES = 4 * 1024 * 1024  # the size up to which registries take a manifest
_CHUNK = 64 * 1024


class Answer(NamedTuple):
    """One response. Names of headers are lower case; `whole`: nothing of the body is missing."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True


class UnreachableError(Exception):
    """Nobody answered; the message says why, without what was sent. `unknown_host`: the name means nothing here."""

    def __init__(self, reason: str, *, unknown_host: bool = False) -> None:
        super().__init__(reason)
        self.unknown_host = unknown_host


class Client:
    """Sends requests."""

    def __init__(self, *, timeout: float, ca_file: str | None = None, agent: str = "gitopslint") -> None:
        """`timeout` is in seconds, for the whole of one request. Raises OSError for a CA file that cannot be read."""
        self._timeout = timeout
        self._agent = agent
        context = ssl.create_default_context(cafile=ca_file)
        handlers = (urllib.request.HTTPSHandler(context=context), _Stay())
        self._opener = urllib.request.build_opener(*handlers)
        # A proxy of the environment is not asked for this machine.
        self._direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """Send one request and return the answer, whatever its status. Raises UnreachableError."""
        parts = _parts(url)
        given = {"User-Agent": self._agent, **(headers or {})}
        opener = self._direct if is_loopback(parts.hostname or "") else self._opener
        until = time.monotonic() + self._timeout
        try:
            request = urllib.request.Request(url, data=data, headers=given, method=method)  # noqa: S310 - see _parts
            with opener.open(request, timeout=self._timeout) as response:
                return _answer(response.status, response, until)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error, until)
        except urllib.error.URLError as error:
            raise _unreachable(error.reason) from None
        except (OSError, HTTPException, ValueError) as error:
            raise _unreachable(error) from None


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it becomes an HTTPError, which is the answer."""

    def redirect_request(self, *_: Any) -> None:
        return


def _parts(url: str) -> urllib.parse.SplitResult:
    try:
        parts = urllib.parse.urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise UnreachableError(f"the address is malformed ({error})") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UnreachableError("the address is neither http nor https")
    if parts.username is not None or not url.isascii() or not url.isprintable() or " " in url:
        raise UnreachableError("the address holds what no address may hold")
    return parts


def _answer(status: int, response: Any, until: float) -> Answer:
    """Read a body up to the bound, and no longer than the whole request may take: a server may send drop by drop."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    parts = []
    size = 0
    while size < _MOST_BYTES:
        part = response.read1(_CHUNK) if hasattr(response, "read1") else response.read(_CHUNK)
        if not part:
            break
        parts.append(part)
        size += len(part)
        if time.monotonic() > until:
            raise UnreachableError("the answer took too long")
    told = headers.get("content-length", str(size))
    return Answer(status, headers, b"".join(parts), whole=size < _MOST_BYTES and told == str(size))


def _unreachable(error: object) -> UnreachableError:
    """Say why nobody answered, by the kind of error: texts of libraries may hold what was sent."""
    if isinstance(error, TimeoutError):
        return UnreachableError("no answer in time")
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnreachableError(f"its certificate is not trusted ({error.verify_message})")
    if isinstance(error, ssl.SSLError):
        return UnreachableError("TLS failed")
    if isinstance(error, ConnectionRefusedError):
        return UnreachableError("the connection was refused")
    if isinstance(error, OSError) and type(error).__name__ == "gaierror":
        return UnreachableError("its name is not known here", unknown_host=True)
    if isinstance(error, OSError):
        return UnreachableError(f"the connection failed ({error.strerror or type(error).__name__})")
    return UnreachableError(f"the answer makes no sense ({type(error).__name__})")

"""Visits of the hosts of a release: what they answer, redirects followed one by one."""

from __future__ import annotations

import urllib.parse

from gitopslint.loaders.http import Client, UnreachableError
from gitopslint.model.verification import Trouble, Visit

_MOST_HOPS = 10
_REDIRECTS = (301, 302, 303, 307, 308)


def visit(client: Client, host: str, path: str, instead: str | None = None) -> Visit:
    """Ask a host for a path. `instead` is the address of a port-forward or proxy that is asked in its name."""
    base = instead.rstrip("/") if instead is not None else f"https://{host}"
    url = base + path
    headers = {"Host": host, "X-Forwarded-Proto": "https"} if instead is not None else {}
    hops: list[tuple[str, int]] = []
    seen: set[str] = set()
    while True:
        shown = _shown(url)
        if url in seen or len(hops) >= _MOST_HOPS:
            return Visit(_shown(base + path), (*hops, (shown, 0)), loop=True)
        seen.add(url)
        try:
            answer = client.ask(url, headers=headers)
        except UnreachableError as error:
            trouble = Trouble(f"{shown}: {error}", "look at its DNS, its Ingress and its certificate")
            return Visit(_shown(base + path), tuple(hops), trouble=trouble, unknown_host=error.unknown_host)
        hops.append((shown, answer.status))
        target = answer.headers.get("location")
        if answer.status not in _REDIRECTS or not target:
            return Visit(_shown(base + path), tuple(hops))
        url = _led_to(url, target)
        if instead is not None and (forwarded := _forwarded(url, host, instead)) is not None:
            url = forwarded
        elif instead is not None:
            headers = {}  # it leads to another host, which has a name of its own


def _led_to(url: str, target: str) -> str:
    """Return the address to which a redirect leads; a malformed one as it is, so that it is told when it is asked."""
    try:
        return urllib.parse.urljoin(url, target).partition("#")[0]
    except ValueError:
        return target


def _forwarded(url: str, host: str, instead: str) -> str | None:
    """Return where a redirect to the host itself leads when it is asked elsewhere; None for another host."""
    try:
        parts, base = urllib.parse.urlsplit(url), urllib.parse.urlsplit(instead)
    except ValueError:
        return None
    if parts.netloc == base.netloc or parts.hostname == host:
        return parts._replace(scheme=base.scheme, netloc=base.netloc).geturl()
    return None


def _shown(url: str) -> str:
    """Return an address for people. What stands behind `?` may be a token, and so may a user."""
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:
        return "an address that is none"
    query = "?…" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"

"""What a registry says of an image. Source: OCI distribution-spec, and docker's token authentication."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.parse
from collections.abc import Callable, Mapping

from gitopslint.loaders.docker_auth import DOCKER_HUB, Credential, CredentialError
from gitopslint.loaders.http import Answer, Client, UnreachableError, is_loopback
from gitopslint.model.image import located, repository_fault, tag_fault
from gitopslint.model.verification import Publication, Trouble

_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_CHALLENGE = re.compile(r'([a-zA-Z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_MOST_REDIRECTS = 3
_LOGIN = "log in (`docker login`), or set DOCKER_CONFIG"

_PAGE = "see what answers there: the page of a proxy, or a server that is no registry"

Credentials = Callable[[str], Credential | None]
"""Return the credential for a host. Raises CredentialError."""


class Registries:
    """Asks registries; tokens are kept for the run."""

    def __init__(self, client: Client, credentials: Credentials) -> None:
        self._client = client
        self._credentials = credentials
        self._tokens: dict[tuple[str, str], str] = {}

    def publication(self, repository: str, tag: str | None, pinned: str | None) -> Publication:
        """Return what the registry says of `repository:tag`; with no tag, of the digest alone."""
        image = f"{repository}:{tag}" if tag is not None else f"{repository}@{pinned}"
        wrong = repository_fault(repository) or (tag_fault(tag) if tag is not None else None)
        if wrong is not None:
            return Publication(image, "", pinned=pinned, trouble=Trouble(f"{image} is no image: {wrong}"))
        host, path = located(repository)
        host = DOCKER_HUB if host == "docker.io" else host
        told = Publication(image, host, pinned=pinned)
        name = urllib.parse.quote(tag or pinned or "", safe=":")
        try:
            answer = self._manifest(host, path, name)
        except (UnreachableError, CredentialError) as error:
            return told._replace(trouble=Trouble(f"{host}: {error}", "ask from where the registry can be reached"))
        if answer.status == 404:
            return told._replace(absent=True)
        if answer.status in (401, 403):
            return told._replace(trouble=Trouble(f"{host} does not let us look ({answer.status})", _LOGIN))
        if answer.status != 200:
            return told._replace(trouble=Trouble(f"{host} answers {answer.status}", "ask again later"))
        if "docker-content-digest" not in answer.headers and answer.whole:
            return told._replace(trouble=Trouble(f"{host} answers with something that is no manifest", _PAGE))
        digest = answer.headers.get("docker-content-digest", "")
        if not _DIGEST.fullmatch(digest):
            return told._replace(trouble=Trouble(f"{host} names no digest"))
        return told._replace(digest=digest)

    def _manifest(self, host: str, path: str, name: str) -> Answer:
        """Ask for the digest alone, and for the manifest where that is not told (some registries know no HEAD)."""
        url = f"{_scheme(host)}://{host}/v2/{path}/manifests/{name}"
        answer = self._authorized("HEAD", host, path, url)
        if answer.status == 200 and "docker-content-digest" in answer.headers:
            return answer
        if answer.status in (401, 403, 404, 429):
            return answer
        answer = self._authorized("GET", host, path, url)
        told = "docker-content-digest" in answer.headers
        if answer.status == 200 and answer.whole and not told and _is_manifest(answer.body):
            digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
            return answer._replace(headers={**answer.headers, "docker-content-digest": digest})
        return answer

    def _authorized(self, method: str, host: str, path: str, url: str) -> Answer:
        headers = {"Accept": _MANIFESTS}
        if (token := self._tokens.get((host, path))) is not None:
            headers["Authorization"] = token
        answer = self._following(method, url, headers)
        if answer.status != 401 or token is not None:
            return answer
        token = self._token(host, path, answer.headers.get("www-authenticate", ""))
        if token is None:
            return answer
        self._tokens[host, path] = token
        return self._following(method, url, headers | {"Authorization": token})

    def _following(self, method: str, url: str, headers: Mapping[str, str]) -> Answer:
        """Follow a few redirects. What authorizes us at one host is never shown to another one."""
        for _ in range(_MOST_REDIRECTS):
            answer = self._client.ask(url, method=method, headers=headers)
            if answer.status not in (301, 302, 303, 307, 308) or not (target := answer.headers.get("location")):
                return answer
            before, url = urllib.parse.urlsplit(url), urllib.parse.urljoin(url, target)
            after = urllib.parse.urlsplit(url)
            if (before.scheme, before.netloc) != (after.scheme, after.netloc):
                headers = {name: value for name, value in headers.items() if name != "Authorization"}
        raise UnreachableError("the registry redirects without end")

    def _token(self, host: str, path: str, challenge: str) -> str | None:
        """Answer what a registry asks with 401; None where there is nothing to answer with."""
        kind, _, rest = challenge.partition(" ")
        credential = self._credentials(host)
        if kind.lower() == "basic":
            return credential.basic if credential is not None and not credential.identity else None
        if kind.lower() != "bearer":
            return None
        told = {name.lower(): quoted or plain for name, quoted, plain in _CHALLENGE.findall(rest)}
        realm = urllib.parse.urlsplit(told.get("realm", ""))
        if realm.scheme != "https" and not (realm.scheme == "http" and is_loopback(realm.hostname or "")):
            raise UnreachableError("it sends us for a token to an address that is not https")
        asked = {"service": told.get("service", ""), "scope": told.get("scope") or f"repository:{path}:pull"}
        answer = self._ask_for_token(realm, {name: value for name, value in asked.items() if value}, credential)
        if answer.status != 200:
            return None
        try:
            body = json.loads(answer.body)
        except (ValueError, RecursionError):
            body = None
        token = (body.get("token") or body.get("access_token")) if isinstance(body, dict) else None
        return f"Bearer {token}" if isinstance(token, str) and token.isascii() and token.isprintable() else None

    def _ask_for_token(
        self, realm: urllib.parse.SplitResult, asked: dict[str, str], credential: Credential | None
    ) -> Answer:
        if credential is not None and credential.identity:
            form = asked | {
                "grant_type": "refresh_token",
                "client_id": "gitopslint",
                "refresh_token": credential.secret,
            }
            return self._client.ask(realm.geturl(), method="POST", data=urllib.parse.urlencode(form).encode())
        query = "&".join(one for one in (realm.query, urllib.parse.urlencode(asked)) if one)
        headers = {} if credential is None else {"Authorization": credential.basic}
        return self._client.ask(realm._replace(query=query).geturl(), headers=headers)


def _scheme(host: str) -> str:
    """Return how to speak to a registry: only on this machine without encryption, as docker does."""
    return "http" if is_loopback(host.rpartition(":")[0] or host) else "https"


def _is_manifest(body: bytes) -> bool:
    """Tell whether a registry has sent a manifest, and nobody in its place a page for people."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "schemaVersion" in found

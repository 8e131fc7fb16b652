"""Credentials for registries, from where `docker login` and its relatives keep them.

Source: docker/cli `cli/config/configfile` and containers-auth.json(5): `auths` by host, `credHelpers` by host,
`credsStore` for all others.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HELPER_SECONDS = 20
DOCKER_HUB = "registry-1.docker.io"
_HUB_KEYS = ("https://index.docker.io/v1/", "index.docker.io", "docker.io")


class CredentialError(Exception):
    """Credentials cannot be read; the message names the file and never what is in it."""


class Credential:
    """A user with a password, or a token that stands for both (`identity`). It never shows itself."""

    __slots__ = ("identity", "secret", "user")

    def __init__(self, user: str, secret: str, *, identity: bool = False) -> None:
        self.user = user
        self.secret = secret
        self.identity = identity

    def __repr__(self) -> str:
        return "Credential(…)"

    @property
    def basic(self) -> str:
        """The value of an `Authorization` header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.secret}".encode()).decode("ascii")


def auth_files(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Return where credentials may stand, the first that has some counts. `environment` is that of the process."""
    found = []
    if named := environment.get("REGISTRY_AUTH_FILE"):
        found.append(Path(named))
    found.append(Path(environment.get("DOCKER_CONFIG") or home / ".docker") / "config.json")
    if runtime := environment.get("XDG_RUNTIME_DIR"):
        found.append(Path(runtime) / "containers" / "auth.json")
    return tuple(found)


def credential_for(host: str, files: tuple[Path, ...]) -> Credential | None:
    """Return the credential for a registry; None where there is none. Raises CredentialError."""
    keys = _HUB_KEYS if host == DOCKER_HUB else (host, f"https://{host}", f"https://{host}/v1/", f"https://{host}/v2/")
    for file in files:
        config = _read(file)
        helpers = _mapping(config, "credHelpers")
        helper = next((helpers[key] for key in keys if key in helpers), None) or config.get("credsStore")
        if isinstance(helper, str) and helper and (found := _helped(helper, keys, file)) is not None:
            return found
        auths = _mapping(config, "auths")
        for key in keys:
            if isinstance(entry := auths.get(key), dict) and (found := _entry(entry, file)) is not None:
                return found
    return None


def _read(file: Path) -> dict[str, Any]:
    try:
        config = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CredentialError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise CredentialError(f"{file} is not JSON") from None
    if not isinstance(config, dict):
        raise CredentialError(f"{file} is not a mapping")
    return config


def _mapping(config: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = config.get(key)
    return found if isinstance(found, dict) else {}


def _entry(entry: Mapping[str, Any], file: Path) -> Credential | None:
    token = entry.get("identitytoken")
    if isinstance(token, str) and token:
        return Credential("", token, identity=True)
    if isinstance(entry.get("username"), str) and isinstance(entry.get("password"), str):
        return Credential(entry["username"], entry["password"])
    encoded = entry.get("auth")
    if not isinstance(encoded, str) or not encoded:
        return None
    try:
        user, colon, secret = base64.b64decode(encoded, validate=True).decode().rstrip("\0").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if not colon:
        raise CredentialError(f"{file}: an `auth` is not the base64 of `user:password`")
    return Credential(user, secret)


def _helped(helper: str, keys: tuple[str, ...], file: Path) -> Credential | None:
    """Ask the credential helper that the user configured, as docker does."""
    if not _HELPER.fullmatch(helper):
        raise CredentialError(f"{file}: {helper!r} is no name of a credential helper")
    program = f"docker-credential-{helper}"
    for key in keys:
        try:
            done = subprocess.run(
                (program, "get"), input=key.encode(), capture_output=True, check=False, timeout=_HELPER_SECONDS
            )
        except FileNotFoundError:
            raise CredentialError(f"{file} names {program}, and there is no such program") from None
        except (OSError, subprocess.TimeoutExpired):
            raise CredentialError(f"{program} gave no answer") from None
        if done.returncode:
            continue  # it knows nothing of this host
        try:
            told = json.loads(done.stdout)
            user, secret = told["Username"], told["Secret"]
        except (ValueError, KeyError, TypeError):
            raise CredentialError(f"{program} gave an answer that is none") from None
        if isinstance(user, str) and isinstance(secret, str) and secret:
            return Credential("" if user == "<token>" else user, secret, identity=user == "<token>")
    return None

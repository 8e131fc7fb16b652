"""The grammar of image references. Source: distribution/reference `reference.go` and `regexp.go`."""

from __future__ import annotations

import re
from functools import lru_cache

from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple

_TAG = lazy(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_COMPONENT = lazy(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*")
_DOMAIN = lazy(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
    r"|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
)
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_OTHER_DIGEST = lazy(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_LONGEST_REPOSITORY = 255


class Reference(NamedTuple):
    """The parts of an image reference as they are written; an absent part is None."""

    repository: str
    tag: str | None
    digest: str | None


def split_reference(text: str) -> Reference:
    """Split `repository[:tag][@digest]` without judging the parts. A port is part of the repository."""
    name, at, digest = text.partition("@")
    slash = name.rfind("/")
    colon = name.find(":", slash + 1)
    tag = None
    if colon >= 0 and not (name.startswith("[") and slash < 0):
        name, tag = name[:colon], name[colon + 1 :]
    return Reference(name, tag, digest if at else None)


def located(repository: str) -> tuple[str, str]:
    """Return the host and the path at which a registry keeps a repository. Without a host it is Docker Hub's."""
    first, slash, rest = repository.partition("/")
    if slash and _is_domain(first):
        return first, rest
    return "docker.io", repository if slash else f"library/{repository}"


@lru_cache(256)  # several rules ask, in several environments
def tag_fault(tag: str) -> str | None:
    """Say what is wrong with a tag by the grammar, or None. A `@digest` behind the tag is part of its value."""
    name, at, digest = tag.partition("@")
    if at and (fault := digest_fault(digest)):
        return fault
    if _TAG.fullmatch(name):
        return None
    if len(name) > 128:
        return f"it has {len(name)} characters, and a tag has at most 128"
    if not name:
        return "it is empty"
    if name[0] in ".-":
        return f"a tag cannot start with {name[0]!r}"
    wrong = next(character for character in name if not re.fullmatch(r"[A-Za-z0-9_.-]", character))
    return f"a tag cannot hold {wrong!r}"


def digest_fault(digest: str) -> str | None:
    """Say what is wrong with a digest, or None."""
    algorithm, _, encoded = digest.partition(":")
    length = _DIGEST_LENGTHS.get(algorithm)
    if length is None:
        return None if _OTHER_DIGEST.fullmatch(digest) else "a digest looks like 'sha256:' and 64 hex digits"
    if re.fullmatch(r"[0-9a-f]*", encoded) and len(encoded) == length:
        return None
    return f"{algorithm}: needs exactly {length} lower-case hex digits behind it"


@lru_cache(256)
def repository_fault(repository: str) -> str | None:
    """Say what is wrong with a repository by the grammar, or None."""
    if "://" in repository:
        return "an image repository has no URL scheme"
    name, tag, digest = split_reference(repository)
    if digest is not None:
        return f"it carries its own digest '@{digest}'"
    if tag is not None:
        return f"it carries its own tag ':{tag}'"
    if len(name) > _LONGEST_REPOSITORY:
        return f"it has {len(name)} characters, and a repository has at most {_LONGEST_REPOSITORY}"
    parts = name.split("/")
    if len(parts) > 1 and _is_domain(parts[0]):
        if not _DOMAIN.fullmatch(parts[0]):
            return f"{parts[0]!r} is not a registry host"
        parts = parts[1:]
    for part in parts:
        if not part:
            return "it has an empty part between slashes"
        if not _COMPONENT.fullmatch(part):
            reason = "upper case" if part.lower() != part and _COMPONENT.fullmatch(part.lower()) else "its characters"
            return f"{part!r} is not a path component of a repository because of {reason}"
    if len(parts) == 1 and parts[0] == name and re.fullmatch(r"[0-9a-f]{64}", name):
        return "64 hex digits alone are an image id"
    return None


def _is_domain(first: str) -> bool:
    """Tell a registry host from the first path component, as Docker does."""
    return first == "localhost" or "." in first or ":" in first or first.startswith("[") or first.lower() != first

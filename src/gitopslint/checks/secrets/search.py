"""The search for secrets in one file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from gitopslint.checks.secrets.document import DocumentSearch
from gitopslint.checks.secrets.found import Found, chosen
from gitopslint.checks.secrets.lines import STEMS
from gitopslint.checks.secrets.manner import Manner, manner_of
from gitopslint.checks.secrets.places import Places
from gitopslint.checks.secrets.shapes import Shape, shapes_of
from gitopslint.checks.secrets.suspicion import Suspicion
from gitopslint.checks.secrets.text import found_in_text
from gitopslint.checks.secrets.values import is_encrypted
from gitopslint.model.document import KeyPath, dotted
from gitopslint.model.keynames import word_set
from gitopslint.model.lazy import lazy
from gitopslint.model.secret import Exposure, Hidden, OwnRules, Pattern, TextFile

_ENV_FILE = lazy(r"\.env(?:[._-].*)?", re.IGNORECASE)
_TEMPLATES = word_set(
    "example examples sample samples template templates tpl tmpl dist defaults default schema vault keys enc "
    "encrypted sops d ts md j2"
)
_SET = lazy(r"^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.]*[ \t]*=[ \t]*(\S.*)$", re.MULTILINE)
_ENV_REMEDY = "take it out of git, ignore it, and keep a `.env.example` without values"
_REMEDIES = {
    "plaintext-secret": "revoke it, and keep the new one in a Secret of the platform",
    "secret-in-values": "keep it in a Secret of the platform, and name that Secret here",
    "high-entropy-value": "keep it in a Secret of the platform if it is a key, or waive it with what it is",
    "secret-manifest": "keep Secrets in the platform repository, encrypted",
    "secret-ref-with-value": "write the name of a Secret",
    "public-secret": "browsers load it under this name: revoke it, and keep the new one on the server",
}


class SecretSearch:
    """Looks for secrets by a set of patterns. It holds nothing that could be one."""

    def __init__(self, patterns: Iterable[Pattern], own: OwnRules | None = None, *, native: bool = True) -> None:
        self._own = None
        if own is not None and own != OwnRules():
            from gitopslint.checks.secrets.own import Own  # few repositories have any

            self._own = Own(own)
        self._shapes = shapes_of(tuple(patterns), STEMS, native=native)
        self._suspicion = Suspicion(self._shapes)

    def may_hold(self, file: TextFile) -> bool:
        """Tell whether a YAML file can hold a secret at all, and so has to be read by its structure."""
        manner = manner_of(file.path)
        if manner == "code" or (self._own is not None and any(self._own.shapes(file.path, file.text))):
            return bool(self._written(file, manner))
        return self._suspicion.is_suspicious(file.text)

    def exposures(self, file: TextFile) -> tuple[Exposure, ...]:
        """Return the secrets of a file, in file order."""
        document = file.document
        manner = manner_of(file.path)
        shapes = self._written(file, manner)
        if manner == "code" and not shapes and not is_env_file(file.path):
            return ()
        places = Places(file.path, file.text)
        found: list[Found] = []
        if document is not None and manner != "code":
            found += DocumentSearch(document, self._shapes, shapes, places, manner).found()
        if document is None or manner == "code" or document.problem is not None:
            found += found_in_text(file.text, self._shapes, shapes, manner)
        kept = chosen(found)
        picked = [_without(file.text, shapes, _exposure(one, places)) for one in kept]
        if self._own is not None:
            lets_pass = self._own.lets_pass
            passing = [lets_pass(one.pattern, file.path, file.text, one.start, one.end) for one in kept]
            picked = [one._replace(allowed=allowed) for one, allowed in zip(picked, passing, strict=True)]
        if (whole := _env_file(file, picked, places)) is not None:
            picked.insert(0, whole)
        return tuple(picked)

    def _written(self, file: TextFile, manner: Manner) -> list[Shape]:
        """Return the credentials that a file shows by their shape, whatever its format."""
        shapes = self._shapes.within(file.text, prose=manner in ("prose", "example", "code"))
        if self._own is not None and (own := list(self._own.shapes(file.path, file.text))):
            return sorted([*shapes, *own], key=lambda one: one.start)
        return shapes


def _exposure(one: Found, places: Places) -> Exposure:
    hidden = Hidden(one.kind, len(places.text[one.start : one.end].replace("\r", "")))
    where = dotted(one.path) if one.path else ""
    subject = f"{where!r}" if where else "this line"
    if one.rule == "secret-manifest" and one.shown:
        message = f"a Secret stands here in plain text: {_REMEDIES[one.rule]}"
    elif one.start == one.end:
        message = f"this file is {one.kind}: {_REMEDIES[one.rule]}"
    elif one.rule == "secret-ref-with-value":
        message = f"{subject} holds {one.kind} ({hidden.length} characters): {_REMEDIES[one.rule]}"
    else:
        message = f"{subject} holds {hidden}: {_REMEDIES[one.rule]}"
    return Exposure(
        one.rule,
        hidden,
        places.span(one.start, one.end),
        one.path,
        message,
        one.uses,
        one.confidence,
        one.pattern,
        one.shown,
    )


def _without(text: str, written: list[Shape], one: Exposure) -> Exposure:
    """Take out of a key path what is itself a secret: a key can be one, too."""
    secrets = [text[shape.start : shape.end] for shape in written]
    if not secrets or not any(isinstance(step, str) and secret in step for step in one.key_path for secret in secrets):
        return one
    path: KeyPath = tuple(
        "***" if isinstance(step, str) and any(s in step for s in secrets) else step for step in one.key_path
    )
    return one._replace(key_path=path, message=one.message.replace(repr(dotted(one.key_path)), repr(dotted(path))))


def is_env_file(path: str) -> bool:
    """Tell whether a file is one of those that hold the environment of a program, and no template for one."""
    name = posixpath.basename(path)
    if name[:1] != "." or _ENV_FILE.fullmatch(name) is None:
        return False
    return _TEMPLATES.isdisjoint(re.split(r"[._-]", name.lower())[1:])


def _env_file(file: TextFile, found: list[Exposure], places: Places) -> Exposure | None:
    """Report an environment file as a whole, on the first value that it sets."""
    if not is_env_file(file.path):
        return None
    given = [
        match
        for match in _SET.finditer(file.text)
        if not is_encrypted(match[1].strip("\"'")) and not match[0].startswith(("sops_", "DOTENV_PUBLIC_KEY"))
    ]
    if not given:
        return None
    first = given[0]
    name = posixpath.basename(file.path)
    span = found[0].span if found else places.span(first.start(1), first.end(1))
    message = f"{name} belongs to one machine and stands in the repository: {_ENV_REMEDY}"
    start = span._replace(end_line=span.line, end_column=span.column)
    return Exposure("committed-env-file", Hidden("an environment file", 0), start, (), message, shown=True)

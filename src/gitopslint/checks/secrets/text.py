"""Secrets in a file that is no YAML, or that YAML does not reach: by lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitopslint.checks.secrets import encoded, lines, values
from gitopslint.checks.secrets.assignments import whole_assignment
from gitopslint.checks.secrets.document import secrets_in_text
from gitopslint.checks.secrets.found import Found
from gitopslint.checks.secrets.manner import Manner
from gitopslint.checks.secrets.shapes import Shape, Shapes
from gitopslint.checks.secrets.unnamed import is_unnamed_secret
from gitopslint.model.keynames import name_of
from gitopslint.model.lazy import lazy
from gitopslint.model.secret import Confidence

_LONGEST_LINE = 2000
_PASSWORD_FILE = lazy(
    r"^[\w.*-]{1,253}:(?:[0-9]{2,5}|\*):[\w*-]{1,64}:[\w*-]{1,64}:(?P<value>[^\s:]{3,200})$", re.MULTILINE
)
"""`~/.pgpass` of PostgreSQL: host, port, database, user, password."""


def found_in_text(text: str, shapes: Shapes, written: list[Shape], manner: Manner) -> Iterator[Found]:
    """Yield the secrets of a text, each with the key on its line as its key path."""
    for shape in written:
        key = _key_at(text, shape.start) if manner != "code" else ""
        name = name_of(key)
        if shape.pattern.browser and (name.browser or manner == "code"):
            continue
        rule = "public-secret" if name.browser else "plaintext-secret"
        yield Found(rule, shape.start, shape.end, shape.pattern.what, lines.key_path(key), pattern=shape.pattern.name)
    if manner == "code":
        return
    for named in secrets_in_text(text, manner):
        rule = "public-secret" if name_of(named.key).browser else "secret-in-values"
        if "address" in named.kind:
            rule = "plaintext-secret"
        confidence: Confidence = "possible" if named.hashed else "certain"
        yield Found(rule, named.start, named.end, named.kind, lines.key_path(named.key), (), confidence)
    if manner in ("config", "example"):
        for match in _PASSWORD_FILE.finditer(text):
            if not values.harmless(match["value"]):
                yield Found("secret-in-values", *match.span("value"), "a password")
        yield from _unnamed(text, shapes)


def _unnamed(text: str, shapes: Shapes) -> Iterator[Found]:
    """Look at what stands behind any key, whatever its name: random values, and credentials in base64."""
    offset = 0
    for line in text.split("\n"):
        if 24 <= len(line) <= _LONGEST_LINE and ("=" in line or ":" in line):
            one = whole_assignment(line)
            if one is not None and len(one.value) >= 20:
                start, end = offset + one.start, offset + one.end
                name = name_of(one.key)
                if is_unnamed_secret(name, one.value):
                    yield Found(
                        "high-entropy-value", start, end, "a random value", lines.key_path(one.key), (), "possible"
                    )
                elif (inner := encoded.decoded(one.value)) is not None and (inside := shapes.within(inner)):
                    rule = "public-secret" if name.browser else "plaintext-secret"
                    yield Found(rule, start, end, inside[0].pattern.what, lines.key_path(one.key))
        offset += len(line) + 1


def _key_at(text: str, at: int) -> str:
    """Return the key of the assignment that is the line around an offset; empty where there is none."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start : min(at + 1, start + _LONGEST_LINE)]
    one = whole_assignment(line + '"' if line.count('"') % 2 else line)
    return one.key if one is not None else ""

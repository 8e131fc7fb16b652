"""Files in which secrets are written between « and », and texts that are drawn instead of written down."""

from __future__ import annotations

import random
import re
import string

from gitopslint.checks.secrets.search import SecretSearch
from gitopslint.loaders import yaml
from gitopslint.loaders.patterns import load_patterns
from gitopslint.model.secret import Exposure, TextFile

_ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "letters": string.ascii_letters,
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + "234567",
    "hex": string.digits + "abcdef",
    "digits": string.digits,
}
_DRAWN = re.compile(r"\{(\w+)(?::(\w+))?\}")
_JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
_TOKENS = {
    "jwt": _JWT + ".eyJzdWIiOiJzaG9wIiwiYWRtaW4iOnRydWV9." + "q7Rk2VxN9tLw4ZbY8mPc3HsD6jFg5TaE",
    "jwt:anon": _JWT + ".eyJyb2xlIjoiYW5vbiIsInJlZiI6InNob3AifQ." + "q7Rk2VxN9tLw4ZbY8mPc3HsD6jFg5TaE",
    "basic": "c2hvcDpsYW50ZXJuLWhhcmJvci03MQ==",
}


def drawn(text: str) -> str:
    """Return a text in which `{alnum:36}` and the like are filled in, always with the same characters."""
    chance = random.Random(text)

    def fill(match: re.Match[str]) -> str:
        whole = match[0][1:-1]
        if whole in _TOKENS:
            return _TOKENS[whole]
        alphabet = _ALPHABETS.get(match[1])
        if alphabet is None or match[2] is None:
            return match[0]
        return "".join(chance.choice(alphabet) for _ in range(int(match[2])))

    return _DRAWN.sub(fill, text)


def marked(text: str) -> tuple[str, list[str]]:
    """Return a text without its marks, and where what they mark begins, as `line:column`, with its end."""
    places = []
    plain = ""
    opened = (1, 1)
    line, column = 1, 1
    for one in text:
        if one == "«":
            opened = (line, column)
        elif one == "»":
            places.append(f"{opened[0]}:{opened[1]}-{line}:{column}")
        else:
            plain += one
            line, column = (line + 1, 1) if one == "\n" else (line, column + 1)
    return plain, places


def exposures(path: str, text: str, search: SecretSearch | None = None, *, whole: bool = False) -> tuple[Exposure, ...]:
    """Search one file as a run does; `whole` reads YAML even where no line looks as if it held a secret."""
    search = search or SecretSearch(load_patterns())
    document = yaml.parse(path, text.encode()) if path.endswith((".yaml", ".yml", ".json")) else None
    file = TextFile(path, text, document)
    if document is not None and not whole and not search.may_hold(file):
        return ()
    return search.exposures(file)


def places(found: tuple[Exposure, ...]) -> list[str]:
    """Return where each stands, in the notation of `marked`."""
    return [
        f"{one.span.line}:{one.span.column}-{one.span.end_line}:{one.span.end_column}" for one in found if not one.shown
    ]

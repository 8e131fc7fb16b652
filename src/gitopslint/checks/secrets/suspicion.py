"""Whether it is worth the time to read a YAML file by its structure.

Most files hold nothing that could be a secret, and most lines stand in many files. In what this lets pass, the search
finds nothing: a test holds that.
"""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.secrets import lines, references, values
from gitopslint.checks.secrets.encoded import decoded
from gitopslint.checks.secrets.randomness import is_hex, looks_random
from gitopslint.checks.secrets.shapes import PRIVATE_KEY, Shapes
from gitopslint.model.keynames import holds_secrets, name_of
from gitopslint.model.lazy import lazy

_LONG = 20
_MOST_KNOWN = 16384
_SILENT = ("neutral", "harmless", "reference")
_ENTRY = lazy(
    r"""(?P<indent>[ ]*(?:-[ ]+)*)(?P<quote>["']?)(?P<key>[A-Za-z_][\w./-]{0,80})(?P=quote)"""
    r""":(?:[ ]+(?P<value>[^#\n]*?))?[ ]*(?:[ ]#[^\n]*)?\r?"""
)
_PLAIN = lazy(r"""(["']?)(?P<text>[A-Za-z0-9._/ -]*)\1""")
_NAMED = lazy(r"""[ ]*-[ ]+(?:name:[ ]+)?(["']?)[a-z0-9][a-z0-9.-]{0,80}\1\r?""")
_FOLDED = lazy(r""":[ ]+(?:[&!]\S+[ ]+)*>|\\""")
_ESCAPED = lazy(r"\\[uUx][0-9a-fA-F]{2}")
_VALUE = lazy(r"""\b(?:value|val|content|default|literal|stringValue|plaintext)["']?[ ]*:""")
_USER_INFO = lazy(r""":[^\s@/"']{1,200}@(?!sha[0-9])""")
_TOKEN = lazy(r"[A-Za-z0-9+/_=~-]{20,}")


class Suspicion:
    """Judges YAML texts by their lines, each line once: four of five stand in another file as well."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._known: set[str] = set()
        """Lines that hold nothing suspicious, whatever stands around them, but for those that are `_open`."""
        self._open: set[str] = set()
        """Those of the known lines that are the key of references whose list follows."""

    def is_suspicious(self, text: str) -> bool:
        """Tell whether a YAML text has to be read."""
        written = text.split("\n")
        here = set(written)
        opened = here & self._open
        if new := here - self._known:
            among = self._judged(new, text)
            if among is None:
                return True
            opened |= among
        return bool(opened) and not all(_only_names_below(written, at) for at in _places(opened, written))

    def _judged(self, new: set[str], text: str) -> set[str] | None:
        """Return which of the new lines of a text open a list of references; None where one is suspicious."""
        piece = "\n".join(new)
        places, names = self._shapes.look(piece)
        if ("@" in piece and _USER_INFO.search(piece)) or _has_long_token(piece):
            return None
        passing: set[str] = set()  # what is no reason for suspicion here, and may be one elsewhere
        if places:
            # No pattern takes in the end of a line, except that of a private key.
            private = any(pattern is PRIVATE_KEY for _, pattern in places)
            if next(self._shapes.found(piece, places), None) or (private and self._shapes.within(text)):
                return None
            passing |= new if private else set()
        if (">" in piece or "\\" in piece) and _FOLDED.search(piece):
            # A folded or escaped text may keep the keyword of a credential apart from its rest.
            if ("\\" in piece and _ESCAPED.search(piece)) or self._shapes.is_keyed(text):
                return None
            passing.update(line for line in new if _FOLDED.search(line))
        opened: set[str] = set()
        for line, last in _lines_with(names, piece):
            if _is_closed(line, last, paired=True):
                continue
            if _is_open(line):
                opened.add(line)
            elif _VALUE.search(text) is None and _is_closed(line, last, paired=False):
                passing.add(line)
            else:
                return None
        self._remember(new - passing, opened)
        return opened

    def _remember(self, known: set[str], opened: set[str]) -> None:
        if len(self._known) > _MOST_KNOWN:  # what stands in many files is soon known again
            self._known.clear()
            self._open.clear()
        self._known |= known
        self._open |= opened & known


def _lines_with(names: list[int], text: str) -> Iterator[tuple[str, int]]:
    """Yield the lines of a text in which words stand at these offsets, each with where the last one stands in it."""
    start, beyond, last = 0, -1, 0
    for at in names:
        if at >= beyond:
            if beyond >= 0:
                yield text[start:beyond], last - start
            start = text.rfind("\n", 0, at) + 1
            end = text.find("\n", at)
            beyond = end if end >= 0 else len(text)
        last = at
    if beyond >= 0:
        yield text[start:beyond], last - start


def _places(wanted: set[str], written: list[str]) -> Iterator[int]:
    return (at for at, line in enumerate(written) if line in wanted)


def _is_closed(line: str, last: int, *, paired: bool) -> bool:
    """Tell whether nothing on a line, and nothing that it begins, can be a secret by its name.

    `last` is where the last word under which secrets stand begins. `paired`: the file holds pairs of names and values,
    in which a name says what another line is.
    """
    stripped = line.lstrip()
    if stripped.startswith("#"):
        body = stripped.lstrip("#").lstrip()
        return not lines.names_a_secret(body) and next(lines.secrets_in_line(body.rstrip(), "comment"), None) is None
    match = _ENTRY.fullmatch(line)
    if match is None:
        return False
    key, value = match["key"], (match["value"] or "").strip()
    plain = _PLAIN.fullmatch(value)
    if plain is None or not value:
        return False
    text = plain["text"]
    if name_of(key).sense not in ("reference", "harmless"):
        return False
    if last >= match.start("value") and (not values.is_name(text) or (paired and name_of(text).sense not in _SILENT)):
        return False
    return not references.holds_a_value(text) if name_of(key).sense == "reference" else not holds_secrets(key)


def _is_open(line: str) -> bool:
    """Tell whether a line is the key of references whose list follows."""
    match = _ENTRY.fullmatch(line)
    return match is not None and not match["value"] and name_of(match["key"]).sense == "reference"


def _only_names_below(written: list[str], at: int) -> bool:
    """Tell whether what is indented below a line is a list of names and nothing else."""
    indent = len(written[at]) - len(written[at].lstrip(" "))
    for below in range(at + 1, len(written)):
        line = written[below]
        if line.strip():
            further = len(line) - len(line.lstrip(" "))
            if further < indent or (further == indent and not line.lstrip().startswith("- ")):
                return True
            if _NAMED.fullmatch(line) is None or any(looks_random(word, 20) for word in line.replace('"', " ").split()):
                return False
    return True


def _has_long_token(text: str) -> bool:
    """Tell whether a text holds a token that could be a random value or a text in base64."""
    return any(
        not _is_plain(token)
        for word in text.split()
        if len(word) >= _LONG and word != word.lower()
        for token in _TOKEN.findall(word)
    )


def _is_plain(token: str) -> bool:
    if token == token.lower() or token == token.upper() or is_hex(token):
        return True
    return not looks_random(token, 20) and decoded(token) is None

"""Whether it is worth the time to read a YAML file by its structure.

Most files hold nothing that could be a secret, and most lines stand in many files. In what this lets pass, the search
finds nothing: a test holds that.
"""

from __future__ import annotations

from functools import lru_cache

from gitopslint.checks.secrets import lines, references, values
from gitopslint.checks.secrets.encoded import decoded
from gitopslint.checks.secrets.randomness import is_hex, looks_random
from gitopslint.model.keynames import holds_secrets, name_of
from gitopslint.model.lazy import lazy

_LONG = 20
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


def is_suspicious(text: str, names: list[int], shaped: bool, keyed: bool) -> bool:
    """Tell whether a YAML text has to be read.

    `names` are the offsets of words that secrets stand under. `shaped`: a credential was found in it by its shape;
    `keyed`: at least the keyword of one, whose rest a folded or escaped text may keep apart.
    """
    if (
        shaped
        or ("\\" in text and _ESCAPED.search(text))
        or (keyed and _FOLDED.search(text))
        or ("@" in text and _USER_INFO.search(text))
        or _has_long_token(text)
    ):
        return True
    beyond = -1
    paired = _VALUE.search(text) is not None if names else False
    for at in names:
        if at < beyond:
            continue
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        beyond = end if end >= 0 else len(text)
        line = text[start:beyond]
        if not _is_closed(line, paired) and not (_is_open(line) and _only_names_below(text, start, beyond)):
            return True
    return False


@lru_cache(maxsize=16384)
def _is_closed(line: str, paired: bool) -> bool:
    """Tell whether nothing on a line, and nothing that it begins, can be a secret by its name.

    `paired`: the file holds pairs of names and values, in which a name says what another line is.
    """
    stripped = line.lstrip()
    if stripped.startswith("#"):
        body = stripped.lstrip("#").lstrip()
        return next(lines.secrets_in_line(body.rstrip(), "comment"), None) is None
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
    if lines.mentions(value) and (not values.is_name(text) or (paired and name_of(text).sense not in _SILENT)):
        return False
    return not references.holds_a_value(text) if name_of(key).sense == "reference" else not holds_secrets(key)


@lru_cache(maxsize=4096)
def _is_open(line: str) -> bool:
    """Tell whether a line is the key of references whose list follows."""
    match = _ENTRY.fullmatch(line)
    return match is not None and not match["value"] and name_of(match["key"]).sense == "reference"


def _only_names_below(text: str, start: int, end: int) -> bool:
    """Tell whether what is indented below a line is a list of names and nothing else."""
    indent = len(text[start:end]) - len(text[start:end].lstrip(" "))
    at = end + 1
    while at < len(text):
        stop = text.find("\n", at)
        stop = stop if stop >= 0 else len(text)
        line = text[at:stop]
        if line.strip():
            if len(line) - len(line.lstrip(" ")) < indent or (
                len(line) - len(line.lstrip(" ")) == indent and not line.lstrip().startswith("- ")
            ):
                return True
            if _NAMED.fullmatch(line) is None or any(looks_random(word, 20) for word in line.replace('"', " ").split()):
                return False
        at = stop + 1
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

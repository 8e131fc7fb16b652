"""What of a value may stand in a message. The repository may hold secrets where none belong."""

from __future__ import annotations

from gitopslint.model.document import KeyPath, Node
from gitopslint.model.lazy import lazy
from gitopslint.model.redaction import is_secret
from gitopslint.model.scalars import Scalar, printed

_LONGEST = 100
_RANDOM_LENGTH = 32
_RANDOM = lazy(rf"[A-Za-z0-9+/_=-]{{{_RANDOM_LENGTH},}}")


def showable(path: KeyPath, text: str) -> bool:
    """Tell whether a text at a key path may be quoted: short, on one line, and by name and shape no secret."""
    if len(text) > _LONGEST or not text.isprintable() or is_secret(path, text):
        return False
    # Long, and both letters and digits without a dot or a blank between them: more likely a key than a name.
    return len(text) < _RANDOM_LENGTH or not any(_is_random(match) for match in _RANDOM.findall(text))


def spoken(text: str) -> str:
    """Return a text that people wrote, such as the subject of a commit, without words that look like credentials."""
    return " ".join(
        word if not word or not word.isprintable() or showable((), word) else "***" for word in text.split(" ")
    )


def shown(path: KeyPath, node: Node) -> str:
    """Return a value for a message: quoted where that gives nothing away, else only what kind of value it is."""
    if isinstance(node.value, dict):
        return "a mapping"
    if isinstance(node.value, list):
        return "a list"
    return shown_scalar(path, node.value)


def shown_scalar(path: KeyPath, value: Scalar) -> str:
    """Return a scalar at a key path for a message."""
    if value is None:
        return "null"
    text = printed(value)
    if not showable(path, text):
        return f"a text of {len(text)} characters" if isinstance(value, str) else "a number"
    return repr(text) if isinstance(value, str) else text


def _is_random(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text)) and text.lower() != text

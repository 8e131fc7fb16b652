"""Fields that name a Secret, and what they hold instead."""

from __future__ import annotations

from gitopslint.checks.secrets import values
from gitopslint.checks.secrets.randomness import looks_random
from gitopslint.checks.secrets.structure import Leaf
from gitopslint.model.keynames import words_of
from gitopslint.model.lazy import lazy

_SUBDOMAIN = lazy(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[./][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_KEY = lazy(r"[-._a-zA-Z0-9/]{1,253}")
_ENDS = (
    ("secret", "ref"),
    ("secret", "refs"),
    ("secret", "name"),
    ("secret", "names"),
    ("pull", "secrets"),
    ("pull", "secret"),
)
_HOLDERS = frozenset({"secretKeyRef", "secretRef", "imagePullSecrets", "pullSecrets", "existingSecret"})
_LONGEST = 253


def is_field(leaf: Leaf) -> bool:
    """Tell whether a value is where the name of a Secret belongs."""
    steps = [step for step in leaf.path if isinstance(step, str)]
    if not steps:
        return False
    if steps[-1] == "name" and len(steps) > 1:
        return steps[-2] in _HOLDERS or words_of(steps[-2])[-2:] in _ENDS
    words = words_of(leaf.key)
    existing = len(words) > 1 and "existing" in words and words[-1] in ("secret", "secrets")
    return words[-2:] in _ENDS or existing


def holds_a_value(text: str) -> bool:
    """Tell whether a text in the place of a Secret's name can be none."""
    known = len(text) <= _LONGEST and _SUBDOMAIN.fullmatch(text) is not None
    if known and ("-" in text or "." in text):  # nearly all are names of several words
        return False
    if not text.strip() or values.is_placeholder(text) or values.without_templates(text) != text:
        return False
    if values.is_reference(text) and not text.startswith("/"):
        return False
    return not known or looks_random(text, 20)

"""Rules in other languages: what `translations/*.yaml` say in place of the English summary, reason and way out."""

from __future__ import annotations

from typing import Any

from gitopslint.loaders import yaml
from gitopslint.loaders.resources import resource
from gitopslint.model.document import plain

LANGUAGES = ("en", "ru")
"""English is what the rule files themselves are written in."""

Translation = dict[str, dict[str, str]]
"""`summary`, `why` and `fix` by rule."""


def load_translation(language: str) -> Translation:
    """Return what a language says of the rules; nothing for English. Raises ValueError for a file that is broken."""
    if language == LANGUAGES[0]:
        return {}
    name = f"{language}.yaml"
    document = yaml.parse(name, resource("translations", name).read_bytes())
    said = plain(document.root)
    if document.problem is not None or not isinstance(said, dict):
        raise ValueError(f"{name} cannot be read: {document.problem}")
    return said


def translated(rule: dict[str, Any], translation: Translation) -> dict[str, Any]:
    """Return a rule as a language says it; what it does not say stays as it is."""
    return {**rule, **translation.get(rule["name"], {})}

"""The shapes of credentials.

`patterns.json` beside this module is compiled from `patterns/*.yaml` without the examples. A test keeps it fresh.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from gitopslint.loaders import yaml
from gitopslint.loaders.resources import resource
from gitopslint.model.document import plain
from gitopslint.model.secret import Pattern

_COMPILED = Path(__file__).with_name("patterns.json")


@cache  # an editor looks again and again
def load_patterns() -> tuple[Pattern, ...]:
    """Return all patterns that ship with gitopslint."""
    return tuple(
        Pattern(**{**fields, "keywords": tuple(fields["keywords"])})
        for fields in json.loads(_COMPILED.read_text("utf-8"))
    )


def read_pattern_files() -> list[dict[str, Any]]:
    """Return the patterns as their files hold them, examples included. Raises ValueError where one is not readable."""
    patterns: list[dict[str, Any]] = []
    for path in sorted(resource("patterns").glob("*.yaml")):
        document = yaml.parse(path.name, path.read_bytes())
        if document.problem is not None:
            raise ValueError(f"{document.problem.span}: {document.problem.message}")
        patterns += plain(document.root)
    return patterns

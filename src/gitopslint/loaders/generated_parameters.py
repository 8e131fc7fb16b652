"""Parameters that generators of ApplicationSets make: which a selector takes, and how two sets become one.

Sources: argo-cd `applicationset/generators/generator_spec_processor.go`, `merge.go`; Kubernetes label selectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitopslint.loaders.gotemplate import as_text
from gitopslint.model.document import Node, find

Parameters = dict[str, Any]


def selected(selector: Node, parameters: Parameters) -> bool:
    """Tell whether a selector takes parameters, which count as labels: nested ones as `a.b`."""
    labels = _flat(parameters, "")
    wanted = selector.mapping.get("matchLabels")
    if wanted is not None and any(labels.get(key) != node.text for key, node in wanted.mapping.items()):
        return False
    expressions = selector.mapping.get("matchExpressions")
    return all(_fits(one, labels) for one in (expressions.items if expressions is not None else []))


def _fits(expression: Node, labels: Mapping[str, str]) -> bool:
    def text(key: str) -> str:
        found = find(expression, (key,))
        return found.text if found is not None and found.is_scalar else ""

    label = labels.get(text("key"))
    values = expression.mapping.get("values")
    listed = [item.text for item in values.items] if values is not None else []
    return {
        "In": label in listed,
        "NotIn": label not in listed,
        "Exists": label is not None,
        "DoesNotExist": label is None,
    }.get(text("operator"), False)


def _flat(value: Any, name: str) -> dict[str, str]:
    if isinstance(value, dict):
        found: dict[str, str] = {}
        for key, below in value.items():
            found |= _flat(below, f"{name}.{key}" if name else key)
        return found
    text = as_text(value)
    return {name: text} if text is not None else {}


def combined(base: Parameters, over: Parameters, *, keep_empty: bool) -> Parameters:
    """Return parameters with others laid over them. `keep_empty`: an empty value overrides as well."""
    made = dict(base)
    for key, value in over.items():
        known = made.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            made[key] = combined(known, value, keep_empty=keep_empty)
        elif keep_empty or value not in (None, "", 0, [], {}) or key not in made:
            made[key] = value
    return made

"""Secrets and what is easily taken for one, in the files that GitOps repositories hold.

Each secret stands between « and ». What is not marked is not reported.
"""

from __future__ import annotations

import pytest

from tests.support import commands, contexts
from tests.support.secrets import drawn, exposures, marked, places

SECRETS = contexts.SECRETS | commands.SECRETS
HARMLESS = contexts.HARMLESS | commands.HARMLESS


@pytest.mark.parametrize(("path", "text"), SECRETS.values(), ids=SECRETS)
def test_secret(path: str, text: str) -> None:
    """Exactly what is marked is reported, from its first character to its last."""
    plain, wanted = marked(drawn(text))
    assert places(exposures(path, plain)) == wanted


@pytest.mark.parametrize(("path", "text"), HARMLESS.values(), ids=HARMLESS)
def test_harmless(path: str, text: str) -> None:
    """Nothing is reported, neither as such nor as something that names no Secret."""
    assert [(one.rule, one.span.line, one.hidden.kind) for one in exposures(path, drawn(text))] == []

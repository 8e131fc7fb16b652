"""What the contract allows to stand in plain text."""

from __future__ import annotations

from gitopslint.model.document import matches, parse_key_path
from gitopslint.model.glob import glob_matches
from gitopslint.model.secret import Exposure
from gitopslint.model.secretsettings import SecretAllowance, SecretSettings


def covering(exposure: Exposure, settings: SecretSettings) -> tuple[SecretAllowance, ...]:
    """Return the entries of the contract that speak of a secret, those that have expired included."""
    return tuple(one for one in settings.allow if _covers(one, exposure))


def _covers(one: SecretAllowance, exposure: Exposure) -> bool:
    if one.rules and exposure.rule not in one.rules:
        return False
    if one.pattern is not None and exposure.pattern != one.pattern:
        return False
    if one.path is not None and not glob_matches(one.path, exposure.span.path):
        return False
    return one.key is None or matches(parse_key_path(one.key), exposure.key_path)

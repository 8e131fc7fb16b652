"""A record of the findings that were there when a repository adopted gitopslint. It holds no text of any file."""

from __future__ import annotations

import re
from typing import Literal

from gitopslint.model.moment import check_day
from gitopslint.model.record import record

BASELINE_NAME = ".gitopslint-baseline.json"
_STRICT = {"extra": "forbid", "use_attribute_docstrings": True}
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@record
class KnownFinding:
    """One finding that was there already. The fingerprint decides; what else is said helps who reads the file."""

    __pydantic_config__ = _STRICT

    fingerprint: str
    """The fingerprint, as reports give it."""
    rule: str
    """The rule that is broken."""
    path: str
    """The file, from the root of the repository."""
    key: str = ""
    """The key path in it."""
    app: str = ""
    """The app that it is about."""
    environment: str = ""
    """The environment that it is about."""
    until: str | None = None
    """The last day on which it is known, as in `2027-01-31` (UTC). Afterwards it fails as any other finding."""
    reason: str | None = None
    """Why it is still there."""

    def __post_init__(self) -> None:
        if not _FINGERPRINT.fullmatch(self.fingerprint):
            raise ValueError("a fingerprint has 64 hexadecimal digits")
        if self.until is not None:
            check_day(self.until)


@record
class Baseline:
    """Known findings, one to a line and in a fixed order, so that a difference reads well."""

    __pydantic_config__ = _STRICT

    version: Literal[1] = 1
    """The version of this format."""
    findings: tuple[KnownFinding, ...] = ()
    """The findings that are known."""

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for one in self.findings:
            if one.fingerprint in seen:
                raise ValueError(f"the fingerprint {one.fingerprint[:12]}… is there twice")
            seen.add(one.fingerprint)

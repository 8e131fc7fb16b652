"""The identity of findings: what stays the same while files change around them."""

from __future__ import annotations

from collections.abc import Iterable

from gitopslint.model.document import dotted
from gitopslint.model.finding import Finding
from gitopslint.model.hashes import sha256

_VERSION = "1"


def identified(findings: Iterable[Finding], prefix: str) -> list[Finding]:
    """Return the findings in report order, each with its fingerprint, without exact repetitions.

    The fingerprint knows the rule, the file, the key path, app and environment, and how many alike stand before
    it in the file. It knows no line, message or value, so it outlives moved lines and gives no secret away.
    """
    ordered = sorted(findings, key=report_order)
    if not ordered:
        return []
    hashed = sha256()  # only now: a clean run has nothing to identify
    seen: set[tuple[object, ...]] = set()
    twins: dict[tuple[str, ...], int] = {}
    kept = []
    for finding in ordered:
        exact = (finding.rule, finding.span, finding.message)
        if exact in seen:
            continue
        seen.add(exact)
        anchor = (
            _VERSION,
            finding.rule,
            prefix + finding.span.path,
            dotted(finding.key_path),
            finding.app or "",
            finding.environment or "",
        )
        number = twins[anchor] = twins.get(anchor, 0) + 1
        text = "\0".join((*anchor, str(number)))
        digest = hashed(text.encode("utf-8", "surrogateescape")).hexdigest()
        kept.append(finding._replace(fingerprint=digest))
    return kept


def report_order(finding: Finding) -> tuple[object, ...]:
    """Return what findings are sorted by."""
    return (finding.span, finding.rule, finding.message)

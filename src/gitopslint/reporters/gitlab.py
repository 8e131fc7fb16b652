"""GitLab Code Quality: one JSON array, shown in the merge request.

Every entry is one that the server's own schema accepts: it drops all that follow the first it refuses, and shows
entries of one fingerprint as one. Source: gitlab-org/gitlab, `lib/gitlab/ci/parsers/codequality/code_climate.rb`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from gitopslint.model.finding import Finding, Report
from gitopslint.model.rule import Level
from gitopslint.model.span import Span, file_start, is_across
from gitopslint.reporters.escape import encodable, visible

_SEVERITIES: dict[Level, str] = {"error": "major", "warning": "minor", "note": "info"}
_VERSION = "1"


def render(report: Report) -> str:
    """Return the report as GitLab Code Quality."""
    entries = [_found(report, finding) for finding in report.findings]
    seen: dict[tuple[str, ...], int] = {}
    for notice in _notices(report):
        number = seen[notice.identity] = seen.get(notice.identity, 0) + 1
        entries.append(_told(notice, number))
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


class _Notice(NamedTuple):
    """What was not checked. The format has no place for it, but left out it would look like a pass."""

    identity: tuple[str, ...]
    severity: str
    check: str
    description: str
    span: Span


def _notices(report: Report) -> Iterator[_Notice]:
    # What belongs to no file hangs on the contract, or on the checked folder.
    anywhere = file_start(report.contract or report.prefix)
    for doubt in report.undecided:
        own = [span for span in doubt.spans if span.path and not is_across(span.path)]
        span = _from_the_top(own[0], report) if own else anywhere
        check = doubt.rules[0] if len(doubt.rules) == 1 else "undecided"
        more = len(doubt.spans) - 1
        also = f" (here and in {more} more {'place' if more == 1 else 'places'})" if more > 0 else ""
        yield _Notice(
            ("undecided", span.path, *doubt.rules),
            "info",
            check,
            f"undecided ({', '.join(doubt.rules)}): {doubt.reason}{also}; to decide it: {doubt.remedy}",
            span,
        )
    for fault in report.faults:
        yield _Notice(
            ("fault", fault.rule, fault.subject),
            "blocker",
            fault.rule,
            f"not checked: the rule {fault.rule} crashed on {fault.subject} ({fault.error}), a bug of gitopslint",
            anywhere,
        )
    for unread in report.unread:
        span = _from_the_top(file_start(unread.path), report)
        yield _Notice(
            ("unread", span.path),
            "blocker",
            "unread",
            f"not checked: this file could not be read: {unread.reason}",
            span,
        )


def _found(report: Report, finding: Finding) -> dict[str, Any]:
    severity = _SEVERITIES[finding.level]
    if finding.level == "error" and _is_security(report, finding.rule):
        severity = "critical"
    span = _from_the_top(finding.span, report)
    return _entry(finding.message + report.beyond(finding), finding.rule, finding.fingerprint, severity, span)


def _told(notice: _Notice, number: int) -> dict[str, Any]:
    # As for findings: who, what and where, with a number for twins, and no wording.
    text = "\0".join((_VERSION, *notice.identity, str(number)))
    fingerprint = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return _entry(notice.description, notice.check, fingerprint, notice.severity, notice.span)


def _entry(description: str, check: str, fingerprint: str, severity: str, span: Span) -> dict[str, Any]:
    # The end of a span is exclusive: one that ends before the first column of a line does not touch that line.
    last = span.end_line - (span.end_column == 1 and span.end_line > span.line)
    return {
        "description": visible(description),
        "check_name": check,
        "engine_name": "gitopslint",
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {
            "path": encodable(span.path).rstrip("/") or ".",
            "lines": {"begin": span.line, "end": last},
        },
    }


def _from_the_top(span: Span, report: Report) -> Span:
    return span._replace(path=report.prefix + span.path)


def _is_security(report: Report, rule: str) -> bool:
    known = report.catalogue.get(rule)
    return known is not None and any(tag.startswith("cwe-") for tag in known.tags)

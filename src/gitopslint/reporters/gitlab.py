"""GitLab Code Quality: one JSON array, shown in the merge request.

Every entry is one that the server's own schema accepts: it drops all that follow the first it refuses, and shows
entries of one fingerprint as one. Source: gitlab-org/gitlab, `lib/gitlab/ci/parsers/codequality/code_climate.rb`.
"""

from __future__ import annotations

import hashlib
from typing import Any

from gitopslint.model.finding import Finding, Report
from gitopslint.model.rule import Level
from gitopslint.model.span import Span, file_start
from gitopslint.reporters.escape import encodable, visible
from gitopslint.reporters.indented import indented
from gitopslint.reporters.notices import Notice, notices

_SEVERITIES: dict[Level, str] = {"error": "major", "warning": "minor", "note": "info"}
_VERSION = "1"


def render(report: Report) -> str:
    """Return the report as GitLab Code Quality."""
    entries = [_found(report, finding) for finding in report.findings]
    seen: dict[tuple[str, ...], int] = {}
    for notice in notices(report):
        # As for findings: who, what and where, with a number for twins, and no wording.
        span = _from_the_top(notice.span, report) if notice.span is not None else _anywhere(report)
        where = [] if notice.kind == "fault" else [span.path]
        identity = (notice.kind, *where, *notice.rules, *filter(None, [notice.subject]))
        number = seen[identity] = seen.get(identity, 0) + 1
        entries.append(_told(notice, identity, number, span))
    return indented(entries) + "\n"


def _anywhere(report: Report) -> Span:
    """Return where to put what belongs to no file: on the contract, or on the checked folder."""
    return file_start(report.contract or report.prefix)


def _found(report: Report, finding: Finding) -> dict[str, Any]:
    severity = _SEVERITIES[finding.level]
    if finding.level == "error" and _is_security(report, finding.rule):
        severity = "critical"
    span = _from_the_top(finding.span, report)
    return _entry(finding.message + report.beyond(finding), finding.rule, finding.fingerprint, severity, span)


def _told(notice: Notice, identity: tuple[str, ...], number: int, span: Span) -> dict[str, Any]:
    text = "\0".join((_VERSION, *identity, str(number)))
    fingerprint = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    check = notice.rules[0] if len(notice.rules) == 1 else notice.kind
    return _entry(notice.text, check, fingerprint, "info" if notice.kind == "undecided" else "blocker", span)


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

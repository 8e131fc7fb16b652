"""SARIF for uploads to GitHub code scanning.

GitHub shows every result as an alert, suppressed ones too, and nothing of what a log says beside its results. So the
former are left out, and what was not checked becomes results: otherwise it would be green on GitHub. Of more results
than it keeps, the worst are kept. Source: GitHub, "SARIF support for code scanning" and its limits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from gitopslint.model.contract import FILE_NAME
from gitopslint.model.finding import Finding, Report
from gitopslint.model.rule import LEVELS, Rule
from gitopslint.model.span import file_start
from gitopslint.reporters import sarif
from gitopslint.reporters.indented import indented
from gitopslint.reporters.notices import notices

_MOST_RESULTS = 5_000
_MOST_RELATED = 100
_VERSION = "1"
# They stand beside the rules of the report, but are none: `own` keeps them from being linked to a page of the manual.
_PSEUDO_RULES = {
    rule.name: rule
    for rule in (
        Rule(
            "undecided",
            "policy",
            "note",
            "A rule lacks what it needs to decide.",
            "Nothing is known: it is neither a pass nor a violation.",
            "Give the rule what the message asks for.",
            own=True,
        ),
        Rule(
            "fault",
            "policy",
            "error",
            "A rule crashed, so it did not judge what the message names.",
            "A crash may hide a finding.",
            f"Report it at {sarif.PROJECT}/issues.",
            own=True,
        ),
        Rule(
            "unread",
            "policy",
            "error",
            "A file that a rule needs could not be read, so it is not checked.",
            "Nobody knows what is in it.",
            "Make the file readable, or remove it from what the contract covers.",
            own=True,
        ),
        Rule(
            "left-out",
            "policy",
            "warning",
            "There are more results than GitHub keeps.",
            f"GitHub keeps {_MOST_RESULTS} results of a run.",
            "Mend some of the others, or read the report in another format.",
            own=True,
        ),
    )
}


def render(report: Report, version: str) -> str:
    """Return the report as SARIF for GitHub; `version` is that of gitopslint."""
    log = json.loads(sarif.render(_told(report), version))
    (run,) = log["runs"]
    run["results"] = [_plain(result) for result in run["results"] if not result.get("suppressions")]
    return indented(log, 1) + "\n"


def _told(report: Report) -> Report:
    """Return a report in which what was not checked is found, and in which there is no more than GitHub keeps."""
    findings = [*report.findings, *_not_checked(report)]
    findings.sort(key=lambda one: -LEVELS.index(one.level))  # stable: within a level the order stays
    if len(findings) > _MOST_RESULTS:
        text = f"{len(findings) - _MOST_RESULTS + 1} more results are not in this upload"
        findings[_MOST_RESULTS - 1 :] = [_found("left-out", text, _contract(report))]
    also = [rule for rule in _PSEUDO_RULES if any(one.rule == rule for one in findings)]
    return report._replace(
        findings=tuple(findings), rules=(*report.rules, *also), catalogue=report.catalogue | _PSEUDO_RULES
    )


def _not_checked(report: Report) -> Iterator[Finding]:
    for notice in notices(report):
        path = notice.span.path if notice.span is not None else _contract(report)
        found = _found(notice.kind, notice.text, path, *notice.rules, notice.subject)
        yield found._replace(span=notice.span or found.span)


def _found(kind: str, text: str, path: str, *identity: str) -> Finding:
    """Return a finding whose fingerprint knows who and where, and no wording."""
    key = "\0".join((_VERSION, kind, path, *identity))
    fingerprint = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return Finding(kind, _PSEUDO_RULES[kind].level, text, file_start(path), fingerprint)


def _contract(report: Report) -> str:
    """Return where to put what belongs to no file: on the contract, be it there or not."""
    return (report.contract or report.prefix + FILE_NAME).removeprefix(report.prefix)


def _plain(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result without what GitHub does not read, and with a line hash where the file is not at hand."""
    kept = {key: value for key, value in result.items() if key not in ("fixes", "baselineState", "suppressions")}
    if "relatedLocations" in kept:
        kept["relatedLocations"] = kept["relatedLocations"][:_MOST_RELATED]
    prints = kept["partialFingerprints"]
    # Without one the alert would be a new one in every upload that does not go through the action.
    return kept | {"partialFingerprints": {"primaryLocationLineHash": f"{prints['gitopslint/v1'][:16]}:1"} | prints}

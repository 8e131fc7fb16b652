"""SARIF 2.1.0 as GitHub code scanning and GitLab read it.

No times, no absolute paths and no command line, so the same input gives the same bytes. Waived findings are suppressed
results, with reason and place of the waiver.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from gitopslint.model.edits import in_order, overlapping
from gitopslint.model.finding import Fault, Finding, Fix, Related, Report, Undecided, Unread, Waived
from gitopslint.model.rule import LEVELS, Level, Rule
from gitopslint.model.span import Span, is_across
from gitopslint.reporters.escape import encodable, visible
from gitopslint.reporters.indented import indented

PROJECT = "https://github.com/gitopslint/gitopslint"

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_LONGEST_MESSAGE = 1000  # GitLab drops a result whose message is longer than it allows: 1,024 in older versions
_MOST_TAGS = 10  # of a rule; GitLab refuses more, GitHub cuts them off
_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_PROBLEM_SEVERITY: dict[Level, str] = {"error": "error", "warning": "warning", "note": "recommendation"}
# Only rules about security have one. On GitHub it decides alone: high from 7.0, medium from 4.0.
_SECURITY_SEVERITY: dict[Level, str] = {"error": "8.0", "warning": "5.5", "note": "3.0"}

# (id, name, what it means, the way out)
_NOTIFICATIONS = (
    (
        "undecided",
        "CouldNotDecide",
        "A rule lacks what it needs to decide.",
        "The message says what would decide it. Until then nothing is known: it is neither a pass nor a violation.",
    ),
    (
        "fault",
        "RuleCrashed",
        "A rule crashed, so it did not judge what the message names.",
        f"This is a bug of gitopslint. Please report it at {PROJECT}/issues.",
    ),
    (
        "unread",
        "FileUnread",
        "A file that a rule needs could not be read, so it is not checked.",
        "Make the file readable, or remove it from what the contract covers.",
    ),
)


def render(report: Report, version: str) -> str:
    """Return the report as SARIF; `version` is that of gitopslint."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_Run(report).content(version)]}
    # GitLab takes 10 MB, so the indentation is as small as it can be while one value stays on one line.
    return indented(log, 1) + "\n"


class _Run:
    """Turns one report into one run. GitHub no longer joins several runs of a tool in one file."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._index = {rule: position for position, rule in enumerate(report.rules)}
        self._hashes: dict[str, list[str]] = {}

    def content(self, version: str) -> dict[str, Any]:
        report = self._report
        return {
            "tool": {"driver": _driver(report, version)},
            "automationDetails": {"id": "gitopslint/" + visible(report.prefix)},
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": {_ROOT: {"description": {"text": "The top folder of the git repository."}}},
            "invocations": [
                {
                    "executionSuccessful": not (report.faults or report.unread or report.stopped),
                    "toolExecutionNotifications": list(self._notifications()),
                }
            ],
            "results": [*self._results()],
        }

    def _results(self) -> Iterator[dict[str, Any]]:
        """Yield the results. Where one says whether it is suppressed, all of them have to (3.27.23)."""
        waived = self._report.waived
        for same in _collapsing(self._report.findings):
            yield self._result(same) | ({"suppressions": []} if waived else {})
        for one in waived:
            result = self._result([one.finding])
            result.pop("baselineState", None)  # nobody asked whether it was there before
            yield result | {"suppressions": [self._suppression(one)]}

    def _suppression(self, waived: Waived) -> dict[str, Any]:
        return {
            "kind": "external" if waived.external else "inSource",
            "status": "accepted",
            "justification": _shortened(visible(waived.reason), _LONGEST_MESSAGE),
            "location": self._location(waived.span),
        }

    def _result(self, findings: Sequence[Finding]) -> dict[str, Any]:
        """Return one result for findings that stand on the same lines."""
        first = findings[0]
        related = _related(findings)
        result = {
            "ruleId": first.rule,
            **self._rule_index(first.rule),
            "kind": "fail",
            "level": max((finding.level for finding in findings), key=LEVELS.index),
            "message": {"text": _message([self._with_beyond(one) for one in findings], related)},
            "locations": [self._location(first.span)],
            "partialFingerprints": self._fingerprints(first),
        }
        if self._report.comparison is not None:
            known = all(map(self._report.is_known, findings))
            result["baselineState"] = "unchanged" if known else "new"
        if related:
            result["relatedLocations"] = [
                {"id": number, **self._location(one.span), "message": {"text": _literal(one.note)}}
                for number, one in enumerate(related, 1)
            ]
        if (fix := self._fix([finding.fix for finding in findings])) is not None:
            result["fixes"] = [fix]
        return result

    def _with_beyond(self, finding: Finding) -> Finding:
        """Say in words what lies in another repository: a location there would pass for a file of this one."""
        return finding._replace(message=finding.message + self._report.beyond(finding))

    def _rule_index(self, rule: str) -> dict[str, int]:
        return {"ruleIndex": self._index[rule]} if rule in self._index else {}

    def _fingerprints(self, finding: Finding) -> dict[str, str]:
        """Return our own identity and the one that GitHub compares."""
        fingerprints = {"gitopslint/v1": finding.fingerprint}
        path = finding.span.path
        if path not in self._hashes:
            source = self._report.sources.get(path)
            self._hashes[path] = source.line_hashes() if source is not None else []
        hashes = self._hashes[path]
        if finding.span.line <= len(hashes):
            fingerprints["primaryLocationLineHash"] = hashes[finding.span.line - 1]
        return fingerprints

    def _location(self, span: Span) -> dict[str, Any]:
        return {"physicalLocation": {"artifactLocation": self._artifact(span.path), "region": self._region(span)}}

    def _artifact(self, path: str) -> dict[str, str]:
        return {"uri": _uri(self._report.prefix + path), "uriBaseId": _ROOT}

    def _region(self, span: Span) -> dict[str, int]:
        """Return whole lines where a span is empty, or where nobody can tell its columns in UTF-16 units."""
        empty = (span.line, span.column) == (span.end_line, span.end_column)
        if empty or span.path not in self._report.sources:
            return {"startLine": span.line, "endLine": span.end_line}
        return self._exact_region(span)

    def _exact_region(self, span: Span) -> dict[str, int]:
        source = self._report.sources[span.path]
        return {
            "startLine": span.line,
            "startColumn": source.utf16_column(span.line, span.column),
            "endLine": span.end_line,
            "endColumn": source.utf16_column(span.end_line, span.end_column),
        }

    def _fix(self, fixes: Sequence[Fix | None]) -> dict[str, Any] | None:
        """Return one fix for a whole result, or none where a part has no fix, or two get in each other's way."""
        given = [fix for fix in fixes if fix is not None and fix.safe]  # what `--fix` does
        edits = in_order(edit for fix in given for edit in fix.edits)
        known = all(edit.span.path in self._report.sources for edit in edits)
        if not edits or not known or len(given) < len(fixes) or overlapping(edits):
            return None
        changes = [
            {
                "artifactLocation": self._artifact(path),
                "replacements": [
                    {"deletedRegion": self._exact_region(edit.span), "insertedContent": {"text": encodable(edit.text)}}
                    for edit in edits
                    if edit.span.path == path
                ],
            }
            for path in dict.fromkeys(edit.span.path for edit in edits)
        ]
        titles = dict.fromkeys(_sentence(fix.title) for fix in given)
        return {"description": {"text": " ".join(titles)}, "artifactChanges": changes}

    def _notifications(self) -> Iterator[dict[str, Any]]:
        """Yield what was not checked. The level error says that the run failed (3.20.21)."""
        for doubt in self._report.undecided:
            for rule in doubt.rules:  # a notification has one rule
                yield self._undecided(doubt, rule)
        for fault in self._report.faults:
            yield self._fault(fault)
        for unread in self._report.unread:
            yield self._unread(unread)

    def _undecided(self, doubt: Undecided, rule: str) -> dict[str, Any]:
        text = f"{_sentence(doubt.reason)} {_sentence(f'To decide it: {doubt.remedy}')}"
        notification = _notification("undecided", "warning", text) | {"associatedRule": self._rule(rule)}
        if locations := [self._location(span) for span in doubt.spans if span.path and not is_across(span.path)]:
            notification["locations"] = locations
        return notification

    def _fault(self, fault: Fault) -> dict[str, Any]:
        text = _sentence(f"The rule '{fault.rule}' crashed on {fault.subject}: {fault.error}")
        return _notification("fault", "error", text) | {"associatedRule": self._rule(fault.rule)}

    def _unread(self, unread: Unread) -> dict[str, Any]:
        text = _sentence(f"'{self._report.prefix + unread.path}' could not be read: {unread.reason}")
        location = {"physicalLocation": {"artifactLocation": self._artifact(unread.path)}}
        return _notification("unread", "error", text) | {"locations": [location]}

    def _rule(self, rule: str) -> dict[str, Any]:
        return {"id": rule, "index": self._index[rule]} if rule in self._index else {"id": rule}


def _collapsing(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Group the findings of one rule on the same lines of a file.

    To GitLab a result is its rule, file and lines, so of several it would show one and lose the others.
    """
    groups: dict[tuple[str, str, int, int], list[Finding]] = {}
    for finding in findings:
        span = finding.span
        groups.setdefault((finding.rule, span.path, span.line, span.end_line), []).append(finding)
    return list(groups.values())


def _related(findings: Sequence[Finding]) -> list[Related]:
    """Return the further places of a result, each once; the first is where the result itself stands."""
    also = [Related(finding.span, "also here") for finding in findings[1:] if finding.span != findings[0].span]
    here = (one for finding in findings for one in finding.related if not is_across(one.span.path))
    return list(dict.fromkeys([*also, *here]))


def _message(findings: Sequence[Finding], related: Sequence[Related]) -> str:
    """Return all that is said about a result, as far as it fits, with links to its related locations."""
    sentences = list(dict.fromkeys(_sentence(finding.message) for finding in findings))
    text = sentences[0]
    for number, sentence in enumerate(sentences[1:], 1):
        rest = f" And {len(sentences) - number} more like it."
        if len(text) + len(sentence) + len(rest) >= _LONGEST_MESSAGE:
            return _shortened(text, _LONGEST_MESSAGE - len(rest)) + rest
        text += " " + sentence
    # GitHub shows a related location only where the message links to it.
    links = ""
    for number, one in enumerate(related, 1):
        link = f"{', ' if links else ' Related: '}[{_literal(one.note)}]({number})"
        if len(text) + len(links) + len(link) >= _LONGEST_MESSAGE:
            break
        links += link
    return text + links + "." if links else text


def _sentence(text: str) -> str:
    """Return a message that ends with a period and is not too long."""
    literal = _literal(text.strip())
    return _shortened(literal if literal.endswith(".") else literal + ".", _LONGEST_MESSAGE)


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    kept = text[: longest - 4]
    if (len(kept) - len(kept.rstrip("\\"))) % 2:  # half an escape would escape what follows
        kept = kept[:-1]
    return kept.rstrip() + " ..."


def _literal(text: str) -> str:
    """Escape what would be a link in a SARIF message (3.11.6), so that no text of the repository becomes one.

    The standard asks for it inside links; CodeQL does it everywhere, and viewers undo it everywhere. Braces stay:
    only a message with arguments has placeholders.
    """
    return re.sub(r"([\\\[\]])", r"\\\1", visible(text))


def _uri(path: str) -> str:
    """Return a path as a relative reference (RFC 3986, 4.2). What is no UTF-8 is encoded byte by byte."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/!$&'()*+,;=@")


def _notification(kind: str, level: str, text: str) -> dict[str, Any]:
    position = [identifier for identifier, *_ in _NOTIFICATIONS].index(kind)
    return {
        "descriptor": {"id": kind, "index": position},
        "level": level,
        "message": {"text": _shortened(text, _LONGEST_MESSAGE)},
    }


def _driver(report: Report, version: str) -> dict[str, Any]:
    return {
        "name": "gitopslint",
        "fullName": f"gitopslint {version}",
        "version": version,
        **({"semanticVersion": version} if _SEMANTIC_VERSION.fullmatch(version) else {}),
        "informationUri": PROJECT,
        "rules": [_rule(report.catalogue[name]) for name in report.rules],
        "notifications": [
            {
                "id": identifier,
                "name": name,
                "shortDescription": {"text": meaning},
                "fullDescription": {"text": meaning},
                "help": {"text": remedy},
            }
            for identifier, name, meaning, remedy in _NOTIFICATIONS
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    page = f"{PROJECT}/blob/main/docs/rules/{rule.name}.md"
    said = {label: text for label, text in (("Why", rule.why), ("Fix", rule.fix)) if text} or {"What": rule.summary}
    links = [] if rule.own else [f"[Examples and parameters]({page})"]
    return {
        "id": rule.name,
        # A name that differs from the id in case only is refused (SARIF1001).
        **({"name": "".join(map(str.capitalize, rule.name.split("-")))} if "-" in rule.name else {}),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": f"{rule.summary} {rule.why}".rstrip()},
        "help": {
            "text": " ".join(said.values()),
            "markdown": "\n\n".join([*(f"**{label}:** {text}" for label, text in said.items()), *links]),
        },
        **({} if rule.own else {"helpUri": page}),
        "defaultConfiguration": {"level": rule.level},
        "properties": _properties(rule),
    }


def _properties(rule: Rule) -> dict[str, Any]:
    weaknesses = [tag for tag in rule.tags if tag.startswith("cwe-")]
    # GitLab knows `cwe-798`, GitHub `external/cwe/cwe-798`; and `security` is what makes a rule one to GitHub.
    tags = [*weaknesses, *(f"external/cwe/{tag}" for tag in weaknesses), *(["security"] if weaknesses else [])]
    tags += [tag for tag in (*rule.tags, rule.family, "gitops") if tag not in tags]
    properties = {
        "tags": tags[:_MOST_TAGS],
        "precision": "high",
        "problem.severity": _PROBLEM_SEVERITY[rule.level],
    }
    return properties | ({"security-severity": _SECURITY_SEVERITY[rule.level]} if weaknesses else {})

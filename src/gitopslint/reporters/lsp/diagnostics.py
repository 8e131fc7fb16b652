"""Findings and doubts as diagnostics."""

from __future__ import annotations

from collections.abc import Mapping

from lsprotocol import types

from gitopslint.model.finding import Finding, Report, Undecided
from gitopslint.model.rule import Rule
from gitopslint.model.span import Span, is_across
from gitopslint.reporters.escape import visible
from gitopslint.reporters.lsp.places import Places
from gitopslint.reporters.sarif import PROJECT

SOURCE = "gitopslint"
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}
_UNNECESSARY = frozenset({"unused-waiver"})


def diagnostics(report: Report, places: Places) -> dict[str, list[types.Diagnostic]]:
    """Return what there is to say about each file, by path.

    What cannot be decided is a hint: it is there to be read, and does not fill the list of problems. So is what a
    baseline knows already.
    """
    found: dict[str, list[types.Diagnostic]] = {}
    for finding in report.findings:
        found.setdefault(finding.span.path, []).append(diagnostic(finding, report, places))
    for doubt in report.undecided:
        for span in doubt.spans:
            if not is_across(span.path):
                found.setdefault(span.path, []).append(_doubt(doubt, span, places))
    for unread in report.unread:
        start = types.Range(types.Position(0, 0), types.Position(0, 0))
        message = f"this file cannot be read: {unread.reason}"
        error = types.Diagnostic(start, visible(message), types.DiagnosticSeverity.Error, source=SOURCE)
        found.setdefault(unread.path, []).append(error)
    return found


def diagnostic(finding: Finding, report: Report, places: Places) -> types.Diagnostic:
    """Return one finding as a diagnostic, the same each time, so that an action can name it."""
    related = [
        types.DiagnosticRelatedInformation(places.location(one.span), visible(one.note))
        for one in finding.related
        if not is_across(one.span.path)
    ]
    known = report.is_known(finding)
    return types.Diagnostic(
        range=places.range(finding.span),
        message=visible("(known) " * known + finding.message + report.beyond(finding)),
        severity=types.DiagnosticSeverity.Hint if known else _SEVERITIES[finding.level],
        code=finding.rule,
        code_description=_page(report.catalogue, finding.rule),
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if finding.rule in _UNNECESSARY else None,
        related_information=related or None,
        data=finding.fingerprint,
    )


def mistake(message: str, line: int, column: int, places: Places, path: str) -> types.Diagnostic:
    """Return what is wrong with the contract itself, from its place to the end of that line."""
    span = Span(path, line, column, line, 1_000_000)
    return types.Diagnostic(places.range(span), visible(message), types.DiagnosticSeverity.Error, source=SOURCE)


def _doubt(doubt: Undecided, span: Span, places: Places) -> types.Diagnostic:
    rules = ", ".join(doubt.rules)
    message = f"undecided ({rules}): {doubt.reason}; to decide it: {doubt.remedy}"
    return types.Diagnostic(places.range(span), visible(message), types.DiagnosticSeverity.Hint, source=SOURCE)


def _page(catalogue: Mapping[str, Rule], name: str) -> types.CodeDescription | None:
    rule = catalogue.get(name)
    if rule is None or rule.own:
        return None
    return types.CodeDescription(f"{PROJECT}/blob/main/docs/rules/{name}.md")

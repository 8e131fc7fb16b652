"""What an editor offers to do about a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lsprotocol import types

from gitopslint.model.finding import Finding, Fix, Report
from gitopslint.reporters.lsp.diagnostics import diagnostic
from gitopslint.reporters.lsp.places import Places


def action(
    finding: Finding, fix: Fix, report: Report, places: Places, version: Callable[[str], int | None] | None
) -> types.CodeAction:
    """Return a fix as a code action.

    `version` tells which version of an open file the fix is made for; it is None for an editor that knows none.
    """
    return types.CodeAction(
        title=fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(finding, report, places)],
        is_preferred=(fix is finding.fix and fix.safe) or None,
        edit=_edit(fix, places, version),
    )


def _edit(fix: Fix, places: Places, version: Callable[[str], int | None] | None) -> types.WorkspaceEdit:
    changes: dict[str, list[types.TextEdit]] = {}
    for edit in fix.edits:
        changes.setdefault(edit.span.path, []).append(types.TextEdit(places.range(edit.span), edit.text))
    if version is None:
        return types.WorkspaceEdit(changes={places.uri(path): edits for path, edits in changes.items()})
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(places.uri(path), version(path)), list(edits)
            )
            for path, edits in changes.items()
        ]
    )


def touched(findings: Iterable[Finding], path: str, first: int, last: int) -> list[Finding]:
    """Return the findings of a file that touch lines, counted from 1."""
    return [one for one in findings if one.span.path == path and one.span.line <= last and one.span.end_line >= first]

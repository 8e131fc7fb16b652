"""Which findings a change introduces: those that the check of its base had not."""

from __future__ import annotations

from collections.abc import Callable

from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.document import KeyPath
from gitopslint.model.finding import Comparison, Finding, Report
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import LEVELS
from gitopslint.model.span import Span

Written = Callable[[Span], str]


class _Likeness(NamedTuple):
    """What two findings share when they are one: all that the fingerprint knows, and the text that they are about.

    Without the text, a bad tag that takes the place of another one would pass for the old one.
    """

    rule: str
    path: str
    key_path: KeyPath
    app: str | None
    environment: str | None
    text: str


def compared(report: Report, tree: Tree, before: Report, tree_before: Tree, base: str) -> Report:
    """Return a report that knows which of its findings the check of an earlier tree had as well.

    Only a finding makes a finding known. What was undecided or waived before, or milder, does not. A report that was
    held against a baseline keeps what that knows.
    """
    now, then = _reader(tree), _reader(tree_before)
    earlier: dict[_Likeness, list[int]] = {}
    for finding in before.findings:
        earlier.setdefault(_likeness(finding, then), []).append(LEVELS.index(finding.level))
    known = set()
    # The most serious first, so that none takes the place of one that it cannot stand for.
    for finding in sorted(report.findings, key=lambda one: -LEVELS.index(one.level)):
        level = LEVELS.index(finding.level)
        same = earlier.get(_likeness(finding, now), [])
        enough = [one for one in same if one >= level]
        if enough:
            same.remove(max(enough))
            known.add(finding.fingerprint)
    still = {finding.fingerprint for finding in report.findings}
    resolved = sum(finding.fingerprint not in still for finding in before.findings)
    recorded = report.comparison
    if recorded is not None:  # what a baseline knows, the change need not answer for either
        known |= recorded.known
        base = f"{base} and {recorded.base}"
    return report._replace(comparison=Comparison(base, frozenset(known), resolved))


def _likeness(finding: Finding, written: Written) -> _Likeness:
    path = finding.span.path
    # An item of a list is known by its text: others may come and go before it.
    keys = tuple(step if isinstance(step, str) else 0 for step in finding.key_path)
    return _Likeness(finding.rule, path, keys, finding.app, finding.environment, written(finding.span))


def _reader(tree: Tree) -> Written:
    """Return what gives the text of a span. It may be a secret, so it is compared and never kept."""
    files: dict[str, list[str]] = {}

    def written(span: Span) -> str:
        if span.path not in files:
            try:
                text = tree.read(span.path).decode("utf-8-sig", "replace")
            except ReadError:
                text = ""
            files[span.path] = text.replace("\r\n", "\n").split("\n")
        lines = files[span.path][span.line - 1 : span.end_line]
        if not lines:
            return ""
        if span.end_line - span.line < len(lines):
            lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        return "\n".join(lines)

    return written

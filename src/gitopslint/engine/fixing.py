"""Fixes applied: as many at once as do not touch the same text, checked again, until nothing is left to fix.

A fix that brings another finding as bad as its own, breaks a file, changes values that it must not, or does not help
is undone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from gitopslint.engine.comparison import compared
from gitopslint.loaders.overlay import followed
from gitopslint.loaders.product import Product
from gitopslint.loaders.rewriting import rewritten
from gitopslint.loaders.side import Side
from gitopslint.loaders.tree import ReadError
from gitopslint.model.document import KeyPath, leaves, plain
from gitopslint.model.edits import in_order, overlapping
from gitopslint.model.finding import Edit, Finding, Fix, Report
from gitopslint.model.layer import Stack
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import LEVELS
from gitopslint.model.span import is_across

_MOST_PASSES = 20

Files = Mapping[str, bytes]


class Look(NamedTuple):
    """One check, and the repository that it was about."""

    side: Side
    report: Report


Check = Callable[[Files], Look]
"""Check the repository with other contents for some of its files."""


class Mended(NamedTuple):
    """What fixes made of a repository.

    `files` are what they changed, each as it was and as it is; `removed` is how many findings are gone by it, `undone`
    are those whose fix did not do, with the reason.
    """

    look: Look
    files: Mapping[str, tuple[bytes, bytes]]
    removed: int
    undone: tuple[tuple[Finding, str], ...]


def mended(check: Check, *, unsafe: bool, within: Callable[[str], bool]) -> Mended:
    """Apply the fixes of all findings in the files that `within` accepts; those that are not safe only if asked for."""
    look = first = check({})
    files: dict[str, bytes] = {}
    undone: dict[str, tuple[Finding, str]] = {}
    removed = 0
    for _ in range(_MOST_PASSES):
        batch = _batch(
            [
                one
                for one in look.report.findings
                if one.fix is not None
                and (unsafe or one.fix.safe)
                and within(one.span.path)
                and one.fingerprint not in undone
            ]
        )
        if not batch:
            break
        step = _tried(check, look, files, batch)
        if isinstance(step, str):
            for finding in batch if len(batch) > 1 else ():
                step = _tried(check, look, files, [finding])
                if not isinstance(step, str):
                    break
                undone[finding.fingerprint] = finding, step
        if isinstance(step, str):
            undone |= {finding.fingerprint: undone.get(finding.fingerprint, (finding, step)) for finding in batch}
            continue
        new, files = step
        removed += len(look.report.findings) - len(new.report.findings)
        look = new
    changed = {path: (first.side.tree.read(path), data) for path, data in files.items()}
    return Mended(look, changed, removed, tuple(undone.values()))


def _batch(findings: Sequence[Finding]) -> list[Finding]:
    """Return the first of those findings whose fixes touch the same text. Equal edits are no quarrel."""
    chosen: list[Finding] = []
    edits: set[Edit] = set()
    for finding in findings:
        if finding.fix is None or any(is_across(edit.span.path) for edit in finding.fix.edits):
            continue
        if not overlapping(in_order(edits.union(finding.fix.edits))):
            chosen.append(finding)
            edits.update(finding.fix.edits)
    return chosen


def _tried(check: Check, look: Look, files: Files, batch: Sequence[Finding]) -> tuple[Look, dict[str, bytes]] | str:
    """Apply fixes and check again; return what came of it, or why it does not do."""
    fixes = [finding.fix for finding in batch if finding.fix is not None]
    try:
        new_files = _edited(look.side, files, fixes)
    except ValueError as error:
        return f"it cannot be applied: {error}"
    except ReadError as error:
        return f"a file cannot be read: {error}"
    after = check(new_files)
    reason = _objection(look, after, batch)
    if reason is None and any(fix.neutral for fix in fixes) and _values(look.side) != _values(after.side):
        reason = "the merged values would change"
    if reason is not None:
        after.side.close()
        return reason
    look.side.close()
    return after, new_files


def _edited(side: Side, files: Files, fixes: Sequence[Fix]) -> dict[str, bytes]:
    """Return the files with the edits of fixes. Raises ValueError and ReadError."""
    by_file: dict[str, list[Edit]] = {}
    for edit in in_order(edit for fix in fixes for edit in fix.edits):
        by_file.setdefault(followed(side.tree, edit.span.path), []).append(edit)
    return {**files, **{path: rewritten(side.tree.read(path), edits) for path, edits in by_file.items()}}


def _objection(before: Look, after: Look, batch: Sequence[Finding]) -> str | None:
    """Say what is worse than before, or that nothing is better.

    What was hidden behind a finding comes to light without it: that is better, as long as it is milder.
    """
    report = compared(after.report, after.side.tree, before.report, before.side.tree, "")
    mildest = min(LEVELS.index(finding.level) for finding in batch)
    told = {_said(finding) for finding in before.report.findings}
    for new in report.introduced:
        # Quotes change the text that a finding is about, and not what it says.
        if LEVELS.index(new.level) >= mildest and _said(new) not in told:
            return f"it would bring {new.rule} at {report.shown(new.span)}: {new.message}"
    old = before.report
    if len(report.faults) > len(old.faults) or len(report.unread) > len(old.unread):
        return "it would leave something that cannot be checked"
    reasons = {(one.rules, one.reason) for one in old.undecided}
    if doubts := [one for one in report.undecided if (one.rules, one.reason) not in reasons]:
        return f"it would leave something undecided: {doubts[0].reason}"
    gone = Counter(one.rule for one in old.findings) - Counter(one.rule for one in report.findings)
    if Counter(finding.rule for finding in batch) - gone:
        return "it would not remove the finding"
    return None


def _said(finding: Finding) -> tuple[object, ...]:
    return (
        finding.rule,
        finding.level,
        finding.span.path,
        finding.key_path,
        finding.app,
        finding.environment,
        finding.message,
    )


def _values(side: Side) -> list[object]:
    """Return the merged values of all stacks, as text: to Python 1 and True are equal. Order means nothing to Helm."""
    if not isinstance(side, Product):
        return []
    stacks = (stack for app in side.layout.stacks() for stack in side.stacks(app))
    return [sorted(map(repr, _leaves(stack))) for stack in stacks]


def _leaves(stack: Stack) -> Iterator[tuple[KeyPath, object]]:
    if stack.values is not None:
        yield from ((path, plain(node)) for path, node in leaves(stack.values))

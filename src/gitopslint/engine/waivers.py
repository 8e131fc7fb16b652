"""Inline waivers: `# gitopslint: ignore[rule] reason`, on the line of a finding or on its own above it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gitopslint.checks.secrets.manner import manner_of
from gitopslint.engine.selection import Selection
from gitopslint.loaders.comments import comments, marked_comments
from gitopslint.model.closest import closest
from gitopslint.model.document import Comment, Document
from gitopslint.model.finding import Finding, Offence, Waived
from gitopslint.model.rule import Catalogue
from gitopslint.model.secret import TextFile
from gitopslint.model.span import Span
from gitopslint.model.waiver import Waiver

NEEDLE = "gitopslint:"
_FORM = re.compile(r"gitopslint:\s*ignore\s*(?:\[(?P<rules>[^\]]*)\])?(?P<reason>.*)")

UNEXPLAINED, UNKNOWN, UNUSED = "unexplained-waiver", "unknown-waiver", "unused-waiver"


def find_waivers(document: Document) -> Iterator[Waiver]:
    """Yield the waivers in the comments of a document."""
    if NEEDLE not in document.text:
        return
    found = list(comments(document))
    alone = {comment.line for comment in found if comment.alone}
    for comment in found:
        if comment.text.startswith(NEEDLE):
            yield _read(document.path, comment, alone)


def mentioned(text: str) -> bool:
    """Tell whether there could be a waiver in a text."""
    return NEEDLE in text


def find_in_text(file: TextFile, *, found: bool) -> Iterator[Waiver]:
    """Yield the waivers in the comments of a file that is no YAML. `found`: there is something that they could waive.

    Programs and texts for people speak of waivers without meaning one, so there only those count that can.
    """
    if not found and manner_of(file.path) in ("prose", "code"):
        return
    marked = list(marked_comments(file.text))
    alone = {comment.line for comment in marked if comment.alone}
    for comment in marked:
        if comment.text.startswith(NEEDLE):
            yield _read(file.path, comment, alone)


def apply(findings: Sequence[Finding], waivers: Sequence[Waiver]) -> tuple[list[Finding], list[Waived], set[Waiver]]:
    """Split findings into those that stand and those that are waived; also return the waivers that were used."""
    standing: list[Finding] = []
    waived: list[Waived] = []
    used: set[Waiver] = set()
    for finding in findings:
        covering = [waiver for waiver in waivers if waiver.covers(finding)]
        used.update(covering)
        if covering:
            waived.append(Waived(finding, covering[0].reason, covering[0].span))
        else:
            standing.append(finding)
    return standing, waived, used


def offences(
    waivers: Sequence[Waiver], used: set[Waiver], catalogue: Catalogue, selection: Selection, undecided: set[str]
) -> Iterator[tuple[str, Offence]]:
    """Yield what is wrong with the waivers themselves, by rule.

    A waiver is unused only when all its rules ran and could decide.
    """
    for waiver in waivers:
        if not waiver.well_formed:
            yield UNKNOWN, Offence("this waiver names no rule: write `gitopslint: ignore[rule] reason`", waiver.span)
            continue
        unknown = [rule for rule in waiver.rules if rule not in catalogue]
        for rule in unknown:
            near = closest(rule, list(catalogue))
            hint = f"did you mean {near!r}?" if near else "`gitopslint rules` lists all"
            yield UNKNOWN, Offence(f"there is no rule {rule!r} to waive: {hint}", waiver.span, key_path=(rule,))
        rules = ", ".join(waiver.rules)
        if not waiver.reason:
            yield (
                UNEXPLAINED,
                Offence(
                    f"the waiver of {rules} gives no reason, so it waives nothing: write one behind the bracket",
                    waiver.span,
                    key_path=waiver.rules,
                ),
            )
        elif (
            waiver not in used
            and not unknown
            and all(rule in selection.levels and rule not in undecided for rule in waiver.rules)
        ):
            yield (
                UNUSED,
                Offence(f"nothing here breaks {rules} any more: remove the waiver", waiver.span, key_path=waiver.rules),
            )


def _read(path: str, comment: Comment, alone: set[int]) -> Waiver:
    span = Span(path, comment.line, comment.column, comment.line, comment.column + 2 + len(comment.text))
    line = comment.line
    while line in alone:  # a comment of its own speaks for the next line that is none
        line += 1
    match = _FORM.fullmatch(comment.text)
    rules = tuple(rule.strip() for rule in (match["rules"] or "").split(",") if rule.strip()) if match else ()
    reason = match["reason"].strip(" \t:-–—") if match else ""
    return Waiver(span, line, rules, reason, bool(rules))

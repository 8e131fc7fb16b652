"""Waivers: `# gitopslint: ignore[rule] reason` on the line of a finding or on its own above it, and the contract's."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from gitopslint.checks.secrets.manner import manner_of
from gitopslint.model.closest import closest
from gitopslint.model.document import Comment, Document
from gitopslint.model.finding import Finding, Offence, Waived
from gitopslint.model.lazy import lazy
from gitopslint.model.moment import check_day, is_past
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Catalogue
from gitopslint.model.secret import TextFile
from gitopslint.model.span import Span
from gitopslint.model.waiver import Allowance, Waiver

NEEDLE = "gitopslint:"
_FORM = lazy(r"gitopslint:\s*ignore\s*(?:\[(?P<rules>[^\]]*)\])?(?P<reason>.*)")

# Compiled where it is needed, because few files hold a waiver.
_UNTIL = r"[\s:–—-]*until\s+(?P<day>\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})(?!\w)"
_DECORATION = " \t:-–—"
_WAY_OUT = "mend what it was for, or give it a later day"

UNEXPLAINED, UNKNOWN, UNUSED, EXPIRED = "unexplained-waiver", "unknown-waiver", "unused-waiver", "expired-waiver"


def find_waivers(document: Document) -> Iterator[Waiver]:
    """Yield the waivers in the comments of a document."""
    if NEEDLE not in document.text:
        return
    from gitopslint.loaders.comments import comments  # few files hold a waiver

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
    from gitopslint.loaders.comments import marked_comments

    marked = list(marked_comments(file.text))
    alone = {comment.line for comment in marked if comment.alone}
    for comment in marked:
        if comment.text.startswith(NEEDLE):
            yield _read(file.path, comment, alone)


class Applied(NamedTuple):
    """Findings that stand, those that are waived, and the waivers that speak of any."""

    standing: list[Finding]
    waived: list[Waived]
    touched: set[Waiver]


def apply(findings: Sequence[Finding], waivers: Sequence[Waiver], today: str | None) -> Applied:
    """Hold findings against waivers. One without a reason, or whose last day has gone by, waives nothing."""
    applied = Applied([], [], set())
    anywhere = [waiver for waiver in waivers if waiver.entry is not None]
    by_line: dict[tuple[str, int], list[Waiver]] = {}
    for waiver in waivers:
        if waiver.entry is None:
            by_line.setdefault((waiver.span.path, waiver.line), []).append(waiver)
    for finding in findings:
        near = by_line.get((finding.span.path, finding.span.line), ())
        concerned = [waiver for waiver in (*near, *anywhere) if waiver.concerns(finding)]
        applied.touched.update(concerned)
        valid = next((one for one in concerned if one.is_valid(today)), None)
        if valid is not None:
            applied.waived.append(Waived(finding, valid.reason, valid.span, external=valid.entry is not None))
        else:
            applied.standing.append(finding)
    return applied


class Verdicts(NamedTuple):
    """Which rules said all that they could have said about this repository: only then something is gone for sure."""

    ran: Container[str]
    undecided: Container[str]
    everywhere: bool = True
    """Whether all apps and files were looked at."""

    def given(self, rules: Iterable[str]) -> bool:
        """Tell whether all these rules ran and could decide."""
        return self.everywhere and all(rule in self.ran and rule not in self.undecided for rule in rules)


def offences(
    waivers: Sequence[Waiver], touched: set[Waiver], catalogue: Catalogue, verdicts: Verdicts, today: str | None
) -> Iterator[tuple[str, Offence]]:
    """Yield what is wrong with the waivers themselves, by rule."""
    for waiver in waivers:
        if waiver.flaw is not None:
            rule, message = waiver.flaw
            yield rule, Offence(message, waiver.span, key_path=waiver.rules)
            continue
        unknown = [rule for rule in waiver.rules if rule not in catalogue]
        for rule in unknown:
            near = closest(rule, list(catalogue))
            hint = f"did you mean {near!r}?" if near else "`gitopslint rules` lists all"
            yield UNKNOWN, Offence(f"there is no rule {rule!r} to waive: {hint}", waiver.span, key_path=(rule,))
        if unknown:
            continue
        gone = waiver not in touched and verdicts.given(waiver.rules)
        if not waiver.reason:
            yield UNEXPLAINED, _about(waiver, "gives no reason, so it waives nothing: write one behind the bracket")
        elif gone:
            allows = isinstance(waiver.entry, Allowance)
            yield UNUSED, _about(waiver, f"has nothing to {'allow' if allows else 'waive'} any more: remove it")
        elif waiver.until is not None and is_past(waiver.until, today):
            yield EXPIRED, _about(waiver, f"ended with {waiver.until}, so it counts no more: {_WAY_OUT}")


def _about(waiver: Waiver, problem: str) -> Offence:
    if isinstance(waiver.entry, Allowance):
        return Offence(f"this entry of `secrets.allow` {problem}", waiver.span, key_path=("secrets", "allow"))
    # What a comment waives is its anchor; an entry of the contract may move up and down in its list.
    place = () if waiver.entry is None else ("waivers",)
    return Offence(f"the waiver of {', '.join(waiver.rules)} {problem}", waiver.span, key_path=(*place, *waiver.rules))


def _read(path: str, comment: Comment, alone: set[int]) -> Waiver:
    span = Span(path, comment.line, comment.column, comment.line, comment.column + 2 + len(comment.text))
    line = comment.line
    while line in alone:  # a comment of its own speaks for the next line that is none
        line += 1
    match = _FORM.fullmatch(comment.text)
    rules = tuple(rule.strip() for rule in (match["rules"] or "").split(",") if rule.strip()) if match else ()
    said = match["reason"] if match else ""
    ending = re.match(_UNTIL, said)
    reason = (said[ending.end() :] if ending else said).strip(_DECORATION)
    until = ending["day"] if ending else None
    return Waiver(span, rules, reason, line, until=until, flaw=_flaw(rules, until))


def _flaw(rules: tuple[str, ...], until: str | None) -> tuple[str, str] | None:
    if not rules:
        return UNKNOWN, "this waiver names no rule: write `gitopslint: ignore[rule] reason`"
    try:
        if until is not None:
            check_day(until)
    except ValueError as error:
        return EXPIRED, f"{error}, so the waiver of {', '.join(rules)} waives nothing: correct its last day"
    return None

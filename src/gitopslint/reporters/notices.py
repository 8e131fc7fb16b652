"""What a run did not check, for formats that have no place for it: left out, it would look like a pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from gitopslint.model.finding import Report
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span, file_start, is_across


class Notice(NamedTuple):
    """One thing that was not checked, in one sentence. `span` is None for what belongs to no file of the repository."""

    kind: Literal["undecided", "fault", "unread"]
    rules: tuple[str, ...]
    subject: str
    text: str
    span: Span | None


def notices(report: Report) -> Iterator[Notice]:
    """Yield all that a report does not know."""
    for doubt in report.undecided:
        own = [span for span in doubt.spans if span.path and not is_across(span.path)]
        more = len(doubt.spans) - 1
        also = f" (here and in {more} more {'place' if more == 1 else 'places'})" if more > 0 else ""
        text = f"undecided ({', '.join(doubt.rules)}): {doubt.reason}{also}; to decide it: {doubt.remedy}"
        yield Notice("undecided", doubt.rules, "", text, own[0] if own else None)
    for fault in report.faults:
        text = f"not checked: the rule {fault.rule} crashed on {fault.subject} ({fault.error}), a bug of gitopslint"
        yield Notice("fault", (fault.rule,), fault.subject, text, None)
    for unread in report.unread:
        text = f"not checked: this file could not be read: {unread.reason}"
        yield Notice("unread", (), "", text, file_start(unread.path))

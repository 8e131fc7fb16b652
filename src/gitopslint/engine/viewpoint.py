"""From which of the two repositories a report speaks.

While a run goes on, plain paths are those of the product, and those of the platform are marked (`across`). A run that
stands in the platform turns that round, and either one keeps what lies in its own repository.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitopslint.model.finding import Finding, Fix, Related, Undecided, Unread
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.source import Source
from gitopslint.model.span import Span, across, is_across, named_across


class Viewpoint(NamedTuple):
    """`other` is what the other repository is called, `turned` whether the report speaks from the platform."""

    other: str
    turned: bool

    def is_own(self, path: str) -> bool:
        """Tell whether a path, as it was during the run, lies in the repository of the report."""
        return is_across(path) == self.turned

    def path(self, path: str) -> str:
        """Return a path as the report names it."""
        return across(path) if self.turned else path

    def span(self, span: Span) -> Span:
        """Return a span as the report names it."""
        return span._replace(path=across(span.path)) if self.turned else span

    def text(self, text: str) -> str:
        """Return a message without the marks of the run."""
        return text.replace("\0", "") if self.turned else named_across(text, self.other)

    def findings(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings of this repository; those in the other one are the matter of its own run."""
        for finding in findings:
            if self.is_own(finding.span.path):
                yield finding._replace(
                    message=self.text(finding.message),
                    span=self.span(finding.span),
                    related=tuple(Related(self.span(one.span), self.text(one.note)) for one in finding.related),
                    fix=self._fix(finding),
                )

    def doubts(self, undecided: Iterable[Undecided]) -> Iterator[Undecided]:
        """Yield what is undecided here, with its places."""
        for one in undecided:
            if not self.turned:
                yield one._replace(reason=self.text(one.reason))
            elif any(self.is_own(span.path) for span in one.spans):
                yield one._replace(reason=self.text(one.reason), spans=tuple(sorted(map(self.span, one.spans))))

    def sources(self, sources: dict[str, Source]) -> dict[str, Source]:
        """Return the texts of this repository by the paths of the report."""
        return {self.path(path): source for path, source in sources.items() if self.is_own(path)}

    def unread(self, unread: Iterable[Unread]) -> list[Unread]:
        """Return the files of this repository that could not be read."""
        return [Unread(self.path(one.path), self.text(one.reason)) for one in unread if self.is_own(one.path)]

    def _fix(self, finding: Finding) -> Fix | None:
        fix = finding.fix
        if fix is None or not self.turned:
            return fix
        return fix._replace(edits=tuple(edit._replace(span=self.span(edit.span)) for edit in fix.edits))

"""What the tool says, to the letter, in files beside the tests that hold it (`said/*.txt`).

`make generate` writes them (`python -m tests.support.said`). So whoever changes a message, a place or a remedy sees in
the review what its user will see.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from gitopslint.model.finding import Finding, Report
from gitopslint.model.span import Span
from tests.support.project import ROOT

_TITLE = re.compile(r"^## (.+)\n\n", re.MULTILINE)


def said(report: Report) -> str:
    """Write down what a report tells its user about files, and what it leaves undecided."""
    lines = [line for finding in report.findings for line in _finding(finding)]
    lines += [f"waived: {_place(one.finding.span)} [{one.finding.rule}] {one.reason}" for one in report.waived]
    for one in report.undecided:
        lines += [f"undecided[{' '.join(one.rules)}] {one.reason}", f"    decide: {one.remedy}"]
        lines += [f"    {_place(span)}" for span in one.spans]
    return "".join(f"{line}\n" for line in lines)


class Book:
    """A folder of such files, with a chapter for each rule or family."""

    def __init__(self, folder: str) -> None:
        self.folder = ROOT / "tests" / folder / "said"

    def read(self, chapter: str) -> dict[str, str]:
        """Return what is written down in a chapter, by title; what is silent has no title."""
        file = self._file(chapter)
        _, *parts = _TITLE.split(file.read_text("utf-8") if file.is_file() else "")
        return {title: text.rstrip("\n") + "\n" for title, text in zip(parts[::2], parts[1::2], strict=True)}

    def titles(self) -> set[tuple[str, str]]:
        """Return everything that has a title: chapter and title."""
        return {(file.stem, title) for file in self.folder.glob("*.txt") for title in self.read(file.stem)}

    def write(self, texts: Iterable[tuple[str, str, str]]) -> None:
        """Write all of it anew, given as chapter, title and text."""
        chapters: dict[str, list[str]] = defaultdict(list)
        for chapter, title, text in texts:
            if text:
                chapters[chapter].append(f"## {title}\n\n{text}")
        self.folder.mkdir(exist_ok=True)
        for file in self.folder.glob("*.txt"):
            if file.stem not in chapters:
                file.unlink()
        for chapter, parts in chapters.items():
            self._file(chapter).write_text("\n".join(parts), "utf-8")

    def _file(self, chapter: str) -> Path:
        return self.folder / f"{chapter}.txt"


def _finding(finding: Finding) -> Iterator[str]:
    yield f"{_place(finding.span)} {finding.level}[{finding.rule}] {finding.message}"
    about = " in ".join(one for one in (finding.app, finding.environment) if one is not None)
    if about:
        yield f"    of: {about}"
    if finding.key_path:
        yield f"    at: {'.'.join(map(str, finding.key_path))}"
    for related in finding.related:
        yield f"    related: {_place(related.span)} {related.note}"
    if finding.fix is not None:
        marks = [mark for mark, holds in (("unsafe", not finding.fix.safe), ("neutral", finding.fix.neutral)) if holds]
        yield f"    fix [{' '.join(marks) or 'safe'}]: {finding.fix.title}"
        yield from (f"        {_place(edit.span)} -> {edit.text!r}" for edit in finding.fix.edits)


def _place(span: Span) -> str:
    return f"{span}-{span.end_line}:{span.end_column}".replace("\0", "(other) ")


def main() -> None:
    """Write every book."""
    from tests.support.examples import examples, tried
    from tests.support.situations import SITUATIONS

    texts = ((rule, f"{kind}: {one['title']}", said(tried(rule, kind, one).report)) for rule, kind, one in examples())
    Book("rules").write(texts)
    Book("checks").write(
        (family, title, said(situation.report()))
        for family, situations in SITUATIONS.items()
        for title, situation in situations.items()
    )


if __name__ == "__main__":
    main()

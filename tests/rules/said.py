"""What the tool says about the examples of the rules, to the letter: one file for each rule in `said/`.

`make generate` writes them (`python -m tests.rules.said`), and the test of the examples holds them. So whoever changes
a message, a place or a remedy sees in the review what its user will see.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from gitopslint.model.finding import Finding, Report
from gitopslint.model.span import Span
from tests.support.examples import examples, tried

FOLDER = Path(__file__).parent / "said"
_TITLE = re.compile(r"^## (.+)\n\n", re.MULTILINE)


def said(report: Report) -> str:
    """Write down what a report tells its user about files, and what it leaves undecided."""
    lines = [line for finding in report.findings for line in _finding(finding)]
    for one in report.undecided:
        lines += [f"undecided[{' '.join(one.rules)}] {one.reason}", f"    decide: {one.remedy}"]
        lines += [f"    {_place(span)}" for span in one.spans]
    return "".join(f"{line}\n" for line in lines)


def recorded(rule: str) -> dict[str, str]:
    """Return what is written down for a rule, by kind and title of the example."""
    file = FOLDER / f"{rule}.txt"
    _, *parts = _TITLE.split(file.read_text("utf-8") if file.is_file() else "")
    return {title: text.rstrip("\n") + "\n" for title, text in zip(parts[::2], parts[1::2], strict=True)}


def record() -> None:
    """Write down anew what is said about all examples that are not silent."""
    FOLDER.mkdir(exist_ok=True)
    texts: dict[str, list[str]] = defaultdict(list)
    for rule, kind, example in examples():
        if text := said(tried(rule, kind, example).report):
            texts[rule].append(f"## {kind}: {example['title']}\n\n{text}")
    for file in FOLDER.glob("*.txt"):
        file.unlink()
    for rule, parts in texts.items():
        (FOLDER / f"{rule}.txt").write_text("\n".join(parts), "utf-8")


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
        yield f"    fix{'' if finding.fix.safe else ' (unsafe)'}: {finding.fix.title}"
        yield from (f"        {_place(edit.span)} -> {edit.text!r}" for edit in finding.fix.edits)


def _place(span: Span) -> str:
    return f"{span}-{span.end_line}:{span.end_column}".replace("\0", "(other) ")


if __name__ == "__main__":
    record()

"""How much of the text of files a report keeps."""

from __future__ import annotations

from gitopslint.engine.excerpts import pointed_at, trimmed
from gitopslint.engine.joining import joined
from gitopslint.model.finding import Edit, Finding, Fix, Related, Undecided
from gitopslint.model.part import Part
from gitopslint.model.source import Source
from gitopslint.model.span import Span, file_start
from gitopslint.model.waiver import Waiver

HERE, THERE, EDITED = Span("a", 2, 1, 2, 3), Span("b", 1, 1, 1, 2), Span("c", 4, 1, 5, 1)


def test_what_is_pointed_at() -> None:
    """Places of findings, of what is related, of edits, and of doubts."""
    finding = Finding("r", "error", "", HERE, "", (Related(THERE, ""),), fix=Fix("", (Edit(EDITED, ""),)))
    assert list(pointed_at([finding], [Undecided(("r",), "", "", (THERE,))])) == [HERE, THERE, EDITED, THERE]
    assert list(pointed_at([finding._replace(fix=None)], [])) == [HERE, THERE]


def test_what_is_kept() -> None:
    """Files of findings whole, of files with doubts the lines in which columns are counted, and no others."""
    sources = {path: Source(("one", "two", "three", "four", "five", "six")) for path in "abcd"}
    doubts = [Undecided(("r",), "", "", (EDITED, file_start("d")))]
    kept = trimmed(sources, {"a"}, doubts)
    assert list(kept) == ["a", "c"]
    assert kept["a"] == sources["a"]
    assert kept["c"] == Source(("", "", "", "four", "five"), whole=False)


def test_what_one_part_of_all_keeps() -> None:
    """A file is kept whole where a finding or a waiver stands in it; it need not have both."""
    finding = Finding("r", "error", "", HERE, "")
    sources = {path: Source(("one", "two")) for path in "abc"}
    everything = joined([Part((finding,), waivers=(Waiver(THERE, ("r",), "a demo"),), sources=sources)])
    assert everything.part().sources == {path: sources[path] for path in "ab"}

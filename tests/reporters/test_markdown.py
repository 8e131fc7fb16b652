"""The comment for merge requests, read with the parser that GitHub uses."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.model.board import Board, Track
from gitopslint.model.finding import Comparison, Report, Undecided
from gitopslint.model.span import file_start
from gitopslint.reporters import markdown
from tests.support import reports
from tests.support.boards import track
from tests.support.reports import LAYER, REPORTS, finding, on

OURS = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "br", "strong", "code"}


class Rendered(HTMLParser):
    """The elements of a rendered comment, and its text outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.plain = ""
        self.code: list[str] = []
        self._depth = 0
        self.feed(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Note the element."""
        self.tags.add(tag)
        if tag == "code":
            self._depth += 1
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        """Note the end of code."""
        self._depth -= tag == "code"

    def handle_data(self, data: str) -> None:
        """Note the text."""
        if self._depth:
            self.code[-1] += data
        else:
            self.plain += data


def board(*tracks: Track) -> Board:
    """Return a board of two environments."""
    return Board(("dev", "prod"), tracks)


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_renders(build: Any) -> None:
    """Every kind of report becomes headings, tables and lists, and nothing else."""
    text = markdown.render(build())
    rendered = Rendered(text)
    assert rendered.tags <= OURS
    assert text == markdown.render(build())
    assert text.startswith("<!-- gitopslint -->\n## gitopslint: ")


def test_a_finding() -> None:
    """Level, rule, place, and what is wrong."""
    (row,) = [line for line in markdown.render(reports.one_finding()).splitlines() if line.startswith("| error")]
    assert row == (
        "| error | `mutable-tag` | `deploy/env/release-prod/shop.yaml:3` | "
        "shop in prod runs the tag 'latest', which moves |"
    )


ATTACKS = (
    "@everyone",
    "mail@example.com",
    "#12 !34 ~bug %v1 &9 GH-7 $5",
    "/approve",
    "\n/merge\n",
    "[a](https://example.com) ![b](https://example.com/x.png)",
    "https://example.com www.example.com",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</code><b>x</b>",
    "`code` ``@x`` `@y",
    "a|b \\| \\\\| |@x|",
    "**bold** __x__ ~~y~~ # title",
    "&lt;b&gt; &#64;x",
    "`|@everyone www.example.com|`",
    "--- \n| a |\n",
    "<!-- x --> -->",
    "deadbeefcafe 4f9d2c7",
    ":tada: @a.b",
)


def everywhere(text: str) -> Report:
    """Return a report that has a text wherever the repository can put one."""
    hostile = reports.report(finding(message=f"the tag '{text}' moves {text}", span=on(text, 1, 1, 2)))
    doubt = Undecided(("mutable-tag",), f"why {text}", f"do `{text}`", (file_start(text),))
    return hostile._replace(
        undecided=(doubt,),
        unread=reports.unread().unread,
        prefix=text,
        contract=text,
        board=board(track(text, text, text, "behind", 2)),
        comparison=Comparison(text, frozenset(), 0),
    )


def harmless(text: str) -> None:
    """Assert that a text does nothing wherever it stands."""
    comment = markdown.render(everywhere(text))
    rendered = Rendered(comment)
    assert rendered.tags <= OURS
    assert not re.search(r"@\w|https?:|www\.|[!#~%&$]\d|GH-\d|:\w+:", rendered.plain), rendered.plain
    assert not re.search(r"^\s*/", comment, re.MULTILINE)
    assert comment.count("### ") == 4
    for line in comment.splitlines():
        assert not line or line.startswith(
            (
                "<!-- gitopslint -->",
                "## ",
                "### ",
                "| ",
                "|-",
                "- ",
                "None",
                "This",
                "Neither",
                "1 app",
                "3 apps",
                "And",
                "**",
            )
        )


@pytest.mark.parametrize("text", ATTACKS)
def test_harmless(text: str) -> None:
    """No text of the repository mentions, links, refers, orders or draws."""
    harmless(text)


@given(st.text(st.sampled_from("ab1@#!`|\\<>&[]()*_~/:.-\n '\""), max_size=12))
def test_always_harmless(text: str) -> None:
    """Nor does any other."""
    harmless(text)


@given(st.text(st.sampled_from("ab|`\\<&@ "), min_size=1, max_size=8))
def test_code_shows_the_text(text: str) -> None:
    """What stands in code is the very text, but for blanks and characters without width."""
    words = " ".join(text.split())
    comment = markdown.render(reports.report()._replace(board=board(track(f"app{words}z", "1", "2", "behind", 1))))
    shown = [html.unescape(one).replace("\u200b", "") for one in Rendered(comment).code]
    assert f"app{words}z" in shown


def test_board() -> None:
    """Apps and environments: tag, since when, how prod stands to dev, and the verdict."""
    report = reports.report()._replace(board=board(track("shop", "1.3", "1.2", "behind", 1), track("blog", "1", "1")))
    assert markdown.render(report).partition("### Promotion board\n\n")[2] == (
        "| app | `dev` | `prod` |\n"
        "|---|---|---|\n"
        "| `shop` | `1.3`<br>since 2026-03-01<br>no findings | `1.2`<br>since 2026-03-01<br>1 build behind dev<br>no findings |\n"
        "\n"
        "1 app without findings, the same everywhere.\n"
    )


def test_counts_what_it_leaves_out() -> None:
    """A table ends after fifty rows, and says how many there are more."""
    report = reports.report(*(finding(message=f"number {number}") for number in range(61)))
    report = report._replace(board=board(*(track(f"app-{number}", "2", "1", "behind", 1) for number in range(60))))
    text = markdown.render(report)
    assert "And 11 findings more.\n" in text
    assert "10 apps more with something to look at.\n" in text


def test_fits_into_a_comment() -> None:
    """However much there is, GitHub takes it, and it says that something is missing."""
    long = "x" * 5_000
    report = reports.report(*(finding(message=f"{long} {number}", span=on(long, 1, 1, 2)) for number in range(500)))
    text = markdown.render(report)
    assert len(text) < 65_536
    assert text.endswith("**The rest does not fit into a comment.** See the report in another format.\n")


def test_nothing_green_by_accident() -> None:
    """Crashes and unread files come before everything, and what is undecided has a part of its own."""
    report = reports.undecided()._replace(faults=reports.faults().faults, unread=reports.unread().unread)
    titles = re.findall("^### (.*)", markdown.render(report), re.MULTILINE)
    assert titles == ["Not checked", "Findings", "Undecided"]
    assert LAYER in markdown.render(report)
    assert "2 undecided, 1 unread file, 2 faults" in markdown.render(report).splitlines()[1]

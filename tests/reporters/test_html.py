"""The page as text: what is in it, and that nothing of the repository is markup."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from typing import Any

import pytest

from gitopslint import __version__
from gitopslint.loaders.resources import page_parts
from gitopslint.model.board import Board
from gitopslint.model.finding import Comparison, Fault, Report, Undecided, Unread
from gitopslint.model.span import file_start
from gitopslint.reporters import html
from gitopslint.reporters.page.elements import Markup, element, join
from tests.support import reports
from tests.support.boards import track
from tests.support.reports import LAYER, REPORTS, finding, on

STYLE, SCRIPT = page_parts()
ATTACK = "\"'><script>hacked()</script><img src=x onerror=hacked()></style></title><!--&lt;"


def page(report: Report) -> str:
    """Return the page of a report."""
    return html.render(report, __version__, STYLE, SCRIPT)


class Outline(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data

    def having(self, name: str) -> list[str | None]:
        """Return the values of an attribute."""
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def everywhere(text: str) -> Report:
    """Return a report that has a text wherever the repository can put one."""
    found = finding(message=text, span=on(text, 1, 1, 3), app=text, environment=text)
    return reports.report(found, sources={text: f"{text}\n"})._replace(
        undecided=(Undecided((text,), text, text, (file_start(text),)),),
        faults=(Fault(text, text, text),),
        unread=(Unread(text, text),),
        prefix=text,
        contract=text,
        board=Board(("dev", "prod"), (track(text, text, text, said=text),)),
        comparison=Comparison(text, frozenset(), 0),
    )


@pytest.mark.parametrize(("known", "word"), {"known": (True, "pass"), "new": (False, "violation")}.values())
def test_verdict(known: bool, word: str) -> None:
    """What is known fails no run, so the word above the page does not say that it did."""
    one = finding()
    prints = frozenset({one.fingerprint}) if known else frozenset()
    text = page(reports.report(one)._replace(comparison=Comparison("main", prints, 0)))
    assert f'<span class="verdict {word}">{word}</span>' in text


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_whole(build: Any) -> None:
    """Every kind of report is a page, the same again, that loads nothing and runs only what its policy names."""
    text = page(build())
    assert text == page(build())
    outline = Outline(text)
    tags = [tag for tag, _ in outline.elements]
    assert (tags.count("script"), tags.count("style"), tags.count("main"), tags.count("h1")) == (1, 1, 1, 1)
    assert not outline.having("src")
    assert not outline.having("style")
    assert all(link is not None and link.startswith("#") for link in outline.having("href"))
    ids = outline.having("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in outline.having("href") if link is not None} <= set(ids)


def test_policy() -> None:
    """The policy forbids everything but the style and the script, by their hashes."""
    text = page(reports.one_finding())
    (policy,) = (attributes["content"] for _, attributes in Outline(text).elements if "http-equiv" in attributes)
    hashes = {
        name: b64encode(hashlib.sha256(content.encode()).digest()).decode()
        for name in ("style", "script")
        for content in re.findall(f"<{name}>(.*?)</{name}>", text, re.DOTALL)
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_script_writes_no_markup() -> None:
    """The script puts text where it puts anything, so nothing becomes markup in the browser either."""
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|fetch|XMLHttp|import\(", SCRIPT)


def test_text_of_the_repository_is_text() -> None:
    """Whatever stands in the repository, the page has the same elements, and shows it."""
    outline, harmless = Outline(page(everywhere(ATTACK))), Outline(page(everywhere("harmless words")))
    assert [tag for tag, _ in outline.elements] == [tag for tag, _ in harmless.elements]
    assert [sorted(attributes) for _, attributes in outline.elements] == [
        sorted(attributes) for _, attributes in harmless.elements
    ]
    assert outline.text.count(ATTACK) == harmless.text.count("harmless words")


def test_finding() -> None:
    """A finding has its message, its line with what is meant marked, its place, and what it is about."""
    text = page(reports.one_finding())
    assert "<p>shop in prod runs the tag &#x27;latest&#x27;, which moves</p>" in text.replace("'", "&#x27;")
    assert '<span class="number">3</span>  tag: <mark>latest</mark>' in text
    assert "<code>deploy/env/release-prod/shop.yaml:3:8</code>" in text


def test_rules_in_several_lines() -> None:
    """A rule of the repository may explain itself in several lines; they are read as one."""
    report = reports.one_finding()
    rule = report.catalogue["mutable-tag"]._replace(why="It\n  moves.\n", fix="")
    text = page(report._replace(catalogue=report.catalogue | {"mutable-tag": rule}))
    assert "<strong>Why: </strong>It moves.</p>" in text
    assert "<strong>Fix: </strong>" not in text


def test_nothing_green_by_accident() -> None:
    """What is undecided, crashed or not read is on the page, in words."""
    report = reports.undecided()._replace(faults=reports.faults().faults, unread=(Unread(LAYER, "Permission denied"),))
    text = Outline(page(report)).text
    assert "gitopslint undecided" in text
    for words in (
        "the history is truncated",
        "set GIT_DEPTH to 0",
        "the rule mutable-tag crashed on shop in dev",
        "this file could not be read: Permission denied",
    ):
        assert words in text


def test_large_board(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many landings only the newest are drawn, of very many apps fewer, and the page says how many are not."""
    tracks = tuple(track(f"app-{number}", "2", "1", landings=62) for number in range(3))
    report = reports.report()._replace(board=Board(("dev", "prod"), tracks))
    assert page(report).count("2 older landings are not shown here.") == 3
    monkeypatch.setattr(html, "_MOST_IN_ALL", 30)
    text = page(report)
    assert text.count("52 older landings are not shown here.") == 3
    assert text.count("<circle") == 3 * 2 * 10


def test_elements() -> None:
    """Text is escaped in every place; only markup is markup."""
    assert element("p", "<b>", Markup("<br>"), None, ["&", "\u202e"], title='"x"', hidden=False) == (
        '<p title="&quot;x&quot;">&lt;b&gt;<br>&amp;\\u202e</p>'
    )
    assert join("a", element("input", disabled=True, data_x="1")) == 'a<input disabled data-x="1">'

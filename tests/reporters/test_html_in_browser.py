"""The page in a real Chromium: of a repository made by git whose every text tries to become script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitopslint.cli import main
from tests.support.browser import Browser, browser
from tests.support.project import ROOT
from tests.support.skips import without
from tests.support.story import Code, Landing, Storyteller

ATTACK = "\"'><script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
FILE = "x'\"><img src=x onerror=window.hacked=1>"  # no slash, so that it can be the name of a file
AXE = ROOT / "tests/tools/node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on a repository with three apps, one of which is hostile."""
    folder = tmp_path_factory.mktemp("page")
    teller = Storyteller(folder / "repository")
    teller.tell([Code(), Code(), {"dev": "{1}-r1"}, {"prod": "{1}-r1"}, {"dev": "{2}-r2"}, {"prod": "latest"}])
    teller.tell([Landing({"dev": "{1}-r1"}, app="blog"), Landing({"prod": "{1}-r1"}, app="blog")])
    quoted = ATTACK.replace("'", "''")
    teller.write(Landing({"dev": f"'{quoted}'"}, app=FILE))
    teller.repo.git("add", "--all")
    teller.repo.git(
        "commit", "--quiet", f"--message={ATTACK}", f"--author={ATTACK.replace('<', '(').replace('>', ')')} <a@b.c>"
    )
    teller.write(Landing({"prod": f"'{quoted}'"}, app=FILE))
    page = folder / "report.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder / "repository")
        main(["check", "--output-format", "html", "--output-file", str(page)])
    return page


@pytest.fixture
def page(chromium: Browser, written: Path) -> Iterator[Browser]:
    """The page as it is when it was just opened. Afterwards the console must have said nothing."""
    chromium.emulate(prefers_color_scheme="light", prefers_reduced_motion="no-preference")
    chromium.resize(1280, 900)
    chromium.open(written)
    yield chromium
    assert chromium.console() == []


def shown(page: Browser, selector: str) -> list[str]:
    """Return the texts of the elements that can be seen."""
    found: list[str] = page.run(
        "return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility()).map(e => e.textContent)",
        selector,
    )
    return found


def choose(page: Browser, name: str, text: str) -> None:
    """Choose from a list by what it shows."""
    page.run(
        "const list = document.getElementById(arguments[0]);"
        "list.value = [...list.options].find(one => one.text === arguments[1]).value;"
        "list.dispatchEvent(new Event('input', {bubbles: true}))",
        f"filter-{name}",
        text,
    )
    page.run_async("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")


def test_renders(page: Browser) -> None:
    """The board has a row for each app, and every time has its distance from today."""
    rows = shown(page, ".board tbody th")
    assert sorted(rows) == sorted(["blog", "shop", FILE])
    assert page.run("return document.title").startswith("gitopslint: ")
    times = page.run("return [...document.querySelectorAll('time')].map(e => e.nextSibling.textContent)")
    assert times
    assert all(text.endswith(" ago)") for text in times)


def test_no_script_of_the_repository(page: Browser) -> None:
    """Tags, paths, names, authors and subjects stay text, and are there to be read."""
    assert page.run("return window.hacked === undefined")
    assert page.run("return document.querySelectorAll('script').length") == 1
    assert page.run("return document.querySelectorAll('img, iframe, object, form[action]').length") == 0
    texts = page.run("return document.body.textContent")
    assert texts.count(ATTACK) > 3
    assert FILE in texts


def test_policy_is_in_force(page: Browser) -> None:
    """Even markup that came in some other way would not run."""
    page.run("const e = document.createElement('script'); e.textContent = 'window.hacked = 1'; document.body.append(e)")
    page.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked = 1\">')")
    assert page.run("return window.hacked === undefined")
    said = page.console()
    assert said
    assert all("Content Security Policy" in message for message in said)


def test_search(page: Browser) -> None:
    """Searching narrows board, findings and landings, and says to how much."""
    before = page.run("return document.getElementById('count').textContent")
    page.type("#search", "shop latest")
    page.run_async("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert shown(page, ".board tbody th") == ["shop"]
    assert all("shop" in text for text in shown(page, "#findings .finding"))
    assert shown(page, ".track .name") == ["shop"]
    after = page.run("return document.getElementById('count').textContent")
    assert after != before
    assert after.endswith(" 1 of 3 rows of the board")
    page.click("#filters button[type=reset]")
    page.run_async("setTimeout(arguments[0], 50)")
    assert page.run("return document.getElementById('count').textContent") == before


def test_filters(page: Browser) -> None:
    """Lists narrow by level, app, environment and rule, alone and together."""
    total = len(shown(page, "#findings .finding"))
    choose(page, "level", "warning")
    assert all(text.startswith("warning") for text in shown(page, "#findings .finding"))
    choose(page, "level", "all")
    choose(page, "app", "shop")
    by_app = shown(page, "#findings .finding")
    assert 0 < len(by_app) < total
    choose(page, "environment", "prod")
    assert 0 < len(shown(page, "#findings .finding")) <= len(by_app)
    assert all("shop in prod" in text for text in shown(page, "#findings .finding"))
    choose(page, "rule", "mutable-tag")
    (only,) = shown(page, "#findings .finding")
    assert only.startswith("errormutable-tagshop in prod")
    choose(page, "level", "undecided")
    assert shown(page, "#findings .finding") == []


def test_theme(page: Browser, written: Path) -> None:
    """The page follows the system, and the button turns it round."""
    background = "return getComputedStyle(document.body).backgroundColor"
    light = page.run(background)
    page.click("#theme")
    dark = page.run(background)
    assert light != dark
    assert page.run("return document.getElementById('theme').textContent") == "Light theme"
    page.click("#theme")
    assert page.run(background) == light
    page.emulate(prefers_color_scheme="dark")
    page.open(written)
    assert page.run(background) == dark


def test_keyboard(page: Browser) -> None:
    """Everything can be reached and used without a mouse, in the order of the page, and it shows where one is."""
    tab, enter = "\ue004", "\ue007"
    visited = []
    for _ in range(14):
        page.press(tab)
        what = "return [document.activeElement.id || document.activeElement.textContent.slice(0, 20), "
        name, outline = page.run(f"{what} getComputedStyle(document.activeElement).outlineStyle]")
        visited.append(name)
        assert outline != "none", name
    assert visited[:2] == ["Skip to the findings", "theme"]
    assert visited[2:7] == ["search", "filter-level", "filter-app", "filter-environment", "filter-rule"]
    assert "blog" in visited
    page.run("[...document.querySelectorAll('.board th a')].find(e => e.textContent === 'shop').focus()")
    page.press(enter)
    page.run_async("setTimeout(arguments[0], 50)")
    assert page.run("return document.activeElement.textContent").startswith("shop")
    (picture,) = shown(page, ".drawing")
    assert "Landings of shop: 4" in picture
    page.press(enter)
    assert shown(page, ".drawing") == []


def test_narrow(page: Browser) -> None:
    """On a telephone nothing but tables and pictures scrolls sideways."""
    page.resize(500, 800)
    assert page.run("return document.documentElement.scrollWidth <= window.innerWidth")


def test_reduced_motion(page: Browser) -> None:
    """Who wants no motion gets none."""
    behaviour = "return getComputedStyle(document.documentElement).scrollBehavior"
    assert page.run(behaviour) == "smooth"
    page.emulate(prefers_reduced_motion="reduce")
    assert page.run(behaviour) == "auto"


def test_print(page: Browser) -> None:
    """On paper there is no control, and it is light, whatever the screen is like."""
    ink = "return getComputedStyle(document.body).color"
    page.emulate(prefers_color_scheme="dark")
    dark = page.run(ink)
    page.emulate(media="print", prefers_color_scheme="dark")
    try:
        light = page.run(ink)
        assert light != dark
        page.run("document.documentElement.dataset.theme = 'dark'")  # as by the button
        assert page.run(ink) == light
        assert shown(page, "#filters, #theme") == []
    finally:
        page.emulate()


def test_without_script(page: Browser, written: Path) -> None:
    """Without script there is all there is to read, and no button that does nothing."""
    page.without_script(True)
    try:
        page.open(written)
        assert len(shown(page, ".board tbody tr")) == 3
        assert shown(page, "#findings .finding")
        assert shown(page, "#filters, #theme") == []
    finally:
        page.without_script(False)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible(page: Browser, written: Path, theme: str) -> None:
    """axe-core finds nothing, with all landings open, in either theme."""
    if not AXE.exists():
        without("axe-core (make tools)")
    page.emulate(prefers_color_scheme=theme)
    page.open(written)
    page.run("document.querySelectorAll('details').forEach(e => e.open = true)")
    page.run(AXE.read_text("utf-8"))
    problems: list[dict[str, Any]] = page.run_async(
        "const done = arguments[0]; axe.run().then(result => done(result.violations.map("
        "one => one.id + ': ' + one.nodes.map(node => node.html).slice(0, 3).join(' '))))"
    )
    assert problems == []


def test_example(chromium: Browser, tmp_path: Path) -> None:
    """The report on the project's own example opens without a word on the console."""
    file = tmp_path / "report.html"
    main(["check", str(ROOT / "examples/web-core"), "--output-format", "html", "--output-file", os.fspath(file)])
    chromium.open(file)
    assert len(shown(chromium, ".board tbody tr")) == 3
    assert chromium.console() == []

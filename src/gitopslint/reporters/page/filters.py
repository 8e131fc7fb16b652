"""What a reader can narrow the page to. Hidden until the script is there to do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitopslint.model.finding import Report
from gitopslint.model.rule import LEVELS
from gitopslint.reporters.page.elements import Markup, element


def filter_form(report: Report, apps: Mapping[str, int]) -> Markup:
    """Return the search field and a list for each property of findings."""
    levels = [(level, level) for level in (*reversed(LEVELS), "undecided")]
    named = [(str(number), name) for name, number in apps.items()]
    environments = [(name, name) for name in _environments(report)]
    rules = sorted({*(one.rule for one in report.findings), *(rule for one in report.undecided for rule in one.rules)})
    search = element("label", "Search", element("input", type="search", id="search", autocomplete="off"))
    return element(
        "form",
        search,
        _choice("level", levels),
        _choice("app", named),
        _choice("environment", environments),
        _choice("rule", [(rule, rule) for rule in rules]),
        element("button", "Clear", type="reset"),
        element("p", id="count", role="status", aria_live="polite"),
        id="filters",
        role="search",
        aria_label="Filter the page",
        hidden=True,
    )


def _environments(report: Report) -> Iterable[str]:
    """Return the environments that the page is about, in the order of promotion."""
    on_board = report.board.environments if report.board is not None else ()
    tracks = report.board.tracks if report.board is not None else ()
    named = {one.environment for one in report.findings if one.environment is not None}
    named |= {one.environment for track in tracks for one in track.deployments}
    return [*(name for name in on_board if name in named), *sorted(named.difference(on_board))]


def _choice(name: str, options: Iterable[tuple[str, str]]) -> Markup:
    written = [element("option", "all", value=""), *(element("option", text, value=value) for value, text in options)]
    return element("label", name.capitalize(), element("select", written, id=f"filter-{name}"))

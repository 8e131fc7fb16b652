"""One page for people: the promotion board, findings, and the landings of every app. It needs no network.

Text of the repository stands in it as escaped text only (page/elements.py), and the page forbids the browser to run
or load anything but its own style and script, which it knows by their hashes.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode

from gitopslint.model.finding import Report
from gitopslint.model.judgement import judgements
from gitopslint.model.rule import LEVELS
from gitopslint.reporters.page.board import board_table
from gitopslint.reporters.page.elements import Markup, element, join, verbatim
from gitopslint.reporters.page.filters import filter_form
from gitopslint.reporters.page.findings import findings_list, not_checked, rule_list, undecided_list, waived_list
from gitopslint.reporters.page.timeline import track_details
from gitopslint.reporters.summary import compared, counted, counts, scope

_MOST_LANDINGS = 60  # of one app
_MOST_IN_ALL = 12_000  # beyond that the page of a large repository would take seconds to open
_FEWEST = 6


def render(report: Report, version: str, style: str, script: str) -> str:
    """Return the page. `version` is that of gitopslint, `style` and `script` are what ships with it."""
    apps = _numbered(report)
    body = element(
        "body",
        element("a", "Skip to the findings", href="#findings", class_="skip"),
        _header(report),
        element(
            "main",
            not_checked(report),
            filter_form(report, apps),
            _board(report, apps),
            _section("findings", "Findings", findings_list(report, apps)),
            _section("undecided", "Undecided", undecided_list(report, apps)),
            _landings(report, apps),
            waived_list(report),
            rule_list(report),
        ),
        element("footer", element("p", f"gitopslint {version}, {counted(len(report.rules), 'rule')} ran")),
        verbatim("script", script),
    )
    page = element("html", _head(report, style, script), body, lang="en")
    return f"<!doctype html>\n{page}\n"


def _head(report: Report, style: str, script: str) -> Markup:
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {_hash(script)}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"gitopslint: {counts(report)}"),
        verbatim("style", style),
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _numbered(report: Report) -> dict[str, int]:
    on_board = [track.app for track in report.board.tracks] if report.board is not None else []
    names = dict.fromkeys([*on_board, *sorted({one.app for one in report.findings if one.app is not None})])
    return {name: number for number, name in enumerate(names)}


def _verdict(report: Report) -> str:
    """Return the word for the whole report. For what is known no run fails, and a red word would say that it did."""
    if report.comparison is None or report.introduced:
        return report.verdict
    return report._replace(findings=()).verdict


def _header(report: Report) -> Markup:
    verdict = _verdict(report)
    tiles: list[tuple[str, int]] = [(level, report.count(level)) for level in reversed(LEVELS)]
    tiles += [("undecided", len(report.undecided)), ("waived", len(report.waived))]
    tiles += [("unread", len(report.unread))] if report.unread else []
    tiles += [("fault", len(report.faults))] if report.faults else []
    return element(
        "header",
        element(
            "div",
            element("h1", "gitopslint ", element("span", verdict, class_=f"verdict {verdict}")),
            element("p", f"{scope(report)}{compared(report)}", class_="quiet"),
            class_="titles",
        ),
        element(
            "dl",
            [
                element("div", element("dt", name), element("dd", str(number)), class_=f"tile {name if number else ''}")
                for name, number in tiles
            ],
            class_="tiles",
        ),
        element("button", "Dark theme", id="theme", type="button", hidden=True),
    )


def _section(name: str, title: str, *content: str | None) -> Markup:
    heading = element("h2", title, id=f"{name}-title")
    return element("section", heading, content, id=name, aria_labelledby=f"{name}-title")


def _board(report: Report, apps: dict[str, int]) -> Markup | None:
    if report.board is None:
        return None
    return _section("board", "Promotion board", board_table(report.board, judgements(report), apps))


def _landings(report: Report, apps: dict[str, int]) -> Markup | None:
    if report.board is None or not report.board.tracks:
        return None
    tracks = report.board.tracks
    most = min(_MOST_LANDINGS, max(_FEWEST, _MOST_IN_ALL // len(tracks)))
    opened = [track_details(number, track, apps[track.app], most) for number, track in enumerate(tracks)]
    marks = "+ release, ↑ promotion, ↶ rollback, ↓ synchronised back, ! breaks a rule, ? undecided, × gone or broken"
    legend = element("p", f"Every change of what an environment runs, one lane for each environment: {marks}.")
    return _section("landings", "Landings", legend, join(opened))

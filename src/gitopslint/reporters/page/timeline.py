"""The landings of an app: drawn, one lane for each environment, and told in a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitopslint.model.board import Arrival, Change, Track
from gitopslint.model.landing import Landing
from gitopslint.model.moment import day
from gitopslint.model.move import Kind
from gitopslint.reporters.page.board import image
from gitopslint.reporters.page.elements import Markup, date, element
from gitopslint.reporters.summary import counted

_MARKS: dict[Kind, str] = {
    "first release": "+",
    "release": "+",
    "promotion": "↑",
    "skipped environment": "!",
    "simultaneous": "!",
    "divergent": "!",
    "rollback": "↶",
    "sync back": "↓",
    "restored": "+",
    "new digest": "#",
    "imported": "•",
    "placeholder": "…",
    "corrupt": "×",
    "removed": "×",
    "undecided": "?",
}
_STEP, _LANE, _TOP, _EDGE = 88, 56, 26, 24
_LETTER = 7.5  # how wide a letter of a lane's name is at most
_LONGEST_TAG = 11
_COLOURS = 6


def track_details(number: int, track: Track, app: int, most: int) -> Markup:
    """Return one app that opens: the picture of its newest landings, and the same as a table."""
    arrivals = track.arrivals[-most:]
    told = counted(len(track.arrivals), "landing")
    newest = [" · newest ", _when(arrivals[-1].landing)] if arrivals else []
    body: list[str | None] = []
    if track.doubt is not None:
        body.append(element("p", f"Undecided: {track.doubt[0]}. To decide it: {track.doubt[1]}.", class_="quiet"))
    if len(track.arrivals) > len(arrivals):
        left = len(track.arrivals) - len(arrivals)
        body.append(element("p", f"{counted(left, 'older landing')} are not shown here.", class_="quiet"))
    if arrivals:
        body += [_figure(track, arrivals), _table(arrivals)]
    summary = element(
        "summary", element("span", str(track), class_="name"), element("span", told, newest, class_="quiet")
    )
    # The target is within, so that following a link to it opens what is around it.
    return element("details", summary, element("div", body, id=f"track-{number}"), class_="track", data_app=app)


def _figure(track: Track, arrivals: Sequence[Arrival]) -> Markup:
    lanes = [one.environment for one in track.deployments]
    width, height = _STEP * len(arrivals) + _EDGE, _y(len(lanes) - 1) + 36
    drawing = element(
        "svg",
        element("title", f"Landings of {track}: {len(arrivals)}, told in the table below"),
        [element("line", x1=0, x2=width, y1=_y(lane), y2=_y(lane), class_="rail") for lane in range(len(lanes))],
        list(_runs(lanes, arrivals, width)),
        list(_moves(lanes, arrivals)),
        list(_days(arrivals)),
        role="img",
        **_size(width, height),
    )
    label = f"Landings of {track}, drawn"
    picture = element("div", drawing, class_="drawing", role="group", aria_label=label, tabindex=0)
    return element("div", _names(lanes, height), picture, class_="scroll picture")


def _names(lanes: Sequence[str], height: int) -> Markup:
    """Return the names of the lanes, which stay where they are while the drawing scrolls."""
    width = max(round(len(name) * _LETTER) for name in lanes) + 12
    names = [element("text", name, x=0, y=_y(lane) + 4, class_="lane") for lane, name in enumerate(lanes)]
    return element("svg", names, aria_hidden="true", **_size(width, height))


def _size(width: int, height: int) -> dict[str, str]:
    return {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}


def _runs(lanes: Sequence[str], arrivals: Sequence[Arrival], width: int) -> Iterator[Markup]:
    """Yield a bar for the time in which an environment ran a build; a build has the same colour in every lane."""
    colours: dict[str, int] = {}
    began: dict[str, tuple[int, str]] = {}
    for column, arrival in enumerate(arrivals):
        for change in arrival.changes:
            if change.environment in began:
                yield _bar(lanes, change.environment, *began.pop(change.environment), _x(column), colours)
            if change.image.name is not None:
                began[change.environment] = (_x(column), change.image.name)
    for environment, (start, build) in began.items():
        yield _bar(lanes, environment, start, build, width, colours)


def _bar(lanes: Sequence[str], environment: str, start: int, build: str, end: int, colours: dict[str, int]) -> Markup:
    colour = colours.setdefault(build, len(colours) % _COLOURS)
    y = _y(lanes.index(environment)) - 4
    return element("rect", x=start, y=y, width=end - start, height=8, class_=f"run build-{colour}")


def _moves(lanes: Sequence[str], arrivals: Sequence[Arrival]) -> Iterator[Markup]:
    ran: list[set[str]] = [set() for _ in lanes]
    for column, arrival in enumerate(arrivals):
        x = _x(column)
        for change in arrival.changes:
            lane, build = lanes.index(change.environment), change.image.name or ""
            if change.kind == "promotion" and lane > 0:
                # An environment that was not there yet is passed over.
                source = next((above for above in range(lane - 1, -1, -1) if build in ran[above]), lane - 1)
                yield element("line", x1=x, x2=x, y1=_y(source), y2=_y(lane) - 11, class_="link")
            ran[lane].add(build)
            yield element(
                "g",
                element("title", _spoken(arrival.landing, change)),
                element("circle", cx=x, cy=_y(lane), r=10),
                element("text", _MARKS[change.kind], x=x, y=_y(lane) + 4, class_="mark"),
                element("text", _short(str(change.image)), x=x, y=_y(lane) + 26, class_="label"),
                class_=f"move {_tone(change)}",
            )


def _days(arrivals: Sequence[Arrival]) -> Iterator[Markup]:
    before = ""
    for column, arrival in enumerate(arrivals):
        written = "pending" if arrival.landing.pending else day(arrival.landing.time)
        if written != before:
            yield element("text", written, x=_x(column), y=10, class_="day")
        before = written


def _table(arrivals: Sequence[Arrival]) -> Markup:
    head = [element("th", name, scope="col") for name in ("when", "landing", "who", "subject", "what it did")]
    rows = [
        element(
            "tr",
            element("td", _when(arrival.landing)),
            element("td", element("code", arrival.landing.short, title=arrival.landing.id or None)),
            element("td", arrival.landing.author),
            element("td", arrival.landing.subject),
            element("td", [_told(change) for change in arrival.changes]),
        )
        for arrival in reversed(arrivals)
    ]
    table = element("table", element("thead", element("tr", head)), element("tbody", rows), class_="landings")
    return element("div", table, class_="scroll", role="group", aria_label="Landings, the newest first", tabindex=0)


def _told(change: Change) -> Markup:
    doubt = f" ({change.doubt[0]})" if change.doubt is not None and change.kind == "undecided" else ""
    level = element("span", change.level, class_=f"badge {change.level}") if change.level is not None else None
    return element("div", f"{change.environment}: {change.kind}{doubt} ", image(change.image), " ", level)


def _when(landing: Landing) -> str:
    return "not landed yet" if landing.pending else date(landing.time)


def _spoken(landing: Landing, change: Change) -> str:
    when = "not landed yet" if landing.pending else day(landing.time)
    level = f" ({change.level})" if change.level is not None else ""
    said = f", {landing.subject}" if landing.subject else ""
    return f"{change.environment}: {change.kind}{level}, {change.image}, {when}, {landing.short}{said}"


def _tone(change: Change) -> str:
    return change.level or ("undecided" if change.kind == "undecided" else "quiet")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_TAG else text[: _LONGEST_TAG - 1] + "…"


def _x(column: int) -> int:
    return _STEP * column + _STEP // 2


def _y(lane: int) -> int:
    return _TOP + _LANE * lane + 8

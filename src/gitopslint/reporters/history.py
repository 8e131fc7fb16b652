"""The history of apps as a table, and as JSON: chapter by chapter, so that several processes can share the work."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gitopslint.model.landing import Landing
from gitopslint.model.moment import length, minute
from gitopslint.model.move import Chapter, Move, Row
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.shown import spoken
from gitopslint.model.timeline import Image
from gitopslint.reporters.escape import visible

_VERSION = 1
_STEP = 2
_LONGEST_WHO, _LONGEST_TAG = 20, 40
_GAP = "  "
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "note": "\x1b[36m"}
_ORDER = {"error": 0, "warning": 1, "note": 2}


class Written(NamedTuple):
    """A chapter as it stands in a report, with the positions of its landings and how many moves there are of a kind."""

    text: str
    landings: frozenset[int]
    counts: dict[str, int]


def written_text(chapter: Chapter, *, colour: bool) -> Written:
    """Write one app and image as a table, the oldest landing first."""
    name = chapter.app if chapter.image is None else f"{chapter.app} ({chapter.image})"
    title = visible(name)
    body = _table(chapter, colour=colour) if chapter.rows else f"{_GAP}no landing\n"
    if chapter.undecided is not None:
        body = f"{_GAP}undecided: {chapter.undecided[0]}\n{_GAP}to decide it: {chapter.undecided[1]}\n"
    return _written(f"{_BOLD}{title}{_PLAIN}\n{body}" if colour else f"{title}\n{body}", chapter)


def written_json(chapter: Chapter) -> Written:
    """Write the same for programs."""
    data = {
        "app": chapter.app,
        **({"image": chapter.image} if chapter.image is not None else {}),
        "environments": list(chapter.environments),
        "landings": [_landing(chapter, row) for row in chapter.rows],
        **({"undecided": _doubt(chapter.undecided)} if chapter.undecided is not None else {}),
    }
    return _written(_indented(data, 2), chapter)


def joined_text(chapters: Sequence[Written]) -> str:
    """Return the report that chapters make, with what was counted below."""
    counted = ", ".join(f"{number} {kind}" for kind, number in _counts(chapters).items())
    landings = len(frozenset[int]().union(*(one.landings for one in chapters)))
    summary = f"{landings} landing{'' if landings == 1 else 's'}{': ' + counted if counted else ''}\n"
    return "\n".join([*(one.text for one in chapters), summary])


def joined_json(chapters: Sequence[Written]) -> str:
    """Return the same of chapters for programs."""
    apps = ",\n    ".join(one.text for one in chapters)
    apps = f"[\n    {apps}\n  ]" if apps else "[]"
    return f'{{\n  "version": {_VERSION},\n  "apps": {apps},\n  "counts": {_indented(_counts(chapters), 1)}\n}}\n'


def _indented(data: dict[str, Any], depth: int) -> str:
    """Write JSON as it stands so deep in a report. No line ends but those of its form are in it."""
    return json.dumps(data, indent=_STEP, ensure_ascii=False).replace("\n", "\n" + " " * _STEP * depth)


def _table(chapter: Chapter, *, colour: bool) -> str:
    head = ("when", "landing", "who", *chapter.environments, "what", "soak")
    lines = [[*map(visible, head)]]
    # Most rows repeat what the other environments run, and to look for credentials takes longer than all the rest.
    labels = {image: _label(image) for row in chapter.rows for image in row.images.values()}
    for row in chapter.rows:
        who = spoken(row.landing.author)
        lines.append(
            [
                "not landed yet" if row.landing.pending else minute(row.landing.time),
                row.landing.short,
                visible(who if len(who) <= _LONGEST_WHO else who[: _LONGEST_WHO - 1] + "…"),
                *(_cell(row, environment, labels) for environment in chapter.environments),
                ", ".join(_what(move, chapter, row) for move in row.moves),
                ", ".join(length(move.soak) for move in row.moves if move.soak is not None),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    written = []
    for number, line in enumerate(lines):
        text = _GAP + _GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        if colour and number == 0:
            text = f"{_DIM}{text}{_PLAIN}"
        elif colour and (levels := sorted(chapter.rows[number - 1].levels.values(), key=_ORDER.__getitem__)):
            text = f"{_COLOURS[levels[0]]}{text}{_PLAIN}"
        written.append(text + "\n")
    return "".join(written)


def _cell(row: Row, environment: str, labels: Mapping[Image, str]) -> str:
    """Return what an environment runs; a mark tells what the landing changed."""
    text = labels[row.images[environment]]
    changed = any(move.environment == environment for move in row.moves)
    return f"{text or '-'} *" if changed else text or "-"


def _label(image: Image) -> str:
    text = visible(image.label)
    return text if len(text) <= _LONGEST_TAG else text[: _LONGEST_TAG - 1] + "…"


def _what(move: Move, chapter: Chapter, row: Row) -> str:
    level = row.levels.get(move.environment)
    kind = f"{move.kind} ({level})" if level is not None else move.kind
    return f"{move.environment}: {kind}" if len(chapter.environments) > 1 else kind


def _written(text: str, chapter: Chapter) -> Written:
    counts: dict[str, int] = {}
    for row in chapter.rows:
        for move in row.moves:
            counts[move.kind] = counts.get(move.kind, 0) + 1
    return Written(text, frozenset(row.landing.position for row in chapter.rows), counts)


def _counts(chapters: Iterable[Written]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for chapter in chapters:
        for kind, number in chapter.counts.items():
            counts[kind] = counts.get(kind, 0) + number
    return dict(sorted(counts.items()))


def _landing(chapter: Chapter, row: Row) -> dict[str, Any]:
    return {
        **_commit(row.landing),
        "images": {environment: _image(row.images[environment]) for environment in chapter.environments},
        "moves": [_move(move, row) for move in row.moves],
    }


def _commit(landing: Landing) -> dict[str, Any]:
    if landing.pending:
        return {"commit": None}
    return {
        "commit": landing.id,
        "time": landing.time,
        "author": spoken(landing.author),
        "subject": spoken(landing.subject),
        "merge": landing.merge,
    }


def _image(image: Image) -> dict[str, Any]:
    image = image.presentable
    parts = {"repository": image.repository, "tag": image.tag, "digest": image.digest}
    return {"state": image.state, **{name: text for name, text in parts.items() if text is not None}}


def _move(move: Move, row: Row) -> dict[str, Any]:
    return {
        "environment": move.environment,
        "class": move.kind,
        **({"level": row.levels[move.environment]} if move.environment in row.levels else {}),
        **({"from": move.before.image.presentable.name} if move.before is not None else {}),
        **({"soak_seconds": move.soak} if move.soak is not None else {}),
        **({"undecided": _doubt(move.doubt)} if move.doubt is not None else {}),
    }


def _doubt(doubt: tuple[str, str]) -> dict[str, str]:
    return {"reason": doubt[0], "remedy": doubt[1]}

"""The history of apps as a table, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from gitopslint.model.landing import Landing
from gitopslint.model.moment import length, minute
from gitopslint.model.move import Chapter, Move, Row
from gitopslint.model.shown import spoken
from gitopslint.model.timeline import Image
from gitopslint.reporters.escape import visible

_VERSION = 1
_LONGEST_WHO, _LONGEST_TAG = 20, 40
_GAP = "  "
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "note": "\x1b[36m"}
_ORDER = {"error": 0, "warning": 1, "note": 2}


def render_text(chapters: Sequence[Chapter], *, colour: bool) -> str:
    """Return one table for each app and image, the oldest landing first, and what was counted below."""
    parts = []
    for chapter in chapters:
        name = chapter.app if chapter.image is None else f"{chapter.app} ({chapter.image})"
        title = visible(name)
        body = _table(chapter, colour=colour) if chapter.rows else f"{_GAP}no landing\n"
        if chapter.undecided is not None:
            body = f"{_GAP}undecided: {chapter.undecided[0]}\n{_GAP}to decide it: {chapter.undecided[1]}\n"
        parts.append(f"{_BOLD}{title}{_PLAIN}\n{body}" if colour else f"{title}\n{body}")
    return "\n".join([*parts, _summary(chapters)])


def render_json(chapters: Sequence[Chapter]) -> str:
    """Return the same for programs."""
    data = {
        "version": _VERSION,
        "apps": [
            {
                "app": chapter.app,
                **({"image": chapter.image} if chapter.image is not None else {}),
                "environments": list(chapter.environments),
                "landings": [_landing(chapter, row) for row in chapter.rows],
                **({"undecided": _doubt(chapter.undecided)} if chapter.undecided is not None else {}),
            }
            for chapter in chapters
        ],
        "counts": _counts(chapters),
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _table(chapter: Chapter, *, colour: bool) -> str:
    head = ("when", "landing", "who", *chapter.environments, "what", "soak")
    lines = [[*map(visible, head)]]
    for row in chapter.rows:
        who = spoken(row.landing.author)
        lines.append(
            [
                "not landed yet" if row.landing.pending else minute(row.landing.time),
                row.landing.short,
                visible(who if len(who) <= _LONGEST_WHO else who[: _LONGEST_WHO - 1] + "…"),
                *(_cell(row, environment) for environment in chapter.environments),
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


def _cell(row: Row, environment: str) -> str:
    """Return what an environment runs; a mark tells what the landing changed."""
    text = visible(str(row.images[environment].presentable))
    text = text if len(text) <= _LONGEST_TAG else text[: _LONGEST_TAG - 1] + "…"
    changed = any(move.environment == environment for move in row.moves)
    return f"{text or '-'} *" if changed else text or "-"


def _what(move: Move, chapter: Chapter, row: Row) -> str:
    level = row.levels.get(move.environment)
    kind = f"{move.kind} ({level})" if level is not None else move.kind
    return f"{move.environment}: {kind}" if len(chapter.environments) > 1 else kind


def _summary(chapters: Sequence[Chapter]) -> str:
    counted = ", ".join(f"{number} {kind}" for kind, number in _counts(chapters).items())
    landings = len({row.landing.position for chapter in chapters for row in chapter.rows})
    return f"{landings} landing{'' if landings == 1 else 's'}{': ' + counted if counted else ''}\n"


def _counts(chapters: Iterable[Chapter]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for chapter in chapters:
        for row in chapter.rows:
            for move in row.moves:
                counts[move.kind] = counts.get(move.kind, 0) + 1
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

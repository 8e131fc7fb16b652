"""A comment for a merge request: counts, findings, the promotion board, and what is undecided.

Text of the repository must not mention people, refer to issues, link, or give orders to GitLab (`/approve`). All of
that is ignored in code spans, so whatever is more than plain words stands in one, and never at the start of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitopslint.model.board import Deployment, Standing, Track
from gitopslint.model.finding import Finding, Report
from gitopslint.model.judgement import Judgement, judgements
from gitopslint.model.moment import day
from gitopslint.model.rule import LEVELS
from gitopslint.model.timeline import Image
from gitopslint.reporters.escape import visible
from gitopslint.reporters.notices import Notice, notices
from gitopslint.reporters.standing import brief, cell_verdict
from gitopslint.reporters.summary import compared, counted, counts, scope

_LONGEST = 60_000  # GitHub takes 65,536 characters in a comment, GitLab 1,000,000
_MOST_ROWS = 50  # of one table, so that people still read it
_LONGEST_TEXT = 400
_WORD = re.compile(r"(['\"(]*)(.*?)(['\").,;:!?]*)", re.DOTALL)
# What means nothing to anybody, and no order, link or reference in any dialect: letters, or a short number.
_PLAIN = re.compile(r"(?:[^\W\d_]+(?:['-][^\W\d_]+)*|\d{1,6})?")
_MARKER = "<!-- gitopslint -->"


def render(report: Report) -> str:
    """Return the report as Markdown that GitLab and GitHub take as a comment."""
    told = list(notices(report))
    urgent = [one for one in told if one.kind != "undecided"]
    doubts = [one for one in told if one.kind == "undecided"]
    head = [
        _MARKER,
        f"## gitopslint: {counts(report)}",
        "",
        f"{_phrase(scope(report))}{_phrase(compared(report))}.",
    ]
    parts = [
        _listed("Not checked", "This is no pass: somebody has to look.", urgent, report),
        _findings(report),
        _board(report),
        _listed("Undecided", "Neither a pass nor a violation, until somebody decides it.", doubts, report),
    ]
    return "\n".join(_fitting(head, parts)) + "\n"


def _fitting(head: Sequence[str], parts: Iterable[Iterable[str]]) -> list[str]:
    """Return as many lines as a comment holds; each part says in its last line what it left out."""
    lines = list(head)
    room = _LONGEST - sum(len(line) + 1 for line in lines)
    cut = False
    for part in parts:
        written = list(part)
        for line in ("", *written) if written else ():
            if cut := cut or room < len(line) + 200:
                continue
            room -= len(line) + 1
            lines.append(line)
    return [*lines, "", "**The rest does not fit into a comment.** See the report in another format."] if cut else lines


def _findings(report: Report) -> Iterator[str]:
    yield "### Findings"
    yield ""
    if not report.findings:
        yield "None."
        return
    order = sorted(report.findings, key=lambda one: (report.is_known(one), -LEVELS.index(one.level)))
    yield "| level | rule | place | what |"
    yield "|---|---|---|---|"
    for finding in order[:_MOST_ROWS]:
        yield _finding(finding, report)
    if len(order) > _MOST_ROWS:
        yield ""
        yield f"And {counted(len(order) - _MOST_ROWS, 'finding')} more."


def _finding(finding: Finding, report: Report) -> str:
    known = " (known)" if report.is_known(finding) else ""
    remarks = [f"{_phrase(one.note)}: {_code(report.shown(one.span))}" for one in finding.related[:3]]
    what = "; ".join([_phrase(finding.message), *remarks])
    place = f"{report.prefix}{finding.span.path}:{finding.span.line}"
    return f"| {finding.level}{known} | {_code(finding.rule)} | {_code(place)} | {what} |"


def _board(report: Report) -> Iterator[str]:
    if report.board is None:
        return
    yield "### Promotion board"
    yield ""
    if not report.board.tracks:
        yield "No app."
        return
    judged = judgements(report)
    tracks = [track for track in report.board.tracks if not _settled(track, judged)]
    names = [name for name in report.board.environments if any(_in(track, name) for track in report.board.tracks)]
    if tracks:
        yield f"| app | {' | '.join(map(_code, names))} |"
        yield "|---" * (len(names) + 1) + "|"
    for track in tracks[:_MOST_ROWS]:
        cells = [_cell(_in(track, name), judged.get((track.app, name))) for name in names]
        yield f"| {_code(str(track))} | {' | '.join(cells)} |"
    rest = [
        f"{counted(len(tracks) - _MOST_ROWS, 'app')} more with something to look at"
        if len(tracks) > _MOST_ROWS
        else "",
        f"{counted(settled, 'app')} without findings, the same everywhere"
        if (settled := len(report.board.tracks) - len(tracks))
        else "",
    ]
    if any(rest):
        yield ""
        yield f"{'; '.join(filter(None, rest)).capitalize()}."


def _settled(track: Track, judged: Mapping[tuple[str, str], Judgement]) -> bool:
    """Tell whether there is nothing to look at: no finding, no doubt, and one build in all environments."""
    return all(
        judged[track.app, one.environment] == Judgement()
        and one.image.state == "image"
        and (one.standing is None or one.standing.relation == "same")
        for one in track.deployments
    )


def _in(track: Track, environment: str) -> Deployment | None:
    return next((one for one in track.deployments if one.environment == environment), None)


def _cell(deployment: Deployment | None, judgement: Judgement | None) -> str:
    if deployment is None or judgement is None:
        return "–"
    parts = [_image(deployment.image)]
    if deployment.landing is not None:
        parts.append("not landed yet" if deployment.landing.pending else f"since {day(deployment.landing.time)}")
    if deployment.standing is not None:
        parts.append(_stands(deployment.standing))
    parts.append(f"**{cell_verdict(judgement)}**" if judgement.verdict != "pass" else cell_verdict(judgement))
    return "<br>".join(parts)


def _image(image: Image) -> str:
    return _code(image.tag or image.digest or "") if image.tag or image.digest else image.state


def _stands(standing: Standing) -> str:
    return _phrase(brief(standing))


def _listed(title: str, meaning: str, told: Sequence[Notice], report: Report) -> Iterator[str]:
    if not told:
        return
    yield f"### {title}"
    yield ""
    yield meaning
    yield ""
    for one in told[:_MOST_ROWS]:
        place = f"{_code(report.shown(one.span))}: " if one.span is not None else ""
        yield f"- {place}{_phrase(one.text)}"
    if len(told) > _MOST_ROWS:
        yield f"- and {len(told) - _MOST_ROWS} more"


def _phrase(text: str) -> str:
    """Return a sentence in which all but plain words is code. What it has in backticks is code as well."""
    text = visible(text)
    if len(text) > _LONGEST_TEXT:
        text = text[: _LONGEST_TEXT - 1] + "…"
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return " ".join(map(_word, text.split()))
    written = [_code(piece) if number % 2 else _words(piece) for number, piece in enumerate(pieces)]
    return "".join(written).strip()


def _words(text: str) -> str:
    return re.sub(r"\S+", lambda match: _word(match[0]), text)


def _word(word: str) -> str:
    match = _WORD.fullmatch(word)
    before, core, after = match.groups() if match is not None else ("", word, "")
    if _PLAIN.fullmatch(core):
        return word
    if "(" in core and after.startswith(")"):
        core, after = core + ")", after[1:]
    if before.endswith("'") and after.startswith("'"):  # code needs no quotes
        before, after = before[:-1], after[1:]
    return before + _code(core) + after


def _code(text: str) -> str:
    """Return a text as code. What a code span in a table cannot hold, a pipe or a backtick, is written as an entity."""
    text = " ".join(visible(text).split())
    if not text:
        return ""
    if "|" in text or "`" in text:
        return f"<code>{re.sub('[^0-9A-Za-z ]', _entity, text)}</code>"
    return f"`{text}`"


def _entity(match: re.Match[str]) -> str:
    # Within HTML tags Markdown still finds addresses, after it has read the entities; nobody has one without width.
    return f"&#{ord(match[0])};" + ("&#8203;" if match[0] in "@:.#" else "")

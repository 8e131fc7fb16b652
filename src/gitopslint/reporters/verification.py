"""The verdicts of `gitopslint verify` as text, JSON and JUnit XML."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape, quoteattr

from gitopslint.model.verification import CRITERIA, Line, Verdict, Verification
from gitopslint.reporters.escape import visible

_VERSION = 1
_PLAIN = "\x1b[0m"
_COLOURS: dict[Verdict, str] = {"pass": "\x1b[32m", "fail": "\x1b[31m", "undecided": "\x1b[33m"}
_WIDTH = max(map(len, _COLOURS))


def render_text(told: Verification, *, colour: bool) -> str:
    """Return one line for each verdict, with its evidence and the way out below."""
    lines = [f"{told.app} in {told.environment}: {', '.join(told.images) or 'no image is known'}"]
    for line in told.lines:
        word = f"{line.verdict:{_WIDTH}}"
        word = f"{_COLOURS[line.verdict]}{word}{_PLAIN}" if colour else word
        lines.append(f"  {word}  {line.criterion}: {visible(line.message)}")
        lines += [f"  {'':{_WIDTH}}    {visible(text)}" for text in line.evidence]
        if line.remedy and line.verdict != "pass":
            lines.append(
                f"  {'':{_WIDTH}}    to mend it: {visible(line.remedy)}"
                if line.verdict == "fail"
                else f"  {'':{_WIDTH}}    to decide it: {visible(line.remedy)}"
            )
    lines += [f"  {'skipped':{_WIDTH}}  {one}: {CRITERIA[one]}" for one in told.skipped]
    counts = ", ".join(f"{number} {verdict}" for verdict in _COLOURS if (number := told.count(verdict)))
    lines += ["", f"{counts or 'nothing was asked'}: {'done' if _is_done(told) else 'not done'}", ""]
    return "\n".join([visible(lines[0]), *lines[1:]])


def render_json(told: Verification) -> str:
    """Return the same for programs."""
    data = {
        "version": _VERSION,
        "app": told.app,
        "environment": told.environment,
        "images": list(told.images),
        "done": _is_done(told),
        "lines": [
            {
                "criterion": line.criterion,
                "verdict": line.verdict,
                "message": line.message,
                "evidence": list(line.evidence),
                **({"remedy": line.remedy} if line.remedy else {}),
            }
            for line in told.lines
        ],
        "skipped": list(told.skipped),
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def render_junit(told: Verification, *, undecided_fails: bool) -> str:
    """Return a test suite with a test for each line; what is undecided is an error, or skipped where that is fine."""
    name = f"gitopslint verify {told.app} {told.environment}"
    undecided = told.count("undecided")
    counts = (
        f'tests="{len(told.lines) + len(told.skipped)}" failures="{told.count("fail")}" '
        f'errors="{undecided if undecided_fails else 0}" '
        f'skipped="{len(told.skipped) + (0 if undecided_fails else undecided)}"'
    )
    cases = [_case(line, told, undecided_fails=undecided_fails) for line in told.lines]
    cases += [_element("testcase", one, told, '      <skipped message="not asked"/>\n') for one in told.skipped]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<testsuites {counts}>\n  <testsuite name={_quoted(name)} {counts}>\n"
        f"{''.join(cases)}  </testsuite>\n</testsuites>\n"
    )


def _case(line: Line, told: Verification, *, undecided_fails: bool) -> str:
    text = "\n".join(map(visible, (*line.evidence, *((line.remedy,) if line.remedy else ()))))
    message = f"message={_quoted(line.message)}"
    if line.verdict == "pass":
        return _element("testcase", line.criterion, told, f"      <system-out>{escape(text)}</system-out>\n")
    kind = "failure" if line.verdict == "fail" else "error" if undecided_fails else "skipped"
    if kind == "skipped":
        return _element("testcase", line.criterion, told, f"      <skipped {message}/>\n")
    return _element(
        "testcase", line.criterion, told, f'      <{kind} {message} type="{line.verdict}">{escape(text)}</{kind}>\n'
    )


def _element(name: str, criterion: str, told: Verification, content: str) -> str:
    owner = _quoted(f"{told.app}.{told.environment}")
    return f"    <{name} classname={owner} name={_quoted(criterion)}>\n{content}    </{name}>\n"


def _quoted(text: str) -> str:
    return quoteattr(visible(text))


def _is_done(told: Verification) -> bool:
    return bool(told.lines) and told.count("pass") == len(told.lines)

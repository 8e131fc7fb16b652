from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gitopslint import __version__
from gitopslint.model.finding import Report
from gitopslint.model.rule import Level
from gitopslint.reporters import json as reporter
from tests.support import reports
from tests.support.reports import LAYER, OTHER_LAYER, REPORTS

SCHEMA = json.loads(Path("schemas/report.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def written_as(report: Report) -> Any:
    """Return a report as a program reads it."""
    return json.loads(reporter.render(report, __version__))


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_schema(build: Any) -> None:
    """Every kind of report satisfies the schema that ships with it."""
    assert list(VALIDATOR.iter_errors(written_as(build()))) == []


def test_schema_is_one() -> None:
    """The published schema is a valid one."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_same_bytes(build: Any) -> None:
    """The same report gives the same bytes: UTF-8 without a mark, one object and no stray line."""
    text = reporter.render(build(), __version__)
    assert text == reporter.render(build(), __version__)
    assert text.encode("utf-8").startswith(b'{\n  "version": 1,\n')
    assert text.endswith("\n}\n")


def test_empty() -> None:
    """The whole format at a glance: nothing found, everything decided."""
    assert (
        reporter.render(reports.empty(), "1.2.0")
        == """\
{
  "version": 1,
  "tool": {
    "name": "gitopslint",
    "version": "1.2.0"
  },
  "verdict": "pass",
  "summary": {
    "error": 0,
    "warning": 0,
    "note": 0,
    "undecided": 0,
    "waived": 0,
    "faults": 0,
    "unread": 0,
    "files": 12,
    "apps": 3
  },
  "findings": [],
  "undecided": [],
  "waived": [],
  "faults": [],
  "unread": [],
  "rules": [
    "missing-layer",
    "mutable-tag",
    "retyped-tag",
    "untraceable-tag",
    "plaintext-secret",
    "rollback",
    "unused-waiver"
  ],
  "comparison": null,
  "board": null,
  "share": null,
  "part": null
}
"""
    )


def test_a_finding() -> None:
    """A finding has all that is known about it, in a fixed order; columns count code points."""
    report = reports.fixes()
    (finding,) = written_as(report)["findings"]
    place = {"path": "values.yaml", "line": 1, "column": 15, "end_line": 1, "end_column": 19}
    assert list(finding.items()) == [
        ("rule", "retyped-tag"),
        ("level", "error"),
        ("message", "the unquoted tag 1.10 of shop in prod is a number to Helm: '1.1' would be deployed; quote it"),
        *place.items(),
        ("app", "shop"),
        ("environment", "prod"),
        ("key_path", ["image", "tag"]),
        ("fingerprint", report.findings[0].fingerprint),
        ("related", []),
        ("fix", {"title": "Quote the tag.", "edits": [place | {"text": '"1.10"'}], "safe": True}),
        ("state", None),
    ]


def test_key_path() -> None:
    """A position in a list is a number, so that a key `0` is not taken for one."""
    (finding,) = written_as(reports.report(reports.finding(key_path=("jobs", 0, "a.b"))))["findings"]
    assert finding["key_path"] == ["jobs", 0, "a.b"]


def test_related_places() -> None:
    """Further places have a note each."""
    (finding,) = written_as(reports.related())["findings"]
    assert [(one["path"], one["line"], one["column"], one["note"]) for one in finding["related"]] == [
        (OTHER_LAYER, 3, 8, "the tag in dev"),
        ("deploy/charts/web-app/values.yaml", 7, 8, "overrides ['1.4']"),
    ]


def test_summary() -> None:
    """The counts are those of the lists."""
    summary = written_as(reports.levels())["summary"]
    assert [summary[level] for level in ("error", "warning", "note")] == [2, 1, 1]
    summary = written_as(reports.below_the_top())["summary"]
    assert [summary[kind] for kind in ("undecided", "waived", "faults", "unread")] == [2, 1, 2, 1]


def test_undecided() -> None:
    """A doubt names its rules, why, the way out and its places."""
    written = written_as(reports.undecided())
    first, second = written["undecided"]
    assert written["verdict"] == "undecided"
    assert first["rules"] == ["mutable-tag", "untraceable-tag"]
    assert [place["path"] for place in first["places"]] == [LAYER, OTHER_LAYER]
    assert second == {
        "rules": ["untraceable-tag"],
        "reason": "the history is truncated",
        "remedy": "set GIT_DEPTH to 0",
        "places": [],
        "accepted": None,
    }


def test_notes_break_nothing() -> None:
    """Notes alone are a pass, and do not hide a doubt."""
    levels: tuple[Level, ...] = ("note", "warning", "error")
    found = [reports.report(reports.finding(level=level)) for level in levels]
    assert [written_as(one)["verdict"] for one in found] == ["pass", "violation", "violation"]
    doubtful = found[0]._replace(undecided=reports.undecided().undecided)
    assert written_as(doubtful)["verdict"] == "undecided"


def test_what_failed() -> None:
    """A crash or an unread file is named, and is no pass."""
    crashed, unread = written_as(reports.faults()), written_as(reports.unread())
    assert [crashed["verdict"], unread["verdict"]] == ["undecided", "undecided"]
    assert crashed["faults"][0] == {
        "rule": "mutable-tag",
        "subject": "shop in dev",
        "error": "KeyError at checks/images.py:12",
    }
    assert unread["unread"] == [{"path": LAYER, "reason": "Permission denied"}]


def test_waived() -> None:
    """A waived finding is whole, with the reason and the place of its waiver, and does not count as found."""
    written = written_as(reports.waived())
    (waived,) = written["waived"]
    assert (written["verdict"], written["findings"]) == ("pass", [])
    assert waived["finding"]["rule"] == "mutable-tag"
    assert waived["reason"] == "rebuilt every night"
    assert waived["external"] is False
    assert waived["place"] == {"path": LAYER, "line": 3, "column": 17, "end_line": 3, "end_column": 61}


def test_text_of_the_repository() -> None:
    """Letters stay letters, a path stays a path, and what deceives is shown."""
    assert '"path": "deploy/prod 100%/Läden #1.yaml"' in reporter.render(reports.non_ascii(), __version__)
    assert written_as(reports.not_utf8())["findings"][0]["path"] == r"deploy/caf\xe9.yaml"
    assert written_as(reports.hostile())["findings"][0]["message"] == (
        r"the tag '[click](https://example.com)\[1](1)' is \x1b[31mred\x1b[0m, \u202eetirw\u202c\x0a{0} %s"
    )


def test_paths_start_at_the_top_of_the_repository() -> None:
    """Below the top every path has the prefix."""
    text = reporter.render(reports.below_the_top(), __version__)
    paths = [line.strip() for line in text.splitlines() if '"path":' in line]
    assert len(paths) == 8
    assert [path for path in paths if not path.startswith('"path": "examples/web core/deploy/')] == []


def test_pydantic_is_not_needed() -> None:
    """The schema comes from pydantic, the report does not: loading it would cost a hook more than its work."""
    code = "import sys; import gitopslint.reporters.json; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"

"""Workflow commands as the runner of GitHub Actions reads them."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from gitopslint.model.finding import Comparison, Report, Unread
from gitopslint.reporters import github
from tests.support import reports
from tests.support.reports import LAYER, REPORTS, finding, on


class Command(NamedTuple):
    """One command, unescaped."""

    name: str
    properties: dict[str, str]
    data: str


def read(output: str) -> tuple[list[Command], list[str]]:
    """Return commands and plain lines, read by the rules of the runner (`ActionCommand.cs`)."""
    commands, plain = [], []
    for line in output.splitlines():
        if line.lstrip().startswith("::") and (end := line.find("::", line.index("::") + 2)) >= 0:
            name, _, rest = line.lstrip()[2:].partition("::")[0].partition(" ")
            pairs = (pair.partition("=") for pair in rest.split(",") if pair)
            properties = {key.strip(): _unescaped(value, {"%3A": ":", "%2C": ","}) for key, _, value in pairs}
            commands.append(Command(name, properties, _unescaped(line[end + 2 :], {})))
        else:
            assert "##[" not in line
            plain.append(line)
    return commands, plain


def _unescaped(text: str, more: dict[str, str]) -> str:
    table = {"%0D": "\r", "%0A": "\n", "%25": "%"} | more
    return re.sub("|".join(table), lambda match: table[match[0]], text)


def commands(report: Report) -> list[Command]:
    """Return the commands of a report."""
    return read(github.render(report))[0]


def test_a_finding() -> None:
    """Kind, place, title, message, and the way out in the lines below it."""
    (command,) = commands(reports.one_finding())
    assert command == Command(
        "error",
        {"file": LAYER, "line": "3", "endLine": "3", "col": "8", "endColumn": "13", "title": "gitopslint mutable-tag"},
        "shop in prod runs the tag 'latest', which moves\nfix: Pin the digest.",
    )


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_only_ours(build: object) -> None:
    """Whatever a report holds, the runner sees nothing but annotations."""
    assert callable(build)
    found, plain = read(github.render(build()))
    assert {command.name for command in found} <= {"error", "warning", "notice"}
    assert set().union(*(command.properties for command in found)) <= {
        "file",
        "line",
        "endLine",
        "col",
        "endColumn",
        "title",
    }
    assert plain


def test_levels() -> None:
    """Errors come first."""
    assert [command.name for command in commands(reports.levels())] == ["error", "error", "warning", "notice"]


ATTACKS = (
    "::set-env name=PATH::/tmp",
    "x\n::add-mask::a",
    "x\r\n::stop-commands::t",
    "##[set-output name=x]y",
    "a##[error]b",
    "%0A::error::x",
    "a,line=9::b",
    "title=x,file=/etc/passwd",
)


@pytest.mark.parametrize("text", ATTACKS)
def test_no_command_of_the_repository(text: str) -> None:
    """Text of the repository stays text, in the message, in the path, and beyond the limit as well."""
    many = [finding(message=f"{text} {number}", span=on(text, 1, 1, 5)) for number in range(12)]
    found, plain = read(github.render(reports.report(*many)))
    shown = text.replace("\n", "\\x0a").replace("\r", "\\x0d").replace("##[", "# #[")
    assert len(found) == 10
    for number, command in enumerate(found):
        assert command.name == "error"
        assert command.properties["title"] == "gitopslint mutable-tag"
        assert command.properties["line"] == "1"
        assert command.data.startswith(f"{shown} {number}")
    assert [line[:2] for line in plain[:2]] == ["- ", "- "]


def test_path_from_the_top() -> None:
    """The path is that from the top of the repository, for GitHub to find the file."""
    assert {one.properties.get("file", "examples/web core/")[:18] for one in commands(reports.below_the_top())} == {
        "examples/web core/"
    }


def test_limits() -> None:
    """GitHub shows ten of a kind: the others follow as lines, and the last line counts them."""
    some = [finding(message=f"number {number}") for number in range(13)]
    some += [finding("untraceable-tag", message=f"number {number}") for number in range(11)]
    found, plain = read(github.render(reports.report(*some)))
    assert [sum(command.name == name for command in found) for name in ("error", "warning")] == [10, 10]
    assert len([line for line in plain if line.startswith("- ")]) == 4
    assert plain[-1] == (
        "3 errors and 1 warning more than GitHub annotates (10 of each kind in a step): see the 4 lines above that "
        "start with a dash"
    )


def test_new_before_known() -> None:
    """What a change brings is not crowded out by what was there."""
    old, new = finding(message="old"), finding("rollback", message="new")
    report = reports.report(old, new)._replace(comparison=Comparison("main", frozenset({old.fingerprint}), 0))
    assert [command.data.splitlines()[0] for command in commands(report)] == ["new", "(known) old"]


def test_nothing_green_by_accident() -> None:
    """What is undecided, crashed or not read is annotated, what is worse first."""
    report = reports.undecided()._replace(faults=reports.faults().faults, unread=(Unread(LAYER, "Permission denied"),))
    assert [(command.name, command.properties["title"]) for command in commands(report)] == [
        ("error", "gitopslint mutable-tag"),
        ("error", "gitopslint mutable-tag"),
        ("error", "gitopslint unread"),
        ("warning", "gitopslint undecided"),
        ("warning", "gitopslint untraceable-tag"),
    ]


def test_columns_within_one_line() -> None:
    """GitHub has no columns for what spans several lines; they count UTF-16 units elsewhere."""
    (command,) = commands(reports.non_ascii())
    assert (command.properties["col"], command.properties["endColumn"]) == ("15", "20")
    span = on(LAYER, 1, 1, 3)._replace(end_line=3)
    (command,) = commands(reports.report(finding(span=span)))
    assert (command.properties["line"], command.properties["endLine"], "col" in command.properties) == ("1", "3", False)

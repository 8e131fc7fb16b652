"""What must not change a verdict, tried on all bad examples of all rules at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gitopslint.loaders import yaml
from gitopslint.loaders.rules import read_rule_file, rule_files
from gitopslint.model.document import Node, plain, walk
from gitopslint.model.finding import Finding, Report
from tests.support.runs import CLEAN, check_files

Files = dict[str, Any]
BAD = {
    f"{rule['name']}: {example['title']}": CLEAN | example["files"]
    for rule in map(read_rule_file, rule_files())
    for example in rule["examples"]["bad"]
    if "landings" not in example and "in" not in example
}


@pytest.mark.parametrize("files", BAD.values(), ids=BAD)
def test_a_line_on_top_moves_findings_and_keeps_their_identity(files: Files) -> None:
    """With a comment above everything, each finding stands one line lower under the same fingerprint."""
    before = check_files(files)
    after = check_files(_rewritten(files, lambda text: "# A line more.\n" + text))
    # A finding about a file as a whole stands at its first key, or at its start where there is none.
    assert [(f.fingerprint, f.span.column) for f in after.findings] == [
        (f.fingerprint, f.span.column) for f in before.findings
    ]
    moved = [(f.span.line + 1 if not _about_file(f, before) else f.span.line) for f in before.findings]
    assert [f.span.line for f in after.findings] == moved


@pytest.mark.parametrize("files", BAD.values(), ids=BAD)
def test_line_ends_and_byte_order_marks_change_nothing(files: Files) -> None:
    """CRLF and a byte order mark give the same findings at the same places."""
    before = check_files(files)
    for change in (lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text):
        after = check_files(_rewritten(files, change))
        assert [_without_text(f) for f in after.findings] == [_without_text(f) for f in before.findings]


@pytest.mark.parametrize("files", BAD.values(), ids=BAD)
@pytest.mark.parametrize("backwards", [False, True], ids=["flow", "reordered"])
def test_flow_style_and_order_of_keys_change_nothing(files: Files, backwards: bool) -> None:
    """The same values on one line, also with their keys in reverse, break the same rules at the same key paths."""
    before = check_files(files)
    after = check_files({path: _as_flow(path, text, backwards) for path, text in files.items()})
    assert {f.fingerprint for f in after.findings} == {f.fingerprint for f in before.findings}


@pytest.mark.parametrize("files", BAD.values(), ids=BAD)
def test_spans_lie_inside_their_files(files: Files) -> None:
    """Every place that a report names is there: no line or column beyond the text."""
    for span in _spans(check_files(files)):
        lines = str(files[span.path]).split("\n")
        assert 1 <= span.line <= span.end_line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
        assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)


def test_the_order_of_files_changes_nothing() -> None:
    """The same files in another order give the same report."""
    for files in BAD.values():
        assert check_files(dict(reversed(files.items()))) == check_files(files)


def _rewritten(files: Files, change: Callable[[str], str]) -> Files:
    """Change the layers and manifests, but not what says how they are read."""
    return {
        path: change(text) if isinstance(text, str) and path.endswith(".yaml") and _is_layer(path) else text
        for path, text in files.items()
    }


def _as_flow(path: str, text: Any, backwards: bool) -> Any:
    """Return a file as one line of JSON, which is YAML, where that keeps its meaning."""
    if not isinstance(text, str) or not _is_layer(path) or "gitopslint:" in text or "{{" in text:
        return text
    document = yaml.parse(path, text.encode())
    nodes = [node for _, node in walk(document.root)]
    odd = document.problem or len(document.roots) != 1 or not isinstance(document.root.value, dict)
    if odd or any(node.duplicates or (node.is_scalar and _loses_text(node)) for node in nodes):
        return text
    data = plain(document.root)
    return json.dumps(_reversed(data) if backwards else data)


def _loses_text(node: Node) -> bool:
    """Tell whether a number would be spelled differently by JSON."""
    return isinstance(node.value, float) and json.dumps(plain(node)) != node.text


def _reversed(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _reversed(value) for key, value in reversed(data.items())}
    return [_reversed(item) for item in data] if isinstance(data, list) else data


def _is_layer(path: str) -> bool:
    return path.startswith(("deploy/env/", "deploy/jobs/"))


def _about_file(finding: Finding, report: Report) -> bool:
    """Tell whether a finding stands at the empty start of a file, or in one that is not rewritten."""
    span = finding.span
    empty = (span.line, span.column) == (span.end_line, span.end_column) == (1, 1)
    return (empty and finding.rule != "invalid-yaml") or not _is_layer(span.path)


def _without_text(finding: Finding) -> Finding:
    return finding._replace(related=())


def _spans(report: Report) -> Iterator[Any]:
    for finding in report.findings:
        yield finding.span
        yield from (related.span for related in finding.related)
